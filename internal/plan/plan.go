package plan

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/failpoint"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/hours"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/seeds"
	"sendoff/internal/suppress"
	"sendoff/internal/table"
	"sendoff/internal/template"
)

// Config says what to plan.
type Config struct {
	Campaign     *campaign.Campaign
	AudiencePath string            // where the audience is
	AudienceName string            // what messages call it, where that is not the path
	AudienceRuns []*runstore.Run   // the run whose people are the audience, and its retries, open for reading; nil: the file's are
	Again        *Again            // rows of other runs are the audience; nil: they are not
	Sent         []suppress.Sent   // the people of other runs who are left out
	OptOuts      *suppress.OptOuts // those of Sinch's own list; nil: the campaign does not name it
	Templates    template.Set      // those that the campaign refers to, as far as they were read
	// TemplatesUnread says why those were not read that are not among Templates, where somebody only looks.
	TemplatesUnread string
	Run             *runstore.Run // held by this process; nothing of it was begun
	AppID           string        // in every body, and so in the lengths that are checked
	Guard           Guard
	Home            string // as of suppress.LoadFor
	Now             time.Time
	Addresses       bool           // the plan has those in its messages
	Progress        func(Progress) // called now and then, by one goroutine at a time; may be nil
}

// Progress is how far planning is.
type Progress struct {
	Stage      Stage
	Rows       int   // planned
	Read, Size int64 // bytes of the audience's file; Size is 0 where nobody knows
}

// Stage is what planning is busy with.
type Stage uint8

// The stages, in their order.
const (
	ReadingLists Stage = iota
	ReadingRows
	FindingDuplicates
)

func (c Config) report(p Progress) {
	if c.Progress != nil {
		c.Progress(p)
	}
}

// audienceName is what messages call the audience.
func (c Config) audienceName() string { return cmp.Or(c.AudienceName, c.AudiencePath) }

func (c Config) identity() render.Identity {
	meta := c.Run.Meta()
	zone := c.Campaign.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	day := c.Now.In(zone).Format(time.DateOnly)
	if c.Again != nil && c.Again.Day != "" {
		day = c.Again.Day
	}
	return render.Identity{AppID: c.AppID, RunID: meta.RunID, RunKey: meta.Key, Day: day}
}

// Guard is what is held against every campaign that goes through a destination, beside the campaign's own lists and limits. The zero
// Guard lets everybody out.
type Guard struct {
	Name          string // whose it is, for people: "profile staging"
	File          string // where it stands
	OnlyTo        string // a list outside of which nobody gets a message; empty: none
	MaxRecipients int    // 0: no limit
}

// Lists returns the lists outside of which nobody gets a message.
func (g Guard) Lists() []string {
	if g.OnlyTo == "" {
		return nil
	}
	return []string{g.OnlyTo}
}

// Plan is what was decided.
type Plan struct {
	Rows     int
	Eligible int // rows that get a message
	Skipped  map[campaign.SkipReason]int
	// BadNumbers are the rows among the invalid ones whose phone number is to blame.
	BadNumbers int
	Findings   []Finding
	Samples    []Sample
	Lists      []runstore.List // the suppression lists
	Where      []filter.Count  // the terms of audience.where
	// Languages are the translations and the default message, with how many people get them; nil where there are no translations.
	Languages []LanguageCount
	Seeds     *seeds.List // nil where the campaign names none
	Forecast  *forecast.Forecast
	Places    []calendar.Group // where the people are, the most first; nil where that decides nothing
	Clock     *hours.Clock     // at which hours they may get messages; nil: at any

	Columns campaign.Columns
	File    table.Info // of the audience; zero where it is none
	Digest  string     // hex SHA-256; see the package's description
	Day     string     // 2026-11-23, where it decides who is meant: the digest then holds on that day alone

	Addresses     []Address // in the messages, each once; what stands behind the path is left out where a value is in it
	AddressesLeft int       // how many more there are, as far as they were counted

	Unused      []string // columns that usually have a role which another one has here
	Suggestions []string // what could be written into the campaign for columns that nearly have the name of a role
}

// SkippedByName returns how many rows are left out, by the names of the reasons.
func (p *Plan) SkippedByName() map[string]int { return byName(p.Skipped) }

func byName(skipped map[campaign.SkipReason]int) map[string]int {
	names := make(map[string]int, len(skipped))
	for reason, rows := range skipped {
		names[reason.String()] = rows
	}
	return names
}

// errBegun guards the rule that a plan binds from the first message on.
var errBegun = errors.New("messages of this run have left already, so its plan stands")

// Build plans the run from nothing and leaves it in state planned.
//
// What is wrong with the campaign's placeholders, the audience or a suppression list, and what keeps a plan that could be made from being
// sent, comes as [campaign.Problems]. After any error the run is in state planning. When ctx ends Build returns its error.
func Build(ctx context.Context, c Config) (*Plan, error) {
	if c.Run.Begun() {
		return nil, errBegun
	}
	p, err := build(ctx, c)
	if errors.Is(err, table.ErrChanged) { // whoever wrote it may have finished meanwhile
		p, err = build(ctx, c)
	}
	return p, err
}

func build(ctx context.Context, c Config) (*Plan, error) {
	in, problems, err := open(c)
	defer in.close()
	if err == nil {
		err = problems.Err()
	}
	if err != nil {
		return nil, err
	}
	if err := startOver(c.Run); err != nil {
		return nil, err
	}
	b, err := newBuilder(c, in)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	if err := b.refusal(); err != nil {
		return nil, err
	}
	return b.commit()
}

// startOver forgets an earlier plan of the run. Its state goes first: if we die behind that, nothing of the plan counts any more.
func startOver(r *runstore.Run) error {
	if r.Meta().State != runstore.Planning {
		if err := r.Update(func(m *runstore.Meta) { m.State = runstore.Planning }); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
	}
	if err := r.Ledger.Reset(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	return nil
}

// build passes every row through all stages.
func (b *builder) build(ctx context.Context) error {
	if err := b.stream(ctx); err != nil {
		return err
	}
	b.config.report(Progress{Stage: FindingDuplicates, Rows: b.rows})
	if err := b.leaveOutDuplicates(ctx); err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	if err := b.skips.flush(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	failpoint.Hit(failpoint.SkipsPut)
	var err error
	if b.forecast, err = forecast.New(b.config.Campaign, &b.counted, b.in.prices); err != nil {
		return campaign.Problems{{File: b.config.Campaign.Prices.File, Message: err.Error()}}
	}
	return nil
}

// commit makes the plan the run's. If we die before Update has returned, the run is still in state planning.
func (b *builder) commit() (*Plan, error) {
	size, err := b.snapshot.Commit()
	b.snapshot = nil
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	failpoint.Hit(failpoint.SnapshotFrozen)
	if err := b.freezeOrigins(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	sources := campaign.WithoutSecrets(b.config.Campaign.Sources)
	if err := b.config.Run.WriteFrozen(sources); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	p := b.plan()
	var templates []runstore.Template
	for _, t := range b.config.Templates {
		templates = append(templates, Kept(t))
	}
	var kept runstore.Meta
	if err := forecast.Keep(&kept, p.Forecast, b.in.prices); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	content, audience := b.config.Campaign.ContentDigest(), b.in.audience.origin()
	err = b.config.Run.Update(func(m *runstore.Meta) {
		m.State = runstore.Planned
		m.Reason = ""
		m.Campaign = b.config.Campaign.Name
		m.Planned = b.config.Now
		m.Starts = nil // none of them has begun a message, and this plan has to be confirmed anew
		m.PlanCode, m.Approval = "", runstore.Approval{}
		m.KeyPattern = ""
		if b.config.Campaign.IsDated() {
			m.KeyPattern = b.config.Campaign.RunKey
		}
		m.CampaignFile = b.config.Campaign.Path
		if path, err := filepath.Abs(m.CampaignFile); err == nil { // otherwise it is found from where it was planned
			m.CampaignFile = path
		}
		m.CampaignDigest = hex.EncodeToString(content[:])
		m.AudienceFile, m.AudienceSheet, m.AudienceDigest = audience.name, audience.file.Sheet, audience.digest
		m.Dialect = audience.dialect
		m.Encoding, m.Delimiter = b.config.Campaign.Audience.Encoding, ""
		if d := b.config.Campaign.Audience.Delimiter; d != 0 {
			m.Delimiter = string(d)
		}
		m.PlanDigest, m.Day = p.Digest, b.in.day()
		m.Rows, m.Eligible = p.Rows, p.Eligible
		m.Freeze(size)
		m.Columns = p.Columns
		m.Lists = p.Lists
		m.Templates = templates
		m.Forecast, m.Prices, m.Labels = kept.Forecast, kept.Prices, b.config.Campaign.Labels
		m.Sources = sources
		if again := b.config.Again; again != nil {
			m.Retry = &again.Retry
		}
	})
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	failpoint.Hit(failpoint.Planned)
	return p, nil
}

// plan returns what was decided.
func (b *builder) plan() *Plan {
	origin := b.in.audience.origin()
	findings := b.remarks.findings()
	for _, w := range b.in.filter.Warnings(b.chosen) {
		findings = append(findings, Finding{Message: w.Message, Hint: w.Hint, Warning: true, Lines: []int{}})
	}
	findings = append(findings, unreadTemplates(b.config)...)
	findings = append(findings, b.in.warnings...)
	people := b.people()
	findings = append(findings, b.spoken.findings(b.in.campaign, people, b.in.audience.Columns().Language >= 0)...)
	findings = append(findings, b.ofContent()...)
	findings = append(findings, notes(origin, b.in.lists.Lists())...)
	findings = append(findings, b.unpriced()...)
	findings = append(findings, unknownHolidays(b.counted.Places(), b.in.clock.HolidaysKnown)...)
	findings = append(findings, unmatched(b.in.audience.Columns(), b.in.lists.Lists(), b.config.Campaign.Suppress)...)
	return &Plan{
		Rows:       b.rows,
		Eligible:   b.eligible,
		Skipped:    b.skipped,
		BadNumbers: b.remarks.badNumbers(),
		Findings:   findings,
		Samples:    b.texts(),
		Lists:      b.in.listsWith(b.matches),
		Where:      b.in.filter.Counts(b.chosen),
		Languages:  b.spoken.counts(b.in.campaign, people),
		Seeds:      b.in.seeds,
		Forecast:   b.forecast,
		Places:     b.counted.Places(),
		Clock:      b.in.clock,
		Columns:    b.in.audience.Columns(),
		File:       origin.file,
		Digest:     b.digest.sum(),
		Day:        b.in.day(),

		Addresses:     b.content.addresses.kept,
		AddressesLeft: b.content.addresses.left(),

		Unused:      origin.unused,
		Suggestions: origin.suggestions,
	}
}
