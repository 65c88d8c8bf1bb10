package phone

import (
	"github.com/nyaruka/phonenumbers"

	"sendoff/campaign"
)

// CountryOf returns the country that a number belongs to, as its ISO 3166-1 alpha-2 code. Where several countries share the calling code and the number is
// assigned in none of them, it is the main one of these; "" stands for a number that belongs to no country, such as a satellite phone's.
func (n *Reader) CountryOf(number campaign.Address) string {
	text := number.Reveal()
	if text == "" {
		return ""
	}
	plan, national := n.split(text[1:])
	if plan == nil {
		return ""
	}
	return plan.country(national)
}

// CountryIn returns the code of the country that a cell names, by its code or its name, or "" where it names none.
func (n *Reader) CountryIn(cell string) string { return n.regionOf(cell) }

// country returns the country of a national number.
func (n *numbering) country(digits string) string {
	if n.ids[0] == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY {
		return ""
	}
	if len(n.regions) == 1 {
		return n.ids[0]
	}
	for i, r := range n.regions { // as kind asks them
		if r.leading != nil && r.leading.match(digits) != 0 || r.leading == nil && r.kind(digits) != unassigned {
			return n.ids[i]
		}
	}
	return n.ids[0]
}
