package resultpage

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/page"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

//go:embed audit.html
var auditText string

// AuditFacts are what an audit page is made of.
type AuditFacts struct {
	Report    *report.Report
	Meta      runstore.Meta
	Campaign  *campaign.Campaign // as it was frozen; nil where this version cannot read it: then its limits are not known
	Files     []File             // of the run's folder
	Anomalies []Anomaly
	Live      bool // another process holds the run now
	Version   string
	Now       time.Time
}

// File is a file as it was when somebody looked.
type File struct {
	Name   string
	Bytes  int64
	SHA256 string
}

// Anomaly is something that the run's log has noted, so many times.
type Anomaly struct {
	Message string
	Times   int
}

// auditDocument is what the template of the audit page sees.
type auditDocument struct {
	*report.Report
	Policy    string
	Style     template.CSS
	Title     string
	Banner    string
	Written   string
	Who       []fact
	Rules     []fact
	Starts    []start
	Events    []fact
	Lists     []list
	Sums      []equation
	Storage   []fact
	Digests   []fact
	Files     []file
	Anomalies []anomaly
}

// start is a time that sending began or went on, and how it ended.
type start struct{ Begin, End, Lasted, By, Version, Exit, Cause string }

type file struct{ Name, Bytes, SHA256 string }

type anomaly struct{ Times, Message string }

// WriteAudit writes the page that says who has done what with a run, and by which digests its files can be known again.
func WriteAudit(w io.Writer, f AuditFacts) error {
	r, zone := f.Report, zoneOf(f.Campaign)
	d := auditDocument{
		Report: r, Policy: page.Policy, Style: page.Style() + template.CSS(styleText), Title: title(r), Banner: banner(r), Written: moment(f.Now, zone),
		Who: who(f, zone), Rules: rules(f.Campaign, zone), Starts: starts(f, zone), Events: events(f, zone), Lists: lists(f.Meta.Lists, zone), Sums: books(r),
		Storage: storage(f.Meta.Storage, zone), Digests: digests(f.Meta),
	}
	for i := range d.Lists {
		d.Lists[i].Digest = f.Meta.Lists[i].SHA256
	}
	for _, of := range f.Files {
		d.Files = append(d.Files, file{prose.Printable(of.Name), prose.Thousands(of.Bytes), of.SHA256})
	}
	for _, a := range f.Anomalies {
		d.Anomalies = append(d.Anomalies, anomaly{prose.Thousands(a.Times), prose.Printable(a.Message)})
	}
	return execute(w, auditText, d)
}

// who says who has approved and started the run, and when.
func who(f AuditFacts, zone *time.Location) []fact {
	var t table
	m := f.Meta
	t.add("state", string(m.State))
	t.add("why", m.Reason)
	t.add("created", moment(m.Created, zone))
	t.add("planned", moment(m.Planned, zone))
	if a := m.Approval; a.Code != "" {
		t.add("approved by", cmp.Or(a.By, "nobody is named"))
		t.add("approved plan", a.Code)
		t.add("started with it", fmt.Sprintf("by %s on %s, %s, with sendoff %s", a.User, a.Host, moment(a.Time, zone), a.Version))
	} else {
		t.add("approval", "the plan was not named by its code")
	}
	t.add("went through", through(f.Report))
	t.add("project", m.Destination.ProjectID)
	for _, l := range m.Labels {
		t.add(l.Name, l.Value)
	}
	return t
}

// rules are the limits that the campaign was frozen with.
func rules(c *campaign.Campaign, zone *time.Location) []fact {
	if c == nil {
		return nil
	}
	var t table
	count := func(label string, n int) {
		if n > 0 {
			t.add(label, prose.Thousands(n))
		}
	}
	share := func(label string, s campaign.Share) {
		if s != (campaign.Share{}) {
			t.add(label, s.String())
		}
	}
	count("at least so many recipients", c.Limits.MinRecipients)
	count("at most so many recipients", c.Limits.MaxRecipients)
	if !c.Limits.MaxCost.IsZero() {
		t.add("at most this cost", c.Limits.MaxCost.Down())
	}
	count("at most so many SMS parts", c.Limits.MaxParts)
	share("stops when rejected", c.Limits.MaxRejected)
	share("stops when in doubt", c.Limits.MaxInDoubt)
	switch {
	case c.Window.IsSet():
		t.add("hours", proposal.InHours(c.Window))
	default:
		t.add("hours", "at any hour")
	}
	if c.Window.Holidays != "" {
		t.add("days off", c.Window.Holidays)
	}
	t.add("not before", string(c.NotBefore))
	t.add("not after", string(c.NotAfter))
	t.add("expires", c.Expires.String())
	t.add("pace", c.Pace.Rate.String())
	count("most at once", c.Pace.MaxInFlight)
	t.add("in doubt", string(c.InDoubt))
	if c.Approval {
		t.add("approval", "required")
	}
	return t
}

func starts(f AuditFacts, zone *time.Location) []start {
	var all []start
	for i, s := range f.Meta.Starts {
		shown := start{Begin: moment(s.Time, zone), By: s.Host, Version: s.Version, Cause: prose.Printable(s.Reason)}
		if s.User != "" {
			shown.By = s.User + " on " + s.Host
		}
		switch {
		case !s.Ended.IsZero():
			shown.End, shown.Lasted, shown.Exit = moment(s.Ended, zone), prose.Lasting(s.Ended.Sub(s.Time)), strconv.Itoa(s.ExitCode)
			shown.Cause = cmp.Or(shown.Cause, "it came to its end")
		case f.Live && i == len(f.Meta.Starts)-1:
			shown.Cause = "it goes on"
		default:
			shown.Cause = "no end is on record: it was killed, or the machine went down"
		}
		all = append(all, shown)
	}
	return all
}

// events are what happened to the run beside its starts.
func events(f AuditFacts, zone *time.Location) []fact {
	var t table
	m := f.Meta
	for _, h := range m.Halted {
		text := "sending to " + h.Slice + " stopped: " + h.Reason
		if h.NotSent > 0 {
			text += " (" + prose.Thousands(h.NotSent) + " not sent)"
		}
		t.add(moment(h.Time, zone), text)
	}
	for _, s := range m.Settled {
		t.add(moment(s.Time, zone), fmt.Sprintf("%s settled %s in doubt: taken for %s", s.By, prose.Counted(s.Rows, "person", "people"), strings.ReplaceAll(s.Assumed, "-", " ")))
	}
	if m.State == runstore.Cancelled {
		t.add(moment(m.Ended, zone), "cancelled: nothing more is sent, for good")
	}
	if q := m.Queued; q != nil {
		t.add(moment(q.Time, zone), prose.Counted(q.Messages, "message", "messages")+" waited in the app's queue at Sinch when the last start ended, and went out all the same")
	}
	if !m.Erased.IsZero() {
		t.add(moment(m.Erased, zone), "people's data was erased")
	}
	return t
}

// storage says how long Sinch keeps the texts, as it said at some times.
func storage(all []runstore.Storage, zone *time.Location) []fact {
	var t table
	for _, s := range all {
		text := "Sinch keeps nothing"
		if s.Days > 0 {
			text = "Sinch keeps the messages for " + prose.Counted(s.Days, "day", "days")
		}
		t.add(moment(s.Time, zone), fmt.Sprintf("%s, in %s mode; its clock was %s from ours", text, s.Mode, prose.Counted(max(s.Skew, -s.Skew), "second", "seconds")))
	}
	return t
}

func digests(m runstore.Meta) []fact {
	var t table
	t.add("plan", m.PlanDigest)
	t.add("plan code", m.PlanCode)
	t.add("campaign", m.CampaignDigest)
	t.add("audience's file", m.AudienceDigest)
	t.add("frozen audience", m.SnapshotSHA256)
	t.add("run id", m.RunID)
	return t
}
