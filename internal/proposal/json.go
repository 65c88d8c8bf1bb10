package proposal

import (
	"time"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/plan"
	"sendoff/internal/runstore"
)

// Result is a proposal for machines.
type Result struct {
	Schema     int                  `json:"schema"`
	RunKey     string               `json:"run_key"`
	Rows       int                  `json:"rows"`
	Recipients int                  `json:"recipients"`
	Skipped    map[string]int       `json:"skipped"`
	Findings   []plan.Finding       `json:"findings"`
	Lists      []runstore.List      `json:"suppression_lists"`
	Where      []filter.Count       `json:"where,omitempty"`
	Forecast   *Forecast            `json:"forecast,omitempty"`
	Languages  []plan.LanguageCount `json:"languages,omitempty"`
	Templates  []runstore.Template  `json:"templates,omitempty"`
	Audience   *Audience            `json:"audience,omitempty"`
	Campaign   string               `json:"campaign_sha256"`
	People     string               `json:"audience_sha256"`
	Sheet      string               `json:"audience_sheet,omitempty"` // of a workbook
	Digest     string               `json:"plan_sha256"`

	// What only a proposal has, and a plan alone has not.
	Code        Code                  `json:"plan_code,omitempty"`
	Day         string                `json:"plan_day,omitempty"`    // on which alone the code holds
	Destination *runstore.Destination `json:"destination,omitempty"` // that the code covers
	Approval    string                `json:"approval,omitempty"`    // "required"
	Name        string                `json:"campaign,omitempty"`
	File        string                `json:"campaign_file,omitempty"`
	ContentType string                `json:"message_content_type,omitempty"`
	Channels    []campaign.Channel    `json:"channels,omitempty"`
	Sender      string                `json:"sms_sender,omitempty"`
	Limits      *Limits               `json:"limits,omitempty"`
	When        *When                 `json:"when,omitempty"`
	Calendar    *Calendar             `json:"calendar,omitempty"`
	App         *App                  `json:"app,omitempty"`     // nil: nobody has asked for it
	Samples     []plan.Sample         `json:"samples,omitempty"` // people's data
}

// Limits are those of campaign and profile; 0: none.
type Limits struct {
	Least int    `json:"min_recipients,omitempty"`
	Most  int    `json:"max_recipients,omitempty"`
	Cost  string `json:"max_cost,omitempty"` // 2500 EUR
	Parts int    `json:"max_parts,omitempty"`
}

// When says how fast the messages go, and how long that takes where nothing holds them up.
type When struct {
	Rate    float64   `json:"per_second"`
	Assumed bool      `json:"assumed,omitempty"` // what most apps come to: this one was not asked
	Seconds int       `json:"seconds"`
	Late    time.Time `json:"not_after,omitzero"`
	Early   time.Time `json:"not_before,omitzero"`
}

// Audience is how an audience is understood, but for its columns.
type Audience struct {
	Name        string    `json:"name"`
	Format      string    `json:"format,omitempty"`
	Compression string    `json:"compression,omitempty"`
	Encoding    string    `json:"encoding,omitempty"`
	Confidence  int       `json:"confidence,omitempty"` // in the encoding, in percent
	Delimiter   string    `json:"delimiter,omitempty"`
	Sheet       string    `json:"sheet,omitempty"`
	Hidden      int       `json:"hidden_rows,omitempty"`
	Size        int64     `json:"bytes,omitempty"`
	Modified    time.Time `json:"modified,omitzero"`
	Unused      []string  `json:"unused,omitempty"`      // columns that usually have a role which another one has here
	Suggestions []string  `json:"suggestions,omitempty"` // what to write for columns whose names are nearly those of a role
}

// Understood is how the audience of a plan is understood.
func Understood(p *plan.Plan, m runstore.Meta) Audience {
	return Audience{
		Name: m.AudienceFile, Format: string(p.File.Format), Compression: p.File.Compression, Encoding: p.File.Encoding, Confidence: p.File.Confidence,
		Delimiter: campaign.DelimiterName(p.File.Delimiter), Sheet: p.File.Sheet, Hidden: p.File.Hidden, Size: p.File.Size, Modified: p.File.ModTime,
		Unused: p.Unused, Suggestions: p.Suggestions,
	}
}

// Counted is a plan for machines, without its audience, and without what would be people's data.
func Counted(p *plan.Plan, m runstore.Meta) Result {
	return Result{
		Schema: 1, RunKey: m.Key, Rows: m.Rows, Recipients: m.Eligible, Skipped: p.SkippedByName(), Findings: p.Findings, Lists: m.Lists, Where: p.Where, Forecast: costs(p.Forecast),
		Languages: p.Languages, Templates: m.Templates,
		Campaign: m.CampaignDigest, People: m.AudienceDigest, Sheet: p.File.Sheet, Digest: m.PlanDigest,
	}
}

// Result is the proposal for machines. It holds samples, which are people's data.
func (p *Proposal) Result() Result {
	r := Counted(p.Plan, p.Run)
	r.Findings = p.all()
	audience := Understood(p.Plan, p.Run)
	r.Audience, r.Samples = &audience, p.Plan.Samples
	r.Code, r.Day = p.Code, p.Plan.Day
	if p.Destination.AppID != "" {
		r.Destination = &p.Destination
	}
	if p.Approval {
		r.Approval = "required"
	}
	c := p.Campaign
	r.Name, r.File, r.ContentType, r.Channels = c.Name, c.Path, c.MessageContentType, c.ChannelPriorityOrder
	if sender := c.ChannelProperties.Get("SMS_SENDER"); sender.Kind == campaign.String {
		r.Sender = sender.Text.String()
	}
	l := Limits{Least: c.Limits.MinRecipients, Most: p.Guard.Most(c.Limits.MaxRecipients), Parts: c.Limits.MaxParts}
	if most := c.Limits.MaxCost; !most.IsZero() {
		l.Cost = most.Amount.String() + " " + most.Currency
	}
	if l != (Limits{}) {
		r.Limits = &l
	}
	rate, isKnown := p.rate()
	r.App = p.App
	r.When = &When{Rate: rate, Assumed: !isKnown, Seconds: int(float64(p.Plan.Eligible)/rate + 0.5), Late: p.Late, Early: p.Early}
	r.Calendar = p.calendarResult()
	return r
}
