package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"
)

// The tables of this file are the body of messages:send as the API documents it. None is ever written to.

// channels is the enum ConversationChannel.
var channels = []string{
	"SMS", "MMS", "RCS", "WHATSAPP", "VIBERBM", "VIBER", "MESSENGER", "INSTAGRAM",
	"TELEGRAM", "KAKAOTALK", "KAKAOTALKCHAT", "LINE", "WECHAT", "APPLEBC",
}

// phoneChannels are those on which people are addressed by their phone number.
var phoneChannels = []string{"SMS", "MMS", "RCS", "WHATSAPP", "VIBERBM", "KAKAOTALK"}

var channel = text{enum: channels}

// sendRequest is the whole body.
var sendRequest = object{
	required: []string{"app_id", "recipient", "message"},
	fields: fields{
		"app_id":                                text{form: ulidForm},
		"recipient":                             recipient,
		"message":                               message,
		"callback_url":                          text{form: urlForm},
		"channel_priority_order":                list{of: channel},
		"channel_properties":                    mapping{of: text{max: 1024}},
		"message_metadata":                      text{max: 1024},
		"conversation_metadata":                 document{max: 2048},
		"conversation_metadata_update_strategy": text{enum: []string{"REPLACE", "MERGE_PATCH"}},
		"correlation_id":                        text{max: 128},
		"queue":                                 text{enum: []string{"NORMAL_PRIORITY", "HIGH_PRIORITY"}},
		"ttl":                                   text{form: ttlForm},
		"processing_strategy":                   text{enum: []string{"DEFAULT", "DISPATCH_ONLY"}},
		"message_content_type":                  text{enum: []string{"CONTENT_UNKNOWN", "CONTENT_MARKETING", "CONTENT_NOTIFICATION"}},
	},
}

var recipient = object{
	exactly1: []string{"contact_id", "identified_by"},
	fields: fields{
		"contact_id": text{form: ulidForm},
		"identified_by": object{
			required: []string{"channel_identities"},
			fields: fields{
				"channel_identities": list{min: 1, of: object{
					required: []string{"channel", "identity"},
					fields:   fields{"channel": channel, "identity": text{}},
				}},
			},
		},
	},
}

// messageTypes are the fields of a message that say what it is.
var messageTypes = fields{
	"text_message":         textMessage,
	"media_message":        mediaMessage,
	"card_message":         cardMessage,
	"choice_message":       choiceMessage,
	"carousel_message":     carouselMessage,
	"location_message":     locationMessage,
	"list_message":         listMessage,
	"template_message":     templateMessage,
	"contact_info_message": contactInfoMessage,
}

var message = object{
	exactly1: slices.Sorted(maps.Keys(messageTypes)),
	fields: with(messageTypes, fields{
		"explicit_channel_message":      mapping{keys: channels, of: text{form: jsonForm}},
		"explicit_channel_omni_message": mapping{keys: channels, of: omniOverride},
		"channel_specific_message": mapping{keys: channels, of: object{
			required: []string{"message_type", "message"},
			fields: fields{
				"message_type": text{enum: []string{
					"FLOWS", "ORDER_DETAILS", "ORDER_STATUS", "COMMERCE", "CAROUSEL_COMMERCE", "NOTIFICATION_MESSAGE_TEMPLATE",
				}},
				"message": anything{},
			},
		}},
		"agent": object{fields: fields{
			"display_name": text{},
			"type":         text{enum: []string{"UNKNOWN_AGENT_TYPE", "HUMAN", "BOT"}},
			"picture_url":  text{},
		}},
		"reply_to": object{required: []string{"message_id"}, fields: fields{"message_id": text{}}},
	}),
}

// omniOverride is what another message for one channel can be: a message of any type, but a template only by reference.
var omniOverride = object{
	exactly1: slices.Sorted(maps.Keys(omniTypes)),
	fields:   omniTypes,
}

var omniTypes = with(without(messageTypes, "template_message"), fields{"template_reference": templateReference("version")})

var textMessage = object{required: []string{"text"}, fields: fields{"text": text{}}}

var mediaMessage = object{
	required: []string{"url"},
	fields:   fields{"url": text{}, "thumbnail_url": text{}, "filename_override": text{}},
}

var cardMessage = object{fields: fields{
	"title":              text{},
	"description":        text{},
	"media_message":      mediaMessage,
	"height":             text{enum: []string{"UNSPECIFIED_HEIGHT", "SHORT", "MEDIUM", "TALL"}},
	"choices":            list{max: 10, of: choice},
	"message_properties": object{fields: fields{"whatsapp_header": text{}}},
}}

var choiceMessage = object{
	required: []string{"choices"},
	fields: fields{
		"choices":            list{min: 1, max: 10, of: choice},
		"text_message":       textMessage,
		"message_properties": object{fields: fields{"whatsapp_footer": text{}}},
	},
}

var carouselMessage = object{
	required: []string{"cards"},
	fields: fields{
		"cards":   list{min: 1, max: 10, of: cardMessage},
		"choices": list{max: 3, of: outerChoice},
	},
}

// outerChoice is a choice below a carousel.
var outerChoice = object{
	exactly1: slices.Sorted(maps.Keys(choiceTypes)),
	fields:   with(choiceTypes, fields{"postback_data": text{}}),
}

// choice is a choice elsewhere, where it can stay on the screen.
var choice = object{
	exactly1: outerChoice.exactly1,
	fields: with(outerChoice.fields, fields{
		"display_mode": text{enum: []string{"DISPLAY_MODE_UNSPECIFIED", "PERSISTENT"}},
	}),
}

var choiceTypes = fields{
	"text_message": textMessage,
	"url_message":  object{required: []string{"title", "url"}, fields: fields{"title": text{}, "url": text{}}},
	"call_message": object{
		required: []string{"title", "phone_number"},
		fields:   fields{"title": text{}, "phone_number": text{form: e164Form}},
	},
	"location_message": locationMessage,
	"calendar_message": object{
		required: []string{"title", "event_start", "event_end", "event_title", "fallback_url"},
		fields: fields{
			"title":             text{},
			"event_start":       text{form: timeForm},
			"event_end":         text{form: timeForm},
			"event_title":       text{},
			"event_description": text{},
			"fallback_url":      text{},
		},
	},
	"share_location_message": object{
		required: []string{"title", "fallback_url"},
		fields:   fields{"title": text{}, "fallback_url": text{}},
	},
}

var locationMessage = object{
	required: []string{"title", "coordinates"},
	fields: fields{
		"title": text{},
		"label": text{},
		"coordinates": object{
			required: []string{"latitude", "longitude"},
			fields:   fields{"latitude": number{}, "longitude": number{}},
		},
	},
}

var listMessage = object{
	required: []string{"title", "sections"},
	fields: fields{
		"title":       text{},
		"description": text{},
		"media":       mediaMessage,
		"sections": list{min: 1, of: object{
			required: []string{"items"},
			fields:   fields{"title": text{}, "items": list{min: 1, of: listItem}},
		}},
		"message_properties": object{fields: fields{"menu": text{}, "catalog_id": text{}, "whatsapp_header": text{}}},
	},
	also: checkListItems,
}

var listItem = object{
	exactly1: []string{"choice", "product"},
	fields: fields{
		"choice": object{
			required: []string{"title"},
			fields:   fields{"title": text{}, "description": text{}, "media": mediaMessage, "postback_data": text{}},
		},
		"product": object{
			required: []string{"id", "marketplace"},
			fields: fields{
				"id": text{}, "marketplace": text{}, "quantity": number{whole: true}, "item_price": number{}, "currency": text{},
			},
		},
	},
}

var templateMessage = object{
	atLeast1: []string{"omni_template", "channel_template"},
	fields: fields{
		"omni_template":    templateReference("version"),
		"channel_template": mapping{keys: channels, of: templateReference()},
	},
}

// templateReference returns the rule for a template; one of the Template API needs a version, one of a channel none.
func templateReference(alsoRequired ...string) object {
	return object{
		required: append([]string{"template_id"}, alsoRequired...),
		fields: fields{
			"template_id": text{}, "version": text{}, "language_code": text{}, "parameters": mapping{of: text{}},
		},
	}
}

var contactInfoMessage = object{
	required: []string{"name", "phone_numbers"},
	fields: fields{
		"name": object{
			required: []string{"full_name"},
			fields: fields{
				"full_name": text{}, "first_name": text{}, "last_name": text{}, "middle_name": text{}, "prefix": text{}, "suffix": text{},
			},
		},
		"phone_numbers": list{min: 1, of: object{
			required: []string{"phone_number"},
			fields:   fields{"phone_number": text{}, "type": text{}},
		}},
		"addresses": list{of: object{fields: fields{
			"city": text{}, "country": text{}, "state": text{}, "zip": text{}, "type": text{}, "country_code": text{},
		}}},
		"email_addresses": list{of: object{
			required: []string{"email_address"},
			fields:   fields{"email_address": text{}, "type": text{}},
		}},
		"organization": object{fields: fields{"company": text{}, "department": text{}, "title": text{}}},
		"urls":         list{of: object{required: []string{"url"}, fields: fields{"url": text{}, "type": text{}}}},
		"birthday":     text{form: dateForm},
	},
}

// maxListChoices is how many choices all sections of a list may have together.
const maxListChoices = 10

// checkListItems checks what concerns all items of a list message: they are of one kind, choices are few, and products have
// their catalog.
func checkListItems(c *checker, o map[string]any) {
	var choices, products int
	sections, _ := o["sections"].([]any)
	for _, section := range sections {
		items, _ := at(section, "items").([]any)
		for _, item := range items {
			if at(item, "choice") != nil {
				choices++
			}
			if at(item, "product") != nil {
				products++
			}
		}
	}
	switch {
	case choices > 0 && products > 0:
		c.report("sections", "Items must be all choices or all products")
	case choices > maxListChoices:
		c.report("sections", "At most %d choices", maxListChoices)
	case products > 0 && textAt(o["message_properties"], "catalog_id") == "":
		c.report("message_properties.catalog_id", "Field is mandatory")
	}
}

// with returns a and b in one.
func with(a, b fields) fields {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// without returns a but for one field.
func without(a fields, key string) fields {
	rest := maps.Clone(a)
	delete(rest, key)
	return rest
}

// at returns the value of a key of v, or nil where v is no object or has no such key.
func at(v any, key string) any {
	o, _ := v.(map[string]any)
	return o[key]
}

// textAt returns the string that is the value of a key of v, or "".
func textAt(v any, key string) string {
	s, _ := at(v, key).(string)
	return s
}

func ulidForm(s string) string {
	if _, err := ulid.ParseStrict(s); err != nil {
		return "Must be a ULID"
	}
	return ""
}

func urlForm(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "Must be an http or https URL"
	}
	return ""
}

// ttlForm takes whole seconds. The documented minimum of 3 is not held against a request: the vendor's own examples have 2.
func ttlForm(s string) string {
	const maxSeconds = 315_576_000_000 // 10,000 years
	digits, ok := strings.CutSuffix(s, "s")
	n, err := strconv.ParseUint(digits, 10, 64)
	if !ok || err != nil || n < 1 || n > maxSeconds {
		return "Must be whole seconds followed by s"
	}
	return ""
}

func jsonForm(s string) string {
	if !json.Valid([]byte(s)) {
		return "Must be a string that holds JSON"
	}
	return ""
}

func e164Form(s string) string {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "Must be + and digits"
	}
	return ""
}

func timeForm(s string) string {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return "Must be a time as in RFC 3339"
	}
	return ""
}

func dateForm(s string) string {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "Must be a date, YYYY-MM-DD"
	}
	return ""
}

// documentLength returns how many characters v has as JSON, or as the string that it is; false where it is neither an object nor a
// string, which the vendor's own examples use.
func documentLength(v any) (n int, ok bool) {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v), true
	case map[string]any:
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			panic("sandbox: length of a document: " + err.Error()) // unreachable: it was decoded from JSON
		}
		return utf8.RuneCount(b.Bytes()) - 1, true // less the line feed
	}
	return 0, false
}
