package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// transcodeRequest is the body of POST messages:transcode.
var transcodeRequest = object{
	required: []string{"app_id", "app_message", "channels"},
	fields: fields{
		"app_id": text{form: ulidForm}, "app_message": message, "channels": list{min: 1, of: channel}, "from": text{}, "to": text{},
	},
}

// transcode answers POST messages:transcode.
func (s *Server) transcode(r *http.Request) answer {
	var request struct {
		AppID    string   `json:"app_id"`
		Message  any      `json:"app_message"`
		Channels []string `json:"channels"`
		To       string   `json:"to"`
	}
	if a, ok := s.readInto(r, transcodeRequest, &request); !ok {
		return a
	}
	if request.AppID != s.cfg.AppID {
		return s.notFound()
	}
	all := map[string]string{}
	for _, channel := range request.Channels {
		all[channel] = transcoded(request.Message, channel)
		if channel == "WHATSAPP" {
			all[channel] = string(encodeJSON(map[string]any{
				"messaging_product": "whatsapp", "recipient_type": "individual", "to": request.To,
				"type": "text", "text": map[string]any{"body": all[channel]},
			}))
		}
	}
	return jsonAnswer(http.StatusOK, struct {
		Messages map[string]string `json:"transcoded_message"`
	}{all})
}

// transcoded returns the text of a message on a channel that knows nothing but text. Text of the channel's own stands as it is.
func transcoded(message any, channel string) string {
	if own := textAt(at(message, "explicit_channel_message"), channel); own != "" {
		return own
	}
	if own := at(at(message, "explicit_channel_omni_message"), channel); own != nil {
		message = own
	}
	switch {
	case at(message, "text_message") != nil:
		return textAt(at(message, "text_message"), "text")
	case at(message, "media_message") != nil:
		return textAt(at(message, "media_message"), "url")
	case at(message, "card_message") != nil:
		return cardText(at(message, "card_message"))
	case at(message, "choice_message") != nil:
		return choiceText(at(message, "choice_message"), channel)
	case at(message, "carousel_message") != nil:
		return carouselText(at(message, "carousel_message"))
	case at(message, "location_message") != nil:
		return locationText(at(message, "location_message"))
	case at(message, "list_message") != nil:
		return listText(at(message, "list_message"))
	case at(message, "contact_info_message") != nil:
		return contactText(at(message, "contact_info_message"))
	}
	return templateText(message, channel)
}

// lines returns texts on a line each, less those that are empty.
func lines(texts ...string) string {
	var all []string
	for _, text := range texts {
		if text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}

func cardText(card any) string {
	return lines(textAt(card, "title"), textAt(card, "description"), textAt(at(card, "media_message"), "url"), choicesText(at(card, "choices")))
}

// choiceText returns the question and its answers, which MMS does not set apart by a blank line.
func choiceText(choice any, channel string) string {
	question := textAt(at(choice, "text_message"), "text")
	if question != "" && channel != "MMS" {
		question += "\n"
	}
	return lines(question, choicesText(at(choice, "choices")))
}

func carouselText(carousel any) string {
	var all []string
	cards, _ := at(carousel, "cards").([]any)
	for i, card := range cards {
		all = append(all, strconv.Itoa(i+1)+". "+cardText(card))
	}
	if choices := choicesText(at(carousel, "choices")); choices != "" {
		all = append(all, choices)
	}
	return strings.Join(all, "\n\n")
}

// choicesText returns a line for every choice.
func choicesText(choices any) string {
	var all []string
	list, _ := choices.([]any)
	for _, choice := range list {
		all = append(all, "> "+choiceLine(choice))
	}
	return lines(all...)
}

func choiceLine(choice any) string {
	if text := at(choice, "text_message"); text != nil {
		return strings.ToUpper(textAt(text, "text"))
	}
	if location := at(choice, "location_message"); location != nil {
		return locationText(location)
	}
	for _, kind := range []struct{ name, value string }{
		{"url_message", "url"}, {"call_message", "phone_number"}, {"calendar_message", "fallback_url"}, {"share_location_message", "fallback_url"},
	} {
		if c := at(choice, kind.name); c != nil {
			return textAt(c, "title") + ": " + textAt(c, kind.value)
		}
	}
	return "" // unreachable: a choice is one of these
}

// locationText returns the title and a map. Coordinates have the precision of 32 bits, as the API keeps them.
func locationText(location any) string {
	coordinates := at(location, "coordinates")
	return textAt(location, "title") + ": https://www.google.com/maps/search/?api=1&query=" +
		shortNumber(at(coordinates, "latitude")) + "," + shortNumber(at(coordinates, "longitude"))
}

func shortNumber(v any) string {
	f, _ := v.(float64)
	return strconv.FormatFloat(float64(float32(f)), 'f', -1, 32)
}

// listText returns a list, of which no document says what it looks like as text.
func listText(list any) string {
	texts := []string{textAt(list, "title"), textAt(list, "description")}
	sections, _ := at(list, "sections").([]any)
	for _, section := range sections {
		texts = append(texts, textAt(section, "title"))
		items, _ := at(section, "items").([]any)
		for _, item := range items {
			if product := textAt(at(item, "product"), "id"); product != "" {
				texts = append(texts, "> "+product)
				continue
			}
			texts = append(texts, "> "+strings.ToUpper(textAt(at(item, "choice"), "title")))
		}
	}
	return lines(texts...)
}

// contactText returns a contact, of which no document says what it looks like as text.
func contactText(contact any) string {
	texts := []string{textAt(at(contact, "name"), "full_name")}
	phones, _ := at(contact, "phone_numbers").([]any)
	for _, phone := range phones {
		texts = append(texts, textAt(phone, "phone_number"))
	}
	addresses, _ := at(contact, "email_addresses").([]any)
	for _, address := range addresses {
		texts = append(texts, textAt(address, "email_address"))
	}
	return lines(texts...)
}

// templateText returns the name of a template, whose text is known behind the API only.
func templateText(message any, channel string) string {
	templates := at(message, "template_message")
	for _, reference := range []any{
		at(message, "template_reference"), at(at(templates, "channel_template"), channel), at(templates, "omni_template"),
	} {
		if reference != nil {
			return "[template " + textAt(reference, "template_id") + "]"
		}
	}
	return ""
}
