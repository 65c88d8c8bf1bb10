package campaign

import (
	"strconv"
	"strings"
	"time"
)

// file is a campaign on its way from bytes to a [Campaign].
type file struct {
	path    string
	sources []Source
	main    *document
	message *document // the message_file, or nil
}

func newFile(path string, source Source) *file {
	name := path
	if name == "" {
		name = source.Name
	}
	return &file{path: path, sources: []Source{source}, main: readDocument(name, source.Data)}
}

// messageFile returns where the campaign names the file that its message stands in, or nil.
func (f *file) messageFile() *node {
	if name := f.main.root.get("message_file"); name != nil && name.kind == scalarNode && name.text != "" {
		return name
	}
	return nil
}

func (f *file) addMessage(source Source) {
	f.sources = append(f.sources, source)
	f.message = readDocument(resolve(f.path, source.Name), source.Data)
}

// campaign checks the documents and makes the campaign of them, or returns what is wrong with them.
func (f *file) campaign() (*Campaign, error) {
	rules := fileRules()
	v := f.main.readRoot(rules, "the campaign")
	message, messageNode := v.Get("message"), f.main.root.get("message")
	if f.message != nil {
		message = f.message.readRoot(rules.field("message").rule, "the message")
		messageNode = f.message.root
	}
	c := f.build(v, message)
	warnOfChannels(messageNode, c.ChannelPriorityOrder)
	c.TemplateReferences = templateReferences(messageNode, -1)
	for i, t := range f.main.root.get("translations").entries() {
		warnOfChannels(t.value, c.ChannelPriorityOrder)
		warnOfTranslation(t, v.Get("translations").Get(t.key), message)
		c.TemplateReferences = append(c.TemplateReferences, templateReferences(t.value, i)...)
	}
	problems := f.main.problems
	if f.message != nil {
		problems = append(problems, f.message.problems...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	problems.Sort()
	c.Warnings = problems
	return c, nil
}

// readRoot checks a document as a whole.
func (d *document) readRoot(r *rule, label string) Value {
	switch {
	case d.broken:
		return Value{}
	case d.root == nil:
		d.fail(position{}, "", "the file is empty")
		return Value{}
	}
	return r.read(d.root, label)
}

// entries returns the members of a map. A nil node has none.
func (n *node) entries() []member {
	if n == nil {
		return nil
	}
	return n.members
}

// build makes the campaign of values that have been checked. Of values with problems it makes anything at all: they are not returned.
func (f *file) build(v, message Value) *Campaign {
	root := f.main.root
	c := &Campaign{
		Path:    f.path,
		Sources: f.sources,
		Name:    root.get("name").string(),
		RunKey:  root.get("run_key").string(),
		Profile: root.get("profile").string(),

		Approval: root.get("approval") != nil,

		NotAfter:  Deadline(root.get("not_after").string()),
		NotBefore: Deadline(root.get("not_before").string()),
		Expires:   expiry(root.get("expires").string()),

		Audience: audience(root.get("audience")),
		Params:   params(root.get("params"), v.Get("params")),
		Pace:     pace(root.get("pace")),
		Canary:   canary(root.get("canary")),
		Limits: Limits{
			MinRecipients: whole(root.get("limits").get("min_recipients")),
			MaxRecipients: whole(root.get("limits").get("max_recipients")),
			MaxParts:      whole(root.get("limits").get("max_parts")),
			MaxRejected:   share(root.get("limits").get("max_rejected")),
			MaxInDoubt:    share(root.get("limits").get("max_in_doubt")),
		},
		InDoubt: DoubtPolicy(root.get("in_doubt").string()),
		Keep:    age(root.get("keep").string()),

		Message:                            message,
		MessageContentType:                 root.get("message_content_type").string(),
		ChannelProperties:                  v.Get("channel_properties"),
		CallbackURL:                        v.Get("callback_url"),
		TTL:                                v.Get("ttl"),
		Queue:                              root.get("queue").string(),
		ProcessingStrategy:                 root.get("processing_strategy").string(),
		ConversationMetadata:               v.Get("conversation_metadata"),
		ConversationMetadataUpdateStrategy: root.get("conversation_metadata_update_strategy").string(),
		CorrelationID:                      v.Get("correlation_id"),
		Metadata:                           v.Get("metadata"),
	}
	if most := root.get("limits").get("max_cost"); most != nil {
		c.Limits.MaxCost, _ = ParseMoney(most.text) // what it cannot read was refused
	}
	if n := root.get("prices"); n != nil {
		c.Prices = prices(n)
	}
	for _, m := range root.get("labels").entries() {
		c.Labels = append(c.Labels, Label{m.key, m.value.text})
	}
	if c.InDoubt == "" {
		c.InDoubt = HoldDoubt
	}
	if c.RunKey == "" {
		c.RunKey = c.Name
	}
	if f.message != nil {
		c.MessageFile = f.messageFile().text
	}
	if zone, err := time.LoadLocation(root.get("time_zone").string()); err == nil && root.get("time_zone") != nil {
		c.TimeZone = zone
	}
	c.Window = window(root.get("window"), c.TimeZone)
	c.Suppress, c.NoSuppress = suppress(root.get("suppress"))
	c.Seeds = seeds(root.get("seeds"))
	for _, item := range root.get("channel_priority_order").list() {
		c.ChannelPriorityOrder = append(c.ChannelPriorityOrder, Channel(item.text))
	}
	c.Audience.Channels = c.ChannelPriorityOrder
	c.Brand, c.OptOut = words(root.get("brand")), optOut(root.get("opt_out"))
	for _, item := range root.get(notifyKey).list() {
		if !blankAddress.MatchString(item.text) {
			c.Notify = append(c.Notify, item.text)
		}
	}
	for _, t := range v.Get("translations").Fields {
		c.Translations = append(c.Translations, Translation{t.Name, t.Value})
	}
	return c
}

func audience(n *node) Audience {
	a := Audience{
		File:         n.get("file").string(),
		Run:          n.get("run").string(),
		Country:      strings.ToUpper(n.get("country").string()),
		Sheet:        n.get("sheet").string(),
		HiddenRows:   n.get("hidden_rows").string(),
		Encoding:     n.get("encoding").string(),
		Delimiter:    delimiter(n.get("delimiter")),
		MaxAge:       age(n.get("max_age").string()),
		AllowEmpty:   n.get("allow_empty").string() == "true",
		AllowPremium: n.get("allow_premium").string() == "true",
		MaxBadRows:   Share{Percent: 5},
		Decimal:      n.get("decimal").string(),
		Where:        expression(n.get("where")),
		Consent:      consent(n.get("consent")),
	}
	for _, m := range n.get("languages").entries() {
		a.Languages = append(a.Languages, LanguageName{Name: m.key, Tag: strings.ReplaceAll(m.value.text, "_", "-")})
	}
	for _, column := range n.get("numbers").list() {
		a.Numbers = append(a.Numbers, columnName(column))
	}
	for _, country := range n.get("countries").list() {
		a.Countries = append(a.Countries, strings.ToUpper(country.text))
	}
	if n != nil {
		a.Line = n.pos.line
	}
	for _, state := range n.get("state").list() {
		a.States = append(a.States, state.text)
	}
	for _, m := range n.get("columns").entries() {
		if a.Columns == nil {
			a.Columns = make(map[string]string)
		}
		a.Columns[m.key] = m.value.text
	}
	if most := n.get("max_bad_rows"); most != nil {
		a.MaxBadRows = share(most)
	}
	return a
}

func prices(n *node) PriceList {
	return PriceList{
		File:      n.get("file").string(),
		Sheet:     n.get("sheet").string(),
		Encoding:  n.get("encoding").string(),
		Delimiter: delimiter(n.get("delimiter")),
		Decimal:   n.get("decimal").string(),
		Line:      n.pos.line,
	}
}

// percentage reads "80%". Anything that does not end in "%" is none.
func percentage(s string) (percent float64, ok bool) {
	number, ok := strings.CutSuffix(s, "%")
	if !ok {
		return 0, false
	}
	percent, err := strconv.ParseFloat(number, 64)
	return percent, err == nil
}

func suppress(n *node) (lists []SuppressionList, none bool) {
	if n != nil && n.kind == scalarNode {
		return nil, true
	}
	for _, item := range n.list() {
		l := SuppressionList{
			File:             item.get("file").string(),
			Sheet:            item.get("sheet").string(),
			Runs:             item.get("runs").string(),
			Sinch:            item.get("sinch") != nil,
			Within:           age(item.get("within").string()),
			MaxAge:           age(item.get("max_age").string()),
			IgnoreUnreadable: item.get("unreadable") != nil,
			Encoding:         item.get("encoding").string(),
			Delimiter:        delimiter(item.get("delimiter")),
			Line:             item.pos.line,
			Column:           item.pos.column,
		}
		if l.Sinch && l.MaxAge == 0 {
			l.MaxAge = optOutsAge
		}
		lists = append(lists, l)
	}
	return lists, false
}

func seeds(n *node) Seeds {
	if n == nil {
		return Seeds{}
	}
	return Seeds{
		File:      n.get("file").string(),
		InRun:     SeedTime(n.get("in_run").string()),
		Sheet:     n.get("sheet").string(),
		Encoding:  n.get("encoding").string(),
		Delimiter: delimiter(n.get("delimiter")),
		Line:      n.pos.line,
		Column:    n.pos.column,
	}
}

// age reads a number of minutes, hours or days of 24 hours, as in 90m, 20h, 60d. Anything else is 0.
func age(s string) time.Duration {
	if s == "" {
		return 0
	}
	number, err := strconv.Atoi(s[:len(s)-1])
	if err != nil {
		return 0
	}
	switch s[len(s)-1] {
	case 'd':
		return time.Duration(number) * 24 * time.Hour
	case 'h':
		return time.Duration(number) * time.Hour
	}
	return time.Duration(number) * time.Minute
}

// duration reads a number of seconds, minutes or hours. Anything else is 0.
func duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0
	}
	return d
}

// share reads a share. Anything else is that of nothing.
func share(n *node) Share {
	s, err := ParseShare(n.string())
	if err != nil {
		return Share{} // it is not there, or was refused
	}
	return s
}

func params(n *node, v Value) []Param {
	var params []Param
	for _, m := range n.entries() {
		p := Param{Name: m.key, Expr: expression(m.value.get("expr")), Line: m.pos.line, ColumnPos: m.pos.column}
		if column := m.value.get("column"); column != nil {
			p.Column = column.text
		} else if p.Expr.Text == "" {
			p.Column = m.key
		}
		if m.value.get("default") != nil {
			p.HasDefault = true
			p.Default, _ = v.Get(m.key).Get("default").Text.literal()
		}
		if m.value.get("on_empty").string() == "skip" {
			p.OnEmpty = OnEmptySkip
		}
		params = append(params, p)
	}
	return params
}

func pace(n *node) Pace {
	rate, err := ParseRate(n.get("rate").string())
	if err != nil {
		rate = Rate{} // it is not there: auto
	}
	return Pace{
		Rate:        rate,
		MaxInFlight: whole(n.get("max_in_flight")),
		WarmUp:      duration(n.get("warm_up").string()),
		QueueAhead:  duration(n.get("queue_ahead").string()),
	}
}
