package resultpage

import (
	"cmp"
	_ "embed"
	"html/template"
	"io"
	"iter"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/page"
	"sendoff/internal/preview"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	words "sendoff/internal/template"
)

//go:embed page.html
var pageText string

// partsText is what both pages have.
//
//go:embed parts.html
var partsText string

//go:embed style.css
var styleText string

// MostPeople is how many rows a run may have for its page to have a table of them.
const MostPeople = 10_000

// Facts are what a page is made of.
type Facts struct {
	Report    *report.Report
	Campaign  *campaign.Campaign              // as it was frozen; nil where this version cannot read it: then there is no message
	Templates words.Set                       // to which its message refers, as planning found them
	People    iter.Seq2[report.Person, error] // nil: no table of them; a redacted report has none in any case
	Version   string                          // of the program that writes the page
}

// document is what the page's template sees, in the order of the page.
type document struct {
	*report.Report
	Policy            string
	Style, PhoneStyle template.CSS
	Title             string
	Banner            string // across every page
	When              string
	Grave, Notes      []report.Note
	Message           *message
	Sentences         []string
	Headlines         []headline
	Halted            []string
	Steps             []step
	Chart             *chart
	Tables            []dimension
	Reasons           []reason
	Sums              []equation
	Pace              []fact
	Lists             []list
	People            []person
	Foot              []fact
}

// fact is something that has a name.
type fact struct{ Label, Text string }

// table is a list of facts, without those that nothing is known of.
type table []fact

func (t *table) add(label, text string) {
	if text != "" {
		*t = append(*t, fact{label, prose.Printable(text)})
	}
}

// Write writes the page of a run's results. An error of the facts' people, or of w, is returned as it is.
func Write(w io.Writer, f Facts) error {
	d, err := newDocument(f)
	if err != nil {
		return err
	}
	return execute(w, pageText, d)
}

// execute writes a page of a template that may use the common parts.
func execute(w io.Writer, text string, document any) error {
	t, err := template.New("page").Parse(text)
	if err == nil {
		_, err = t.New("parts").Parse(partsText)
	}
	if err != nil {
		return err
	}
	return t.Execute(w, document)
}

func newDocument(f Facts) (*document, error) {
	r, zone := f.Report, zoneOf(f.Campaign)
	d := &document{
		Report: r, Policy: page.Policy, Style: page.Style(), PhoneStyle: template.CSS(preview.Style + styleText),
		Title: title(r), Banner: banner(r), When: when(r, zone),
		Sentences: sentences(r), Headlines: headlines(r), Halted: halted(r), Steps: funnel(r), Sums: books(r), Pace: pace(r, zone),
		Lists: lists(r.Lists, zone), Foot: foot(r, f.Version),
	}
	if res := r.Results; res != nil {
		for _, n := range res.Notes {
			if n.Grave {
				d.Grave = append(d.Grave, n)
			} else {
				d.Notes = append(d.Notes, n)
			}
		}
		d.Tables, d.Reasons, d.Chart = dimensions(r), reasons(res.Reasons), newChart(res.Timeline, zone, r.Delivery != nil)
	}
	var err error
	if d.Message, err = newMessage(f); err != nil {
		return nil, err
	}
	if f.People != nil && !r.Redacted {
		d.People, err = people(f.People)
	}
	return d, err
}

// title says which run the page is of.
func title(r *report.Report) string {
	name := prose.Printable(r.RunKey)
	if r.Campaign != r.RunKey {
		name += " · " + prose.Printable(r.Campaign)
	}
	return name
}

// zoneOf is whose clock the page goes by: the campaign's, or else that of this machine.
func zoneOf(c *campaign.Campaign) *time.Location {
	if c == nil || c.TimeZone == nil {
		return time.Local
	}
	return c.TimeZone
}

const (
	dayForm  = "2 Jan 2006"
	timeForm = "15:04"
)

// zoneName is what people call a clock.
func zoneName(t time.Time, zone *time.Location) string {
	if zone == time.Local {
		return t.In(zone).Format("MST")
	}
	return zone.String()
}

// moment writes a time by a clock, which it names.
func moment(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(dayForm+" "+timeForm) + " " + zoneName(t, zone)
}

// when says from when to when the run went, or how far it has come.
func when(r *report.Report, zone *time.Location) string {
	switch begin, end := r.Started.In(zone), r.Ended.In(zone); {
	case r.Started.IsZero() && r.Planned.IsZero():
		return "created " + moment(r.Created, zone)
	case r.Started.IsZero():
		return "planned " + moment(r.Planned, zone)
	case r.Ended.Before(r.Starts[len(r.Starts)-1].Time): // it goes on, or its last process died
		return "since " + moment(r.Started, zone)
	case begin.Format(dayForm) == end.Format(dayForm):
		return begin.Format(dayForm+" "+timeForm) + "–" + end.Format(timeForm) + " " + zoneName(r.Ended, zone)
	default:
		return begin.Format(dayForm+" "+timeForm) + " – " + moment(r.Ended, zone)
	}
}

// halted says for whom the last start has stopped while it went on with the others.
func halted(r *report.Report) []string {
	var all []string
	if r.State.Over() {
		return nil
	}
	for _, h := range r.Halted {
		all = append(all, "stopped for "+h.Slice+": "+h.Reason)
	}
	return all
}

// message is what people got, channel by channel, with its placeholders. First is on the channel that is tried first.
type message struct {
	First template.HTML
	Rest  []more
}

// more is the same on another channel, or in another language.
type more struct {
	Title  string
	Phones template.HTML
}

// newMessage returns nil where nobody knows the message.
func newMessage(f Facts) (*message, error) {
	c := f.Campaign
	if c == nil || len(c.ChannelPriorityOrder) == 0 || c.Message.Kind == campaign.Null {
		return nil, nil
	}
	row := preview.Row{Screens: preview.Unfilled(c.Message, f.Templates, c.ChannelPriorityOrder)}
	first, err := preview.MarkedPhones(preview.Row{Screens: row.Screens[:1]}, "message")
	if err != nil {
		return nil, err
	}
	m := &message{First: first}
	add := func(title, id string, row preview.Row) error {
		phones, err := preview.MarkedPhones(row, id)
		m.Rest = append(m.Rest, more{title, phones})
		return err
	}
	if rest := row.Screens[1:]; len(rest) > 0 {
		if err := add("The message on other channels", "other", preview.Row{Screens: rest}); err != nil {
			return nil, err
		}
	}
	for _, t := range c.Translations {
		row := preview.Row{Language: t.Language, Screens: preview.Unfilled(t.Message, f.Templates, c.ChannelPriorityOrder)}
		if err := add("In "+t.Language, "in-"+t.Language, row); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// list is a suppression list as planning found it.
type list struct{ Name, When, Digest, Entries, Matches string }

func lists(all []runstore.List, zone *time.Location) []list {
	var shown []list
	for _, l := range all {
		at := l.Modified
		if !l.Read.IsZero() {
			at = l.Read
		}
		name := cmp.Or(l.File, l.Runs)
		switch {
		case l.Sinch != nil:
			name = "Sinch's own opt-outs"
		case l.Runs != "":
			name = "people of " + prose.Counted(len(l.Keys), "run", "runs") + ": " + l.Runs
		}
		if l.Only {
			name += " (nobody else)"
		}
		shown = append(shown, list{prose.Printable(name), moment(at, zone), prose.Shorten(l.SHA256), prose.Thousands(l.Entries), prose.Thousands(l.Matches)})
	}
	return shown
}

// foot says what the run was made of and with.
func foot(r *report.Report, version string) []fact {
	var t table
	t.add("went through", through(r))
	for _, l := range r.Labels {
		t.add(l.Name, l.Value)
	}
	audience := r.AudienceFile
	if r.AudienceSheet != "" {
		audience += ", sheet " + r.AudienceSheet
	}
	t.add("audience", audience)
	t.add("plan", r.PlanCode)
	t.add("approved by", r.Approval.By)
	var versions []string
	for _, s := range r.Starts {
		if s.Version != "" && !slices.Contains(versions, s.Version) {
			versions = append(versions, s.Version)
		}
	}
	t.add("sent with", prefixed("sendoff ", prose.Listed(versions)))
	t.add("page made by", prefixed("sendoff ", version))
	t.add("run id", r.RunID)
	return t
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// banner says of a run that did not go to Sinch where it went.
func banner(r *report.Report) string {
	if endpoint := r.Destination.Endpoint; endpoint != "" && !r.Sandbox {
		return "sent to " + prose.Printable(endpoint) + ", not to Sinch's own hosts"
	}
	return r.Message
}

// through names what messages went through.
func through(r *report.Report) string {
	d := r.Destination
	if d.AppID == "" || r.Sandbox {
		return ""
	}
	text := "app " + prose.Shorten(d.AppID)
	if d.AppName != "" {
		text = "app " + d.AppName + " (" + prose.Shorten(d.AppID) + ")"
	}
	if d.Region != "" {
		text += ", region " + d.Region
	}
	if d.Endpoint != "" {
		text += ", " + d.Endpoint + ", not Sinch's own hosts"
	}
	return text
}

// person is a row of the table of people.
type person struct{ Line, Address, State, Delivery, Reason string }

func people(all iter.Seq2[report.Person, error]) ([]person, error) {
	var shown []person
	for p, err := range all {
		if err != nil {
			return nil, err
		}
		shown = append(shown, person{prose.Thousands(p.Line), p.Address, stateWords[p.State], deliveryWords[p.Delivery], p.Reason})
	}
	return shown, nil
}
