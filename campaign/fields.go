package campaign

import "strings"

// fileRules makes the rules of a campaign file.
func fileRules() *rule {
	message := messageRules()
	root := object(
		optional("$schema", "Where an editor finds the description of this file. It has no other effect.", plain(nil)),
		optional("version", "The version of this format: 1.", oneOf("1")),
		required("name", "What reports call the campaign.", plain(nameFormat())),
		optional("run_key", "Names the execution: the same key is the same run, so repeating a command resumes. The name where it is left out. "+
			"{date}, {week} and {month} stand for the day on which the run begins, in time_zone.", plain(runKeyFormat())),
		optional("profile", "Which of your profiles it goes through: project, app, region and access key. sendoff profile list shows them.", plain(nameFormat())),
		optional("approval", "required: nothing is sent but a plan whose code is given (run --plan CODE), with the name of whoever has approved it. "+
			"Rehearsals need none.", oneOf("required")),
		optional("time_zone", "The campaign's time zone by its IANA name, such as Europe/London.", plain(nil).checked(checkTimeZone)),
		optional("not_after", "When it is too late: whoever was not sent to by then is left out as expired. A time of day on the day on which the run begins, "+
			"a day with a time, or never. The end of that day where run_key has {date}.", plain(deadlineFormat()).checked(checkDeadline)),
		optional("not_before", "Before when nobody is sent to: a time of day on the day on which the run begins, or a day with a time.",
			plain(momentFormat()).checked(checkDeadline)),
		optional("expires", "Until when a message is worth getting: a time of day on the day on which the run begins, a day with a time, or an age such as 4h, from when "+
			"it is sent. Sinch stops trying then; it takes the place of ttl.", plain(expiryFormat()).checked(checkDeadline)),
		optional("window", `At which hours people may get messages, on their own clocks; "any" says that every hour is meant.`, windowRules()),
		required("message_content_type", "What kind of message this is; it decides which of Sinch's opt-out lists applies.",
			oneOf("CONTENT_MARKETING", "CONTENT_NOTIFICATION", "CONTENT_UNKNOWN")),
		required("audience", "Who gets the message.", audienceRules()),
		optional("suppress", `Lists of people who must not be written to; "none" says that nobody is left out on purpose.`, suppressRules()),
		optional("seeds", "A file of your own people, who get what real people would get: by sendoff test, and within the run where in_run says so. "+
			"They are counted apart.", seedsRules()),
		required("channel_priority_order", "The channels to try, the best first.", listOf(oneOf(channelNames()...), 1, 0).checked(checkChannelOrder)),
		optional("channel_properties", "Settings of single channels, such as SMS_SENDER.", channelPropertyRules()),
		optional("params", "Named values for placeholders: a column or an expression, and what to do where it is empty.", paramsRules()),
		optional("message", "What is sent; a plain text stands for a text_message.", message),
		optional("message_file", "A file that holds the message, relative to this one: JSON or YAML, as the message composer exports it.", plain(pathFormat())),
		optional("translations", "The message in other languages, by language tag; each replaces the whole message.",
			mapOf(plain(languageFormat()), message).checked(checkTranslations)),
		optional("metadata", "Your own labels, which come back with every delivery receipt.", metadataRules()),
		optional("callback_url", "Where Sinch sends the delivery receipts of these messages instead of the app's webhook.", sentAs(callbackFormat())),
		optional("ttl", `How long Sinch tries to deliver, in seconds, such as "86400s".`, sentAs(ttlFormat()).checked(checkTTL)),
		optional("queue", "Which of the app's queues the messages wait in.", oneOf("NORMAL_PRIORITY", "HIGH_PRIORITY")),
		optional("processing_strategy", "Whether Sinch keeps contacts and conversations.", oneOf("DEFAULT", "DISPATCH_ONLY")),
		optional("conversation_metadata", "Any JSON that Sinch attaches to the conversation; at most 2,048 characters.",
			(&rule{kind: anyKind}).checked(checkConversationMetadata)),
		optional("conversation_metadata_update_strategy", "What becomes of metadata that the conversation has already.", oneOf("REPLACE", "MERGE_PATCH")),
		optional("correlation_id", "A label that callbacks carry; run and row where it is left out.", sent(128)),
		optional("pace", "How fast to send.", paceRules()),
		optional("canary", "The first messages, which go out alone: where many of them fare badly, nothing more is sent.", canaryRules()),
		optional("limits", "What stops the run: before anything is sent, and before a message that would exceed them.", limitsRules()),
		optional("prices", "The price list: what a message costs by country and channel.", pricesRules()),
		optional("labels", "Your own labels for reports, such as a cost centre. They never go to Sinch.", mapOf(plain(labelFormat()), plain(nil).atMost(100))),
		optional("brand", "The names by which people know who writes to them, for a warning where marketing by SMS has none of them.",
			listOf(plain(wordFormat()), 1, 0).orOne()),
		optional("opt_out", "How people can stop these messages, for a warning where marketing by SMS or MMS does not say it: words, a link; or elsewhere.", optOutRules()),
		optional("in_doubt", "What is done with people in doubt about whom Sinch cannot be asked: hold (the default) waits for you to decide, "+
			"resend sends again, leave ends the run without knowing.", oneOf(DoubtPolicies()...)),
		optional("keep", "How long people's data of runs that are over is kept, such as 90d: the next start of a run of this campaign erases what is older.",
			plain(keepFormat())),
		optional("notify", `Addresses that are told how each start of a run ended; "slack:" before one that takes texts as Slack does.`,
			listOf(plain(webhookFormat()), 1, 10).orOne()),
	).exactly("message", "message_file").checked(checkCampaign)
	return root.refusing(
		refusal{"warm_up", "belongs to pace", "put it there: pace: {warm_up: …}"},
		refusal{"queue_ahead", "belongs to pace", "put it there: pace: {queue_ahead: …}"},
		refusal{"where", "belongs to the audience", "put it there: audience: {where: …}"},
		refusal{"consent", "belongs to the audience", "put it there: audience: {consent: …}"},
		refusal{"recipient", "the recipient comes from the audience", "remove this"},
		refusal{"app_id", "the app comes from a profile or SINCH_APP_ID", "remove this, or name the profile: profile: NAME"},
		refusal{"project_id", "the project comes from a profile or SINCH_PROJECT_ID", "remove this, or name the profile: profile: NAME"},
		refusal{"message_metadata", "sendoff writes message_metadata itself", "put your own labels under metadata: {label: value}"},
	)
}

func optOutRules() *rule {
	return object(
		optional("words", "Words that tell how, beside STOP and the like.", listOf(plain(wordFormat()), 1, 0).orOne()),
		optional("link", "How the address begins of a page where people can stop them, such as https://example.com/stop.", listOf(plain(wordFormat()), 1, 0).orOne()),
		optional("said", "elsewhere: the texts need not say it.", oneOf("elsewhere")),
	).shortFor("said").needing("words", "link", "said")
}

func audienceRules() *rule {
	roles := make([]field, len(Roles))
	for i, role := range Roles {
		roles[i] = optional(role, "The column that holds "+roleDoc(role)+".", plain(columnFormat()))
	}
	return object(
		optional("file", `The file with the recipients, relative to this one; "-" is standard input.`, plain(pathFormat())),
		optional("run", "Another run whose people get this message, for a correction or an apology: its key, or its folder.", plain(runFormat())),
		optional("state", "Which of that run's people are meant, by what became of them.", listOf(oneOf(peopleStates()...), 1, 0).orOne()),
		optional("columns", "Which columns mean what.", object(roles...)),
		optional("languages", "What the language column says, and the language tags that are meant: {Svensk: sv}. Tags, codes of ISO 639 and the names of languages "+
			"are understood without it.", mapOf(plain(languageNameFormat()), plain(languageFormat())).checked(checkLanguages)),
		optional("numbers", "Columns that hold numbers, for where and params; every other column is text. A cell that is no number makes its row unusable.",
			listOf(plain(columnFormat()), 1, 0).orOne()),
		optional("decimal", `The decimal sign of these numbers: "." (the default) or ",". The other one may group their digits.`, oneOf(".", ",")),
		optional("countries", "Which countries are meant, by their two-letter codes: that of the phone number, or else of the country column. Everybody else is left out as country.",
			listOf(plain(countryFormat()), 1, 0).orOne()),
		optional("where", `Which rows are meant, such as country == "GB" and points >= 100; the others are left out as filtered.`,
			plain(whereFormat()).atMost(10_000)),
		optional("consent", "The column that says who has agreed to get messages; the others are left out as no_consent.", consentRules()),
		optional("country", "How national phone numbers are read: a two-letter country code, such as GB.", plain(countryFormat())),
		encodingField(), delimiterField(),
		optional("sheet", "The sheet of a workbook; where it is left out, the only one that is visible and not empty.", plain(sheetFormat())),
		optional("hidden_rows", "What becomes of rows that are hidden in a workbook, by a filter or by hand: skip or include. Without it they stop the run.",
			oneOf("skip", "include")),
		optional("max_age", "How old the file may be, such as 20h: an older one is taken for an export that has failed, and nothing is sent.", plain(ageFormat())),
		optional("allow_empty", "Whether a file without rows, or nobody to send to, is a success.", (&rule{kind: textKind, enum: []string{"true", "false"}})),
		optional("allow_premium", "Whether premium-rate, shared-cost and personal numbers are sent to; without it their rows are unusable.",
			(&rule{kind: textKind, enum: []string{"true", "false"}})),
		optional("max_bad_rows", "How many rows may be unusable before nothing is sent at all: 5% (the default), or a number.", plain(shareFormat())),
	).shortFor("file").exactly("file", "run").checked(checkAudience).refusing(notYet("keep_columns")...)
}

func consentRules() *rule {
	return object(
		required("column", "The column that says whether somebody has agreed.", plain(columnFormat())),
		optional("yes", "The words of that column that mean yes: "+strings.Join(usualYes(), ", ")+" where this is left out. Upper and lower case are the same.",
			listOf(plain(wordFormat()), 1, 0).orOne()),
		optional("date", "The column that says when: 2026-01-31 or 31.01.2026.", plain(columnFormat())),
		optional("max_age", "How long a consent holds, such as 24mo or 730d.", plain(consentAgeFormat())),
	).shortFor("column").checked(checkConsent)
}

func encodingField() field {
	return optional("encoding", "The encoding of the file's text, such as utf-8 or windows-1250; where it is left out, UTF-8, UTF-16 and Windows-1252 are found out, and others refused.", plain(encodingFormat()))
}

func delimiterField() field {
	return optional("delimiter", "What stands between the cells of the file; it is found out where it is left out.", oneOf(delimiterNames()...))
}

func roleDoc(role string) string {
	switch role {
	case "phone":
		return "the phone number"
	case "id":
		return "your own number of the customer"
	case "language":
		return "the language, which chooses the translation"
	case "country":
		return "the country, in which the phone number is read"
	case "time_zone":
		return "the time zone"
	case "contact_id":
		return "the id of the person's contact at Sinch; whoever has one is addressed by it alone"
	}
	if c := Channel(strings.ToUpper(role)); c.ByPhone() {
		return "the phone number on " + string(c) + ", in the place of phone; an empty cell: none there"
	}
	return "the id that " + strings.ToUpper(role) + " gave the person"
}

func suppressRules() *rule {
	list := object(
		optional("file", "The file with the people, relative to this one.", plain(pathFormat())),
		optional("sheet", "The sheet of a workbook; where it is left out, the only one that is visible and not empty.", plain(sheetFormat())),
		optional("runs", "Other runs, whose people are left out: a run's key, a pattern such as spring-*, or a run's folder.", plain(runFormat())),
		optional("sinch", "opt_outs: Sinch's own lists of people who have opted out, those that apply to the message_content_type.", oneOf("opt_outs")),
		optional("within", "How long ago those runs may have begun, such as 90d, and no longer than keep; at any time where both are missing.", plain(ageFormat())),
		encodingField(), delimiterField(),
		optional("max_age", "How old the file may be, such as 20h or 60d; or how old a copy of Sinch's lists from an earlier start, 10m where it is missing.", plain(ageFormat())),
		optional("unreadable", "ignore: lines that cannot be read as a phone number or id do not stop the run.", oneOf("ignore")),
	).shortFor("file").exactly("file", "runs", "sinch").checked(checkSuppression)
	suppress := listOf(list, 1, 0).checked(checkOptOuts)
	suppress.word = "none"
	return suppress
}

func seedsRules() *rule {
	return object(
		required("file", "The file with these people, relative to this one: phone numbers or addresses on single channels, and as far as you like id and language.",
			plain(pathFormat())),
		optional("in_run", "first: they get the message before everybody else; first_and_last: and once more when everybody is done. They get none where it is left out.",
			oneOf(seedTimes()...)),
		optional("sheet", "The sheet of a workbook; where it is left out, the only one that is visible and not empty.", plain(sheetFormat())),
		encodingField(), delimiterField(),
	).shortFor("file")
}

func paramsRules() *rule {
	param := object(
		optional("column", "The column that holds the value; the one of the param's name where it is left out.", plain(columnFormat())),
		optional("expr", `What the value is made of, such as money(amount * 1.2, "GBP"), in the place of a column. A row in which it fails is left out as invalid.`,
			plain(exprFormat()).atMost(10_000)),
		optional("default", "What stands in the place of an empty value.", (&rule{kind: textKind, sent: true}).checked(checkDefault)),
		optional("on_empty", "error: nothing is sent to anybody before it is mended (the default); skip: the recipient is left out.", oneOf("error", "skip")),
	).shortFor("column")
	return mapOf(plain(paramNameFormat()), param.checked(checkParam)).checked(checkParams)
}

func metadataRules() *rule {
	metadata := mapOf(plain(keyFormat()), sent(0))
	return metadata.refusing(refusal{"sendoff", "this key is sendoff's own", "choose another name"})
}

func pricesRules() *rule {
	return object(
		required("file", "The file with the columns country, channel, price, per, currency and valid_from, relative to this one.", plain(pathFormat())),
		optional("sheet", "The sheet of a workbook; where it is left out, the only one that is visible and not empty.", plain(sheetFormat())),
		encodingField(), delimiterField(),
		optional("decimal", `The decimal sign of the prices, "." or ",", where the file does not show it.`, oneOf(".", ",")),
	).shortFor("file")
}

func paceRules() *rule {
	return object(
		optional("rate", `Messages per second: "auto" (what the app allows), a number, or a share of what the app allows, such as 80%.`, plain(rateFormat())),
		optional("max_in_flight", "How many messages may be on their way at once, from 1 to 1000.", (&rule{kind: wholeKind, high: 1000})),
		optional("warm_up", "How long the rate takes to rise to what is allowed, such as 30s or 5m; it is there at once where this is left out.",
			plain(durationFormat())),
		optional("queue_ahead", "How much work may wait in the app's queue at Sinch, by the rate at which it hands messages on, from 2s to 1h; 30s where it is left out. "+
			"It is what still goes out after a stop.", plain(durationFormat()).checked(checkQueueAhead)),
	)
}

func canaryRules() *rule {
	return object(
		optional("rows", "How many messages they are, from 1 to 1000; 10 where it is left out.", &rule{kind: wholeKind, low: 1, high: 1000}),
		optional("wait_for", "What the others wait for: delivered, until it is known that enough of the first ones have arrived; none (the default), until Sinch has answered.",
			oneOf(CanaryWaits()...)),
		optional("at_most", "How long they wait for that, from 10s to 24h, before the run stops; 5m where it is left out.", plain(durationFormat()).checked(checkAtMost)),
	).checked(checkCanary)
}

func limitsRules() *rule {
	return object(
		optional("min_recipients", "Fewer recipients than this stop the run.", &rule{kind: wholeKind}),
		optional("max_recipients", "More recipients than this stop the run.", &rule{kind: wholeKind}),
		optional("max_cost", "A higher estimated cost than this stops the run, such as 2500 EUR. It needs prices, in that currency.", plain(moneyFormat())),
		optional("max_parts", "More parts of SMS than this stop the run, if everybody who can be reached by SMS gets one.", &rule{kind: wholeKind}),
		optional("max_rejected", "More rejected messages than this stop the run, or those of a country, channel or language: a number, or a share such as 5%.",
			plain(shareFormat()).checked(checkMost)),
		optional("max_in_doubt", "The same of people in doubt.", plain(shareFormat()).checked(checkMost)),
	).checked(checkLimits)
}

// channelPropertyRules lists the properties that Sinch documents. What it does with others it does not say.
func channelPropertyRules() *rule {
	bools := func() *rule { return sentOneOf("true", "false") }
	text := func() *rule { return sent(1024) }
	properties := object(
		optional("SMS_SENDER", "The sender of an SMS: a number, a short code, or a name of up to 11 characters.", text()),
		optional("SMS_FLASH_MESSAGE", "Whether the SMS is only displayed.", bools()),
		optional("SMS_MAX_NUMBER_OF_MESSAGE_PARTS", "An SMS that needs more parts is not sent.", sentAs(newFormat(`^[1-9][0-9]*$`, "a whole number is wanted", ""))),
		optional("MMS_SENDER", "The sender of an MMS.", text()),
		optional("MMS_STRICT_VALIDATION", "Whether MMS is checked strictly.", bools()),
		optional("RCS_WEBVIEW_MODE", "How large pages are opened.", sentOneOf("FULL", "HALF", "TALL")),
		optional("RCS_CARD_ORIENTATION", "How a card is laid out.", sentOneOf("HORIZONTAL", "VERTICAL")),
		optional("RCS_CARD_THUMBNAIL_IMAGE_ALIGNMENT", "On which side of a card its picture stands.", sentOneOf("LEFT", "RIGHT")),
		optional("MESSENGER_MESSAGING_TYPE", "Meta's messaging type.", text()),
		optional("MESSENGER_MESSAGE_TAG", "Meta's message tag.", text()),
		optional("MESSENGER_NOTIFICATION_TYPE", "How the phone announces the message.", sentOneOf("REGULAR", "SILENT_PUSH", "NO_PUSH")),
		optional("INSTAGRAM_MESSAGE_TAG", "Meta's message tag.", sentOneOf("HUMAN_AGENT")),
		optional("TELEGRAM_DISABLE_LINK_PREVIEW", "Whether links are shown without a preview.", bools()),
		optional("VIBER_SENDER_NAME", "The sender's name.", sent(28)),
		optional("VIBER_SENDER_AVATAR", "The sender's picture.", sentAs(urlFormat())),
		optional("KAKAOTALK_AUTHENTICATION", "Whether the message authenticates somebody.", bools()),
		optional("LINE_VIDEO_TRACKING_ID", "A label for LINE's video statistics.", text()),
	)
	properties.other = text()
	return properties
}

func channelNames() []string {
	names := make([]string, len(Channels))
	for i, c := range Channels {
		names[i] = string(c)
	}
	return names
}
