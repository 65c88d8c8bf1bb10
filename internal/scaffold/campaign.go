package scaffold

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
)

const introduction = `A campaign of sendoff. What stands behind "# " explains the line below it, or can be used: take the "# " away.
sendoff check says how all this is understood, and sendoff run --sandbox plays it through; neither writes to anybody.
`

// campaignFile returns the campaign file.
func (a Answers) campaignFile() []byte {
	var p printer
	p.about(introduction, "")
	for _, m := range slices.Concat(a.head(), a.people(), a.way(), a.content(), a.clock(), a.pace(), a.outlook()) {
		if m.about != "" {
			p.WriteString("\n")
		}
		p.object(object{m}, "")
	}
	return []byte(p.String())
}

// head is what names the campaign.
func (a Answers) head() object {
	zone := member{key: "time_zone", about: "The clock that your firm lives by.", value: text(a.TimeZone)}
	if a.TimeZone == "" {
		zone.value, zone.isExample = text("Europe/London"), true
	}
	o := object{
		{key: "name", value: text(a.Name), about: "What reports call it. The same name again goes on where it stopped, and never writes to anybody twice;\nso give the next campaign a name of its own."},
		{key: "message_content_type", value: word(a.ContentType), about: "CONTENT_MARKETING for offers, CONTENT_NOTIFICATION for service messages: it decides which of Sinch's opt-out lists applies."},
		zone,
	}
	if a.Profile != "" {
		o = append(o, member{key: "profile", value: text(a.Profile), about: "Through what it goes: project, app, region and access key."})
	}
	return o
}

// people says who gets it, and who does not.
func (a Answers) people() object {
	given := a.Audience
	who := object{{key: "file", value: text(given.File), about: "CSV, an Excel workbook, or JSON lines, seen from the folder of this file. Its first row names the columns."}}
	if len(given.Columns) > 0 {
		columns := object{}
		for _, role := range slices.Sorted(maps.Keys(given.Columns)) {
			columns = append(columns, member{key: role, value: text(given.Columns[role])})
		}
		who = append(who, member{key: "columns", value: columns, about: "Which columns have a meaning of their own. All others are there for the texts."})
	}
	country := member{key: "country", value: word(given.Country), about: "How numbers without +44 or the like are read."}
	if given.Country == "" {
		country.value, country.isExample = word("GB"), true
	}
	who = append(who, country)
	reading := object{
		{key: "sheet", value: text(given.Sheet), about: "The sheet of the workbook."},
		{key: "hidden_rows", value: text(given.HiddenRows), about: "What becomes of rows that a filter hides: skip or include."},
		{key: "encoding", value: text(given.Encoding), about: "The encoding of its text."},
		{key: "delimiter", value: text(given.Delimiter), about: "What stands between its cells."},
	}
	for _, m := range reading {
		if m.value != text("") {
			who = append(who, m)
		}
	}
	who = append(who,
		member{key: "where", value: text(a.where()), about: "Who of them is meant; the others are left out.", isExample: true},
		member{key: "max_age", value: word("20h"), about: "How old the file may be: an older one stops everything.", isExample: true},
		member{key: "max_bad_rows", value: word("5%"), about: "How many rows may be unusable before nothing is sent at all.", isExample: true})
	return object{
		{key: "audience", value: who, about: "Who gets it."},
		{key: "suppress", about: "Who must not get it. A list that is missing, names nobody or cannot be read stops everything.", value: list{
			{value: text(OptOutsFile), about: "A number on each line, or ids of customers in a column called id."},
			{value: object{{key: "sinch", value: word("opt_outs")}}, about: "Who has opted out at Sinch.", isExample: true},
			{value: object{{key: "runs", value: text("spring-*")}, {key: "within", value: word("60d")}}, about: "Who got a message of such campaigns lately.", isExample: true},
		}},
	}
}

// where is a condition that every row fulfils which has a phone number: it is only there to show how one is written.
func (a Answers) where() string {
	column := "phone"
	if h := a.Audience.Header; len(h.Header) > 0 {
		column = h.Header[max(h.Phone, 0)]
	}
	return "len(column(" + strconv.Quote(column) + ")) > 0"
}

// way says over which channels it goes, and how.
func (a Answers) way() object {
	names := make([]string, len(a.Channels))
	for i, c := range a.Channels {
		names[i] = string(c)
	}
	o := object{
		{key: "channel_priority_order", value: word("[" + strings.Join(names, ", ") + "]"), about: "The channels, the best first: whoever cannot be reached on one gets it on the next. Your app needs all of them."},
	}
	o = append(o, a.properties()...)
	o = append(o, a.option("ttl", text("86400s"), "How long Sinch tries to reach a phone that is switched off, in seconds: 86400s is a day."))
	for _, known := range [...]struct{ key, about string }{
		{"callback_url", "Where the delivery receipts of these messages go."},
		{"queue", "Which of the app's queues they wait in."},
		{"processing_strategy", "With DISPATCH_ONLY Sinch keeps no contacts and conversations of them."},
		{"conversation_metadata", "What Sinch attaches to the conversation."},
		{"conversation_metadata_update_strategy", "What becomes of metadata that it has already."},
		{"correlation_id", "A label that callbacks carry."},
	} {
		if m := a.option(known.key, text(""), known.about); !m.isExample {
			o = append(o, m)
		}
	}
	if a.Request != nil && len(a.Request.metadata) > 0 {
		return append(o, member{key: "metadata", value: a.Request.metadata, about: "Your own labels. They come back with every delivery receipt."})
	}
	return append(o, member{key: "metadata", value: object{{key: "team", value: text("marketing")}}, about: "Your own labels. They come back with every delivery receipt.", isExample: true})
}

// option is what the request says of a key, else an example.
func (a Answers) option(key string, example any, about string) member {
	if a.Request != nil {
		if v := a.Request.options.get(key); v != nil {
			return member{key: key, value: v, about: about}
		}
	}
	return member{key: key, value: example, about: about, isExample: true}
}

// senders are the channels that have a sender to choose, and the properties that say it.
var senders = [...]struct {
	channel campaign.Channel
	key     string
}{{campaign.SMS, "SMS_SENDER"}, {campaign.MMS, "MMS_SENDER"}, {campaign.Viber, "VIBER_SENDER_NAME"}}

// sender returns the property that says the sender on the first of the channels that has one to choose, or "".
func (a Answers) sender() string {
	for _, s := range senders {
		if slices.Contains(a.Channels, s.channel) {
			return s.key
		}
	}
	return ""
}

// HasSender reports whether a channel has a sender to choose.
func HasSender(c campaign.Channel) bool {
	return Answers{Channels: []campaign.Channel{c}}.sender() != ""
}

// WantsSender reports whether one of the channels has a sender to choose, of which the request says nothing.
func (a Answers) WantsSender() bool {
	given, _ := a.option("channel_properties", nil, "").value.(object)
	return a.sender() != "" && given.get(a.sender()) == nil
}

// CheckSender says what is wrong with a sender: mobile networks show names of up to 11 characters, or a number.
func CheckSender(sender string) error {
	isNumber := strings.Trim(strings.TrimPrefix(sender, "+"), "0123456789") == ""
	switch {
	case isNumber && len(sender) > 16:
		return errors.New("a number has at most 15 digits")
	case !isNumber && utf8.RuneCountInString(sender) > 11:
		return errors.New("a name has at most 11 characters")
	}
	return nil
}

// properties are the settings of single channels: the sender, and what the request says.
func (a Answers) properties() object {
	m := a.option("channel_properties", object{}, "Settings of single channels.")
	given, _ := m.value.(object)
	given = slices.Clone(given)
	const about = "Who it is from, as people see it: a number of yours, or a name of up to 11 letters, to which nobody can answer."
	for _, s := range senders {
		if a.Sender != "" && slices.Contains(a.Channels, s.channel) {
			given = slices.DeleteFunc(given, func(m member) bool { return m.key == s.key })
			given = append(given, member{key: s.key, value: text(a.Sender), about: about})
		}
	}
	switch {
	case len(given) > 0:
		m.value, m.isExample = given, false
	case a.sender() == "":
		return nil
	default:
		m.value = object{{key: a.sender(), value: text("Acme")}}
		m.about += "\n" + about + "\nLeft out, it is the app's own."
	}
	return object{m}
}

// content is what is sent.
func (a Answers) content() object {
	var params object
	for _, p := range a.Params {
		o := object{{key: "column", value: text(p.Column)}}
		if p.ifEmpty.key != "" {
			o = append(o, p.ifEmpty)
		}
		params = append(params, member{key: p.Name, value: o})
	}
	value, about := a.message()
	named := slices.ContainsFunc(a.Params, func(p Param) bool { return campaign.Fold(p.Name) == campaign.Fold(firstName) })
	if column := a.Audience.greeting(); column != "" && a.Request == nil && !named {
		greeting := member{key: firstName, isExample: !strings.Contains(a.Text, "${"+firstName+"}") && a.Kind != Template, value: object{
			{key: "column", value: text(column)},
			withDefault,
		}}
		params = append(params, greeting)
	}
	o := object{{key: "message", value: value, about: about}}
	switch {
	case len(params) == 1 && params[0].isExample:
		params[0].isExample = false
		o = append(object{{key: "params", value: params, about: "Names for placeholders. A column that may be empty needs one; without it, an empty cell stops everything.", isExample: true}}, o...)
	case len(params) > 0:
		o = append(object{{key: "params", value: params, about: "Names for placeholders. A column that may be empty needs one; without it, an empty cell stops everything."}}, o...)
	}
	const translations = "The same in other languages, chosen by a column called language. Each takes the place of the whole message."
	if a.Request != nil && a.Request.translations != nil {
		return append(o, member{key: "translations", about: translations, value: a.Request.translations})
	}
	if a.Kind != Text || a.Request != nil { // an example of another kind would be as long as the message
		return o
	}
	example := "Hej"
	for _, name := range placeholder.FindAllString(a.Text, -1) {
		example += " " + name
	}
	return append(o, member{
		key: "translations", isExample: true, about: translations,
		value: object{{key: "sv", value: text(example + "!")}},
	})
}

var placeholder = regexp.MustCompile(`\$\{[^}]+\}`)

// clock says at which hours people get it.
func (a Answers) clock() object {
	window := object{
		{key: "days", value: word("mon-sat")},
		{key: "from", value: text("09:00")}, {key: "to", value: text("19:00")},
		{key: "zone", value: word("recipient"), about: "On whose clock: that of each recipient, or a time zone such as Europe/London."},
	}
	if a.ContentType != Marketing {
		window[0].value, window[1].value, window[2].value = word("daily"), text("08:00"), text("21:00")
	}
	return object{{key: "window", value: window, about: "At which hours people may get it. Outside of them sendoff waits, for each of them apart. window: any is at any hour."}}
}

// pace says how fast it goes out.
func (a Answers) pace() object {
	return object{{key: "pace", about: "How fast it goes out.", value: object{
		{key: "rate", value: word("80%"), about: "A share of what your app hands on; also a number a second. It leaves a fifth to other messages of this app, which would wait\n" +
			"behind all of these. Best is an app of its own for campaigns: then write auto."},
	}}}
}

// outlook are examples of keys around a run.
func (a Answers) outlook() object {
	return object{
		{key: "limits", isExample: true, value: object{{key: "max_recipients", value: word(strconv.Itoa(max(1000, 2*a.Audience.Rows)))}}, about: "A safety net: more people than this stop everything before the first message.\nWith a price list, prices: prices.csv beside limits, max_cost: 500 EUR does the same with money."},
		{key: "seeds", isExample: true, value: text(SeedsFile), about: "Your own phones: sendoff test sends them what people would get."},
	}
}
