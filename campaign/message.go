package campaign

// shapes are the parts that messages are made of, each of them made once. Names, requirements and counts are those of the
// Conversation API (AppMessage and what it refers to, in its schema).
type shapes struct {
	text, media, card, choice, outerChoice, location, template *rule
}

func newShapes() *shapes {
	s := &shapes{}
	s.text = object(required("text", "The text.", sent(0))).named("text_message")
	s.media = object(
		required("url", "The picture, video or document: an address that anybody can open.", sentAs(urlFormat())),
		optional("thumbnail_url", "A small picture of it, where the channel shows one.", sentAs(urlFormat())),
		optional("filename_override", "The name that a document is shown with.", sent(0)),
	).named("media_message")
	s.location = object(
		required("title", "What the place is called.", sent(0)),
		required("coordinates", "Where it is, in degrees.", object(
			required("latitude", "Degrees north.", &rule{kind: numberKind, low: -90, high: 90}),
			required("longitude", "Degrees east.", &rule{kind: numberKind, low: -180, high: 180}))),
		optional("label", "A second line.", sent(0)),
	).named("location_message")
	s.choice = s.choiceRules(optional("display_mode", "Whether RCS keeps the choice on the screen.", sentOneOf("DISPLAY_MODE_UNSPECIFIED", "PERSISTENT"))).named("choice")
	s.outerChoice = s.choiceRules().named("outer_choice").refusing(
		refusal{"display_mode", "the outer choices of a carousel cannot have it", "remove it"})
	s.card = object(
		optional("title", "The heading.", sent(0)),
		optional("description", "The text.", sent(0)),
		optional("media_message", "The picture or video.", s.media),
		optional("height", "How high the picture is shown.", sentOneOf("UNSPECIFIED_HEIGHT", "SHORT", "MEDIUM", "TALL")),
		optional("choices", "The buttons, 10 at most.", listOf(s.choice, 1, 10)),
		optional("message_properties", "", object(optional("whatsapp_header", "A heading on WhatsApp, where there is no picture.", sent(0)))),
	).named("card_message").checked(checkCard)
	s.template = templateReference(false).named("channel_template")
	return s
}

// messageRules makes the rules of a message: one of the nine types, what may stand beside it, and what replaces it on single channels.
func messageRules() *rule {
	s := newShapes()
	omni := templateReference(true).named("omni_template")
	types := append(s.generic(), optional("template_message", "A template, made at Sinch or approved on a channel.", object(
		optional("omni_template", "A template made at Sinch.", omni),
		optional("channel_template", "By channel: a template approved there; it wins over omni_template.", mapOf(channelKey(), s.template).checked(checkChannelTemplates)),
	).needing("omni_template", "channel_template")))
	override := append(s.generic(), optional("template_reference", "A template made at Sinch.", omni))
	beside := []field{
		optional("explicit_channel_message", "By channel: the message in the channel's own JSON, as a string or written out as keys; it replaces the message there.",
			mapOf(channelKey(), &rule{kind: documentKind})),
		optional("explicit_channel_omni_message", "By channel: another message, which replaces this one there.",
			mapOf(channelKey(), object(override...).exactly(fieldNames(override)...).named("override").shortFor("text_message", "text"))),
		optional("channel_specific_message", "By channel: a kind of message that only this channel has, such as a WhatsApp flow.",
			mapOf(channelKey(), channelSpecificRules())),
		optional("agent", "Who speaks in the message.", object(
			optional("display_name", "The name.", sent(0)),
			optional("type", "A person or a program.", sentOneOf("UNKNOWN_AGENT_TYPE", "HUMAN", "BOT")),
			optional("picture_url", "A picture.", sentAs(urlFormat())))),
		optional("reply_to", "The message that this one answers (WhatsApp).", object(
			required("message_id", "Sinch's id of that message.", sent(0)))),
	}
	return object(append(types, beside...)...).named("message").exactly(fieldNames(types)...).shortFor("text_message", "text").refusing(
		refusal{"text", "this does not stand here", `write message: "…", or message: {text_message: {text: "…"}}`},
		refusal{"message", "this is a whole request to Sinch", "keep only what stands under its message"},
		refusal{"recipient", "the recipient comes from the audience", "remove this"},
		refusal{"app_id", "the app comes from SINCH_APP_ID", "remove this"},
		refusal{"project_id", "the project comes from SINCH_PROJECT_ID", "remove this"},
		refusal{"channel_priority_order", "this does not stand in a message", "move it to the campaign itself"},
		refusal{"channel_properties", "this does not stand in a message", "move it to the campaign itself"},
	)
}

// generic returns the types that both a message and an override can have.
func (s *shapes) generic() []field {
	return []field{
		optional("text_message", "A text.", s.text),
		optional("media_message", "A picture, video or document.", s.media),
		optional("card_message", "A card: heading, text, picture, buttons.", s.card),
		optional("choice_message", "A question and its answers.", s.choiceMessage()),
		optional("carousel_message", "Several cards in a row.", s.carousel()),
		optional("location_message", "A place on the map.", s.location),
		optional("list_message", "A list to choose from (WhatsApp).", s.list()),
		optional("contact_info_message", "A visiting card.", contactInfo()),
	}
}

func (s *shapes) choiceRules(more ...field) *rule {
	kinds := []field{
		optional("text_message", "An answer.", s.text),
		optional("url_message", "A link.", object(
			required("title", "What the button says.", sent(0)),
			required("url", "Where it leads.", sentAs(urlFormat())))),
		optional("call_message", "A phone call.", object(
			required("title", "What the button says.", sent(0)),
			required("phone_number", "The number, with + and country code.", sentAs(phoneFormat())))),
		optional("location_message", "A place on the map.", s.location),
		optional("calendar_message", "An entry for the calendar.", object(
			required("title", "What the button says.", sent(0)),
			required("event_start", "When it begins.", sentAs(timeFormat())),
			required("event_end", "When it ends.", sentAs(timeFormat())),
			required("event_title", "The entry's heading.", sent(0)),
			optional("event_description", "The entry's text.", sent(0)),
			required("fallback_url", "The link where there is no calendar.", sentAs(urlFormat())))),
		optional("share_location_message", "Asks for the recipient's place.", object(
			required("title", "What the button says.", sent(0)),
			required("fallback_url", "The link where this is not possible.", sentAs(urlFormat())))),
	}
	postback := optional("postback_data", "What comes back when it is pressed.", sent(0))
	return object(append(append(kinds, postback), more...)...).exactly(fieldNames(kinds)...)
}

func (s *shapes) choiceMessage() *rule {
	return object(
		optional("text_message", "The question.", s.text),
		required("choices", "The answers, 10 at most.", listOf(s.choice, 1, 10)),
		optional("message_properties", "", object(optional("whatsapp_footer", "A line below, on WhatsApp.", sent(0)))),
	).named("choice_message")
}

func (s *shapes) carousel() *rule {
	return object(
		required("cards", "The cards, 10 at most.", listOf(s.card, 1, 10)),
		optional("choices", "Buttons below all cards, 3 at most.", listOf(s.outerChoice, 1, 3)),
	).named("carousel_message")
}

func (s *shapes) list() *rule {
	item := object(
		optional("choice", "A line to choose.", object(
			required("title", "What it says.", sent(0)),
			optional("description", "A second line.", sent(0)),
			optional("media", "A picture.", s.media),
			optional("postback_data", "What comes back when it is chosen.", sent(0)))),
		optional("product", "A product of a catalogue.", object(
			required("id", "Its id in the catalogue.", sent(0)),
			required("marketplace", "Where the catalogue is.", sent(0)),
			optional("quantity", "How many.", &rule{kind: numberKind}),
			optional("item_price", "The price of one.", &rule{kind: numberKind}),
			optional("currency", "The price's currency.", sent(0)))),
	).exactly("choice", "product")
	return object(
		required("title", "The text above the list.", sent(0)),
		optional("description", "A second text.", sent(0)),
		optional("media", "A picture.", s.media),
		required("sections", "The parts of the list.", listOf(object(
			optional("title", "The part's heading.", sent(0)),
			required("items", "Its lines, all of one kind.", listOf(item, 1, 0))), 1, 0)),
		optional("message_properties", "", object(
			optional("menu", "What the button says that opens the list.", sent(0)),
			optional("catalog_id", "The catalogue; needed for products.", sent(0)),
			optional("whatsapp_header", "A heading.", sent(0)))),
	).named("list_message").checked(checkList)
}

// templateReference makes the rules of a reference to a template. One made at Sinch needs its version.
func templateReference(omni bool) *rule {
	version := field{"version", `The version; "latest" is the newest.`, sent(0), omni}
	return object(
		required("template_id", "Sinch's id of the template; on WhatsApp its name.", sent(0)),
		version,
		optional("language_code", "The language, such as en or en_US.", sent(0)),
		optional("parameters", "The template's values, all of them.", mapOf(plain(keyFormat()), sent(0))),
	)
}

func contactInfo() *rule {
	kindOf := optional("type", "What kind it is, such as Home or Work.", sent(0))
	return object(
		required("name", "The person's name.", object(
			required("full_name", "The whole name.", sent(0)),
			optional("first_name", "", sent(0)),
			optional("last_name", "", sent(0)),
			optional("middle_name", "", sent(0)),
			optional("prefix", "", sent(0)),
			optional("suffix", "", sent(0)))),
		required("phone_numbers", "The numbers.", listOf(object(
			required("phone_number", "The number with its country code.", sent(0)), kindOf), 1, 0)),
		optional("addresses", "The addresses.", listOf(object(
			optional("city", "", sent(0)),
			optional("country", "", sent(0)),
			optional("state", "", sent(0)),
			optional("zip", "", sent(0)),
			kindOf,
			optional("country_code", "", sent(0))), 1, 0)),
		optional("email_addresses", "The mail addresses.", listOf(object(
			required("email_address", "", sent(0)), kindOf), 1, 0)),
		optional("organization", "The firm.", object(
			optional("company", "", sent(0)),
			optional("department", "", sent(0)),
			optional("title", "", sent(0)))),
		optional("urls", "The web pages.", listOf(object(
			required("url", "", sentAs(urlFormat())), kindOf), 1, 0)),
		optional("birthday", "The birthday, such as 1990-05-31.", sentAs(dateFormat())),
	).named("contact_info_message")
}

// channelSpecificRules checks WhatsApp's flows; what the other kinds hold, Sinch's documents leave too open for more than their names.
func channelSpecificRules() *rule {
	anything := &rule{kind: anyKind}
	specific := object(
		required("message_type", "What kind of message it is.", sentOneOf(
			"FLOWS", "ORDER_DETAILS", "ORDER_STATUS", "COMMERCE", "CAROUSEL_COMMERCE", "NOTIFICATION_MESSAGE_TEMPLATE")),
		required("message", "The message, in the shape of its kind.", anything),
	)
	specific.variant = &variant{key: "message_type", value: "FLOWS", member: "message", rule: object(
		required("flow_id", "Meta's id of the flow.", sent(0)),
		required("flow_cta", "What the button says: 20 characters at most, no emoji.", sent(20)),
		optional("flow_token", "A token of your own.", sent(0)),
		optional("flow_mode", "", sentOneOf("draft", "published")),
		optional("flow_action", "", sentOneOf("navigate", "data_exchange")),
		optional("flow_action_payload", "What the flow begins with.", object(
			optional("screen", "The first screen.", sent(0)),
			optional("data", "Its data.", anything))),
		optional("header", "What stands above.", anything),
		optional("body", "The text.", object(required("text", "", sent(1024)))),
		optional("footer", "What stands below.", anything),
	)}
	return specific
}

func channelKey() *rule { return oneOf(channelNames()...) }
