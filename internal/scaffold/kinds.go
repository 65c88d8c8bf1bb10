package scaffold

import (
	"slices"
	"strings"

	"sendoff/campaign"
)

// Kind is a type of message, by the word for it on the command line.
type Kind string

// The kinds, one for each type of message of the API.
const (
	Text     Kind = "text"
	Card     Kind = "card"
	Choice   Kind = "choice"
	Carousel Kind = "carousel"
	Media    Kind = "media"
	Location Kind = "location"
	Template Kind = "template"
	List     Kind = "list"
	Contact  Kind = "contact"
)

// Kinds lists the kinds, the usual ones first.
var Kinds = [...]Kind{Text, Card, Choice, Carousel, Media, Location, Template, List, Contact}

// Channels are those that suit the kind where nobody says otherwise, the best first.
func (k Kind) Channels() []campaign.Channel {
	switch k {
	case Text:
		return []campaign.Channel{campaign.SMS}
	case Template, List:
		return []campaign.Channel{campaign.WhatsApp}
	case Contact:
		return []campaign.Channel{campaign.WhatsApp, campaign.SMS}
	}
	return []campaign.Channel{campaign.RCS, campaign.SMS}
}

// Question is what is asked for where the kind's own text is wanted.
func (k Kind) Question() string {
	switch k {
	case Media:
		return "Address of the picture, video or document"
	case Location:
		return "Name of the place"
	case Template:
		return "The template's name on WhatsApp, or its id at Sinch"
	case Contact:
		return "Whose visiting card"
	}
	return "Text"
}

// DefaultText is what stands in the text's place where nobody has said another. It greets where there are first names.
func (a Answers) DefaultText() string {
	switch a.Kind {
	case Media:
		return "https://example.com/picture.jpg"
	case Location:
		return "Acme, 1 Example Street"
	case Template:
		return "order_update"
	case Contact:
		return "Acme Customer Service"
	}
	greeting := "Hello, "
	if a.Audience.greeting() != "" {
		greeting = "Hi ${" + firstName + "}, "
	}
	switch {
	case a.Kind == List && a.isMarketing():
		return greeting + "which of these offers shall we keep for you?"
	case a.Kind == List:
		return greeting + "when may we deliver your order?"
	case a.Kind == Choice && a.isMarketing():
		return greeting + "shall we keep a place at our spring sale for you? " + stopLine
	case a.Kind == Choice:
		return greeting + "we expect you on Friday at 10:00. Does that suit you?"
	case a.isMarketing():
		return greeting + "Acme's spring sale is on: 20% off everything until Sunday. " + stopLine
	}
	return greeting + "your order is ready for you to collect at Acme."
}

// Marketing is the type of content of offers.
const Marketing = "CONTENT_MARKETING"

func (a Answers) isMarketing() bool { return a.ContentType == Marketing }

const (
	examplePage    = "https://example.com/"
	examplePicture = "https://example.com/picture.jpg"
	exampleNumber  = "+12025550100" // reserved for fiction, as all others here
)

// message returns what is sent, as a value of the campaign's key message.
func (a Answers) message() (value any, about string) {
	if a.Request != nil {
		return a.Request.message, a.Request.about
	}
	about = "What everybody gets. " + placeholderHelp
	own := text(a.Text)
	switch a.Kind {
	case Card:
		return a.withSMS(examplePage, object{{key: "card_message", value: card(own)}}), about + "\nA card: on channels without cards Sinch makes a text of it."
	case Choice:
		return a.withSMS("Answer YES or NO.", object{{key: "choice_message", value: object{
			{key: "text_message", value: object{{key: "text", value: own}}},
			{key: "choices", about: "The answers, 10 at most. postback_data is what your systems get when one is pressed.", value: list{
				answer("Yes", "yes"), answer("No", "no"),
			}},
		}}}), about + "\nA question with buttons: on channels without buttons Sinch makes a text of it."
	case Carousel:
		return a.withSMS(examplePage, object{{key: "carousel_message", value: object{
			{key: "cards", about: "The cards, 10 at most; each has what a card_message can have.", value: list{
				{value: card(own)},
				{value: bare(card("And what is new this week."))},
			}},
		}}}), about + "\nCards in a row: on channels without them Sinch makes a text of it."
	case Media:
		return a.withSMS(a.stop(), object{{key: "media_message", value: object{
			{key: "url", about: "An address that anybody can open. What kind of file it is says its server.", value: own},
			{key: "thumbnail_url", about: "A small picture of it, for videos and documents.", value: text("https://example.com/small.jpg"), isExample: true},
		}}}), "What everybody gets: a picture, a video or a document. On channels without them Sinch sends its address."
	case Location:
		return a.withSMS(a.stop(), object{{key: "location_message", value: object{
			{key: "title", value: own},
			{key: "coordinates", about: "In degrees: north of the equator, east of Greenwich; south and west have a minus sign.", value: object{
				{key: "latitude", value: word("51.5007")}, {key: "longitude", value: word("-0.1246")},
			}},
			{key: "label", about: "A second line.", value: text("Open until 18:00")},
		}}}), "What everybody gets: a place on the map. On channels without maps Sinch sends a link."
	case Template:
		return a.template()
	case List:
		return object{{key: "list_message", value: object{
			{key: "title", about: "The text above the list.", value: own},
			{key: "sections", about: "The parts of the list, with 10 lines at most in all of them.", value: list{{value: object{
				{key: "title", value: text("Our proposals")},
				{key: "items", value: list{line("The first", "Until Sunday", "first"), line("The second", "While stocks last", "second")}},
			}}}},
			{key: "message_properties", value: object{{key: "menu", about: "What the button says that opens the list.", value: text("Choose")}}},
		}}}, about + "\nA list to choose from, on WhatsApp. It reaches who has written to you within 24 hours; others only get templates."
	case Contact:
		return a.withSMS(exampleNumber+" "+a.stop(), object{{key: "contact_info_message", value: object{
			{key: "name", value: object{{key: "full_name", value: own}}},
			{key: "phone_numbers", value: list{{value: object{{key: "phone_number", value: text(exampleNumber)}, {key: "type", value: text("Work")}}}}},
			{key: "email_addresses", value: list{{value: object{{key: "email_address", value: text("service@example.com")}, {key: "type", value: text("Work")}}}}},
			{key: "urls", value: list{{value: object{{key: "url", value: text(examplePage)}}}}},
		}}}), "What everybody gets: a visiting card. On channels without them Sinch makes a text of it."
	}
	return own, about
}

const placeholderHelp = "${name} in a text is the column of that name, or a param; case, spaces, \"_\" and \"-\" make no difference."

func card(description text) object {
	return object{
		{key: "title", value: text("Acme")},
		{key: "description", value: description},
		{key: "media_message", about: "The picture: an address that anybody can open.", value: object{{key: "url", value: text(examplePicture)}}},
		{key: "height", about: "How much room it gets on RCS: SHORT, MEDIUM or TALL.", value: word("MEDIUM")},
		{key: "choices", about: "The buttons, 3 at most on RCS.", value: list{
			{value: object{{key: "url_message", value: object{{key: "title", value: text("Show me")}, {key: "url", value: text(examplePage)}}}}},
			{about: "A button that calls you.", isExample: true, value: object{
				{key: "call_message", value: object{{key: "title", value: text("Call us")}, {key: "phone_number", value: text(exampleNumber)}}},
			}},
		}},
	}
}

// bare returns an object without comments and examples, which stand above already.
func bare(o object) object {
	o = slices.DeleteFunc(slices.Clone(o), func(m member) bool { return m.isExample })
	for i := range o {
		o[i].about = ""
		if l, isList := o[i].value.(list); isList {
			o[i].value = slices.DeleteFunc(slices.Clone(l), func(i item) bool { return i.isExample })
		}
	}
	return o
}

func answer(title, postback string) item {
	return item{value: object{
		{key: "text_message", value: object{{key: "text", value: text(title)}}},
		{key: "postback_data", value: text(postback)},
	}}
}

func line(title, description, postback string) item {
	return item{value: object{{key: "choice", value: object{
		{key: "title", value: text(title)}, {key: "description", value: text(description)}, {key: "postback_data", value: text(postback)},
	}}}}
}

// stop is how people can stop offers, which what is no text cannot say.
func (a Answers) stop() string {
	if a.ContentType == "CONTENT_MARKETING" {
		return stopLine
	}
	return ""
}

const stopLine = "Reply STOP to get no more offers."

// withSMS adds what an SMS says in the place of something else: the text, and more behind it, if there is any.
func (a Answers) withSMS(more string, o object) object {
	if more = strings.TrimSpace(more); more == "" || !slices.Contains(a.Channels, campaign.SMS) {
		return o
	}
	return append(o, member{
		key: "explicit_channel_omni_message", about: "What an SMS says instead.",
		value: object{{key: "SMS", value: object{{key: "text_message", value: object{{key: "text", value: text(strings.TrimSpace(a.Text) + " " + more)}}}}}},
	})
}

// template is a reference to a template: of WhatsApp, where that is a channel, and to one made at Sinch for the others.
func (a Answers) template() (value any, about string) {
	var parameter text = "42"
	if a.Audience.greeting() != "" {
		parameter = "${" + firstName + "}"
	}
	templates := object{}
	if slices.Contains(a.Channels, campaign.WhatsApp) {
		templates = append(templates, member{key: "channel_template", about: "On WhatsApp: a template that is approved there, by its name.", value: object{{key: "WHATSAPP", value: object{
			{key: "template_id", value: text(a.Text)},
			{key: "language_code", value: text("en")},
			{key: "parameters", about: "Its variables. body[1]text is the first one in its text.", value: object{{key: "body[1]text", value: parameter}}},
		}}}})
	}
	if slices.ContainsFunc(a.Channels, func(c campaign.Channel) bool { return c != campaign.WhatsApp }) {
		templates = append(templates, member{key: "omni_template", about: "A template made at Sinch, by its id. latest is its newest version.", value: object{
			{key: "template_id", value: text(a.Text)},
			{key: "version", value: text("latest")},
			{key: "language_code", value: text("en")},
			{key: "parameters", about: "Its variables, all of them.", value: object{{key: "name", value: parameter}}},
		}})
	}
	return object{{key: "template_message", value: templates}}, "What everybody gets: a template. " + placeholderHelp
}
