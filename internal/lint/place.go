package lint

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
)

// place is a text of the campaign, and where it stands.
type place struct {
	path string // message.card_message.title; what is counted is counted from 1
	file string // where that is not the campaign's own
	line int    // of the file; 0 where nobody knows
	kind placeKind
	own  bool // it is in a channel's own words, of which Sinch's documents do not say what each is
	text campaign.Text
}

// placeKind is what a text is for.
type placeKind uint8

const (
	wordsPlace placeKind = iota // to be read
	linkPlace                   // an address to be opened
	mediaPlace                  // the address of a picture, a video or a document
	otherPlace                  // neither
)

// String is what messages call the place.
func (p *place) String() string {
	switch {
	case p.line == 0:
		return p.path
	case p.file != "":
		return fmt.Sprintf("%s (%s, line %d)", p.path, p.file, p.line)
	}
	return fmt.Sprintf("%s (line %d)", p.path, p.line)
}

// neither are keys whose texts nobody reads.
var neither = []string{
	"postback_data", "template_id", "version", "language_code", "id", "marketplace", "catalog_id", "message_id", "phone_number", "height", "type",
	"display_mode", "currency", "event_start", "event_end", "birthday", "message_type", "latitude", "longitude", "country_code", "payload",
	"messaging_product", "recipient_type", "flow_id", "flow_mode", "flow_action", "flow_token", "screen",
}

// places returns the texts of a message that can be used on these channels, in their order.
func places(message campaign.Value, path, file string, channels []campaign.Channel) []*place {
	w := walker{file: file, channels: channels}
	w.walk(message, path, "", "", false)
	return w.all
}

// templatePlaces returns the texts of a template. It is no part of the campaign, whose lines say nothing about it.
func templatePlaces(words campaign.Value, name string, channel campaign.Channel) []*place {
	all := places(words, name, "", []campaign.Channel{channel})
	for _, p := range all {
		p.line = 0
	}
	return all
}

type walker struct {
	file     string
	channels []campaign.Channel
	all      []*place
}

// walk collects the texts below v, the value of key, which is a member of parent, and in a channel's own words or not.
func (w *walker) walk(v campaign.Value, path, parent, key string, own bool) {
	own = own || key == "channel_specific_message"
	switch v.Kind {
	case campaign.String:
		if len(v.Text) > 0 {
			w.all = append(w.all, &place{path: path, file: w.file, line: v.Text[0].Line, kind: kindOf(parent, key), own: own, text: v.Text})
		}
	case campaign.List:
		for i, e := range v.List {
			w.walk(e, fmt.Sprintf("%s[%d]", path, i+1), parent, key, own)
		}
	case campaign.Object:
		for _, f := range v.Fields {
			if c := campaign.Channel(f.Name); c.Index() >= 0 && !slices.Contains(w.channels, c) {
				continue // what is for a channel that is not tried
			}
			w.walk(f.Value, path+"."+f.Name, key, f.Name, own)
		}
	case campaign.JSONString:
		w.walk(*v.Inner, path, parent, key, true)
	}
}

func kindOf(parent, key string) placeKind {
	switch {
	case parent == "parameters": // of a template: only WhatsApp's keys say what they are
		if strings.HasSuffix(key, "]payload") {
			return otherPlace
		}
		if strings.Contains(key, "]") && strings.HasSuffix(key, ".link") {
			return mediaPlace
		}
		return wordsPlace
	case slices.Contains(neither, key):
		return otherPlace
	case key == "link", key == "url" && (parent == "media_message" || parent == "media"), key == "thumbnail_url", key == "picture_url":
		return mediaPlace
	case key == "url" || strings.HasSuffix(key, "_url") || key == "href":
		return linkPlace
	}
	return wordsPlace
}
