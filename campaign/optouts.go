package campaign

import (
	"slices"
	"time"
)

// optOutsAge is how old a copy of Sinch's lists may be where the file does not say: Sinch itself goes by lists of that age.
const optOutsAge = 10 * time.Minute

// OptOutLists returns which of Sinch's lists a message of the campaign is held against, by their names in the API: whoever is on the list of all
// messages gets none, and the two others are each about one kind of content.
func (c *Campaign) OptOutLists() []string {
	switch c.MessageContentType {
	case "CONTENT_MARKETING":
		return []string{"OPT_OUT_ALL", "OPT_OUT_MARKETING"}
	case "CONTENT_NOTIFICATION":
		return []string{"OPT_OUT_ALL", "OPT_OUT_NOTIFICATION"}
	}
	return []string{"OPT_OUT_ALL"}
}

// OptOuts returns what the campaign says of Sinch's lists. It returns false where they are not named under suppress.
func (c *Campaign) OptOuts() (SuppressionList, bool) {
	i := slices.IndexFunc(c.Suppress, func(l SuppressionList) bool { return l.Sinch })
	if i < 0 {
		return SuppressionList{}, false
	}
	return c.Suppress[i], true
}
