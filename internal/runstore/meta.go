package runstore

import (
	"encoding/json"
	"time"

	"sendoff/campaign"
)

// State is where a run stands.
type State string

// The states of a run.
const (
	Planning               State = "planning"
	Planned                State = "planned"
	Running                State = "running"
	Stopped                State = "stopped"
	NeedsReconcile         State = "needs reconcile" // seen from outside only: its ledger has forgotten what it begun
	Finished               State = "finished"
	FinishedWithRejections State = "finished with rejections"
	Cancelled              State = "cancelled" // somebody has ended it for good; who was not sent to is not sent to
)

// Done reports whether a run in state s has nothing left to send or to find out.
func (s State) Done() bool { return s == Finished || s == FinishedWithRejections }

// Over reports whether a run in state s sends nothing more, for good.
func (s State) Over() bool { return s.Done() || s == Cancelled }

// Destination is what messages go through. A run has one for good.
type Destination struct {
	ProjectID string `json:"project_id"`
	AppID     string `json:"app_id"`
	AppName   string `json:"app_name,omitempty"` // for people
	Profile   string `json:"profile,omitempty"`  // by which it was named; for people
	Region    string `json:"region,omitempty"`
	Endpoint  string `json:"endpoint,omitempty"` // one base URL instead of the region's hosts
}

// List is a suppression list as planning found it: a file, Sinch's own, or the people of other runs.
type List struct {
	File     string    `json:"file,omitempty"`
	Folder   string    `json:"folder,omitempty"` // in which the file lies, where the campaign does not name it
	Modified time.Time `json:"modified,omitzero"`
	SHA256   string    `json:"sha256,omitempty"`
	Sinch    []string  `json:"sinch,omitempty"`    // which of Sinch's own lists
	Read     time.Time `json:"read,omitzero"`      // when these were; a plan alone may be made without
	Runs     string    `json:"runs,omitempty"`     // which runs, as the campaign or --except says it
	Keys     []string  `json:"run_keys,omitempty"` // of the runs that these were
	Entries  int       `json:"entries"`
	Ignored  int       `json:"unreadable_ignored,omitempty"`
	Only     bool      `json:"only,omitempty"` // it lets nobody out who is not on it; matches are those whom it left out
	Matches  int       `json:"matches"`
}

// Dialect is how a CSV file is written.
type Dialect struct {
	Delimiter string `json:"delimiter"`
	Encoding  string `json:"encoding"` // as messages name it; UTF-8 has a byte order mark, and where another one was only guessed it is UTF-8
	CRLF      bool   `json:"crlf,omitempty"`
}

// Template is a template made at Sinch, as planning found it.
type Template struct {
	ID           string            `json:"id"`
	Version      int               `json:"version,omitempty"`
	Translations map[string]string `json:"translations,omitempty"` // their versions, by language
	SHA256       string            `json:"sha256"`
	Supposed     bool              `json:"supposed,omitempty"` // nobody has asked Sinch: a rehearsal
	JSON         json.RawMessage   `json:"-"`                  // all of it; stored beside, so that run.json stays readable
}

// Start is one time that sending began or went on.
type Start struct {
	Time    time.Time `json:"time"`
	Epoch   string    `json:"epoch"` // in the metadata of every message that this start sends
	Host    string    `json:"host"`
	Version string    `json:"version"`
	User    string    `json:"started_by,omitempty"` // the name of the account

	// Set when it ends in an orderly way; of one that was killed they stay empty.
	Ended    time.Time `json:"ended,omitzero"`
	ExitCode int       `json:"exit_code,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why it ended as it did, in words; empty where there is nothing to say
}

// Approval is that somebody has named the plan that is sent by its code. It is on record with the first message.
type Approval struct {
	Code    string    `json:"plan_code"`             // as it was given
	By      string    `json:"approved_by,omitempty"` // who has approved it, as whoever started the run says
	Time    time.Time `json:"time"`                  // when the run was started with it
	User    string    `json:"started_by"`            // the name of the account
	Host    string    `json:"host"`
	Version string    `json:"version"`
}

// Queue is what waited in the app's queue at Sinch when a start had ended, and went out all the same.
type Queue struct {
	Time     time.Time `json:"time"`
	Messages int64     `json:"messages"`
	Others   int64     `json:"others,omitempty"` // of which so many at most are not of this run
	Rate     float64   `json:"rate"`             // messages a second that leave it
}

// Takes is how long all of it takes to leave.
func (q *Queue) Takes() time.Duration {
	return time.Duration(float64(q.Messages) / q.Rate * float64(time.Second))
}

// Settlement is that a person has said what people in doubt are taken for.
type Settlement struct {
	Time    time.Time `json:"time"`
	By      string    `json:"by"`      // the name of the account
	Assumed string    `json:"assumed"` // "sent" or "not-sent"
	Rows    int       `json:"rows"`
}

// Halt is that a start has sent no more to the people of one country, of one channel tried first, or in one language, while it went on with the
// others.
type Halt struct {
	By      string    `json:"by"`    // "country", "channel" or "language"
	Name    string    `json:"name"`  // as the campaign or ISO 3166-1 writes it; empty: people without one
	Slice   string    `json:"slice"` // that in words
	Reason  string    `json:"reason"`
	Time    time.Time `json:"time"`
	NotSent int       `json:"not_sent,omitempty"` // how many of them that start has left; 0 also where it ended before it knew
}

// The modes in which Sinch processes messages.
const (
	Conversation = "CONVERSATION"
	Dispatch     = "DISPATCH"
)

// Storage is how Sinch keeps the messages of this run, as it said at a time.
type Storage struct {
	Time time.Time `json:"time"`
	Mode string    `json:"processing_mode"`
	Days int       `json:"retention_days"`     // 0: not at all
	Skew int       `json:"clock_skew_seconds"` // Sinch's clock less ours
}

// maxDrift is how many seconds the skew of clocks may wander before it is put on record again.
const maxDrift = 60

func (s Storage) same(other Storage) bool {
	return s.Mode == other.Mode && s.Days == other.Days && max(s.Skew-other.Skew, other.Skew-s.Skew) < maxDrift
}

// Meta is the truth about a run, kept in its ledger. It holds no personal data.
type Meta struct {
	Schema   int       `json:"schema"`
	RunID    string    `json:"run_id"`
	Key      string    `json:"key"` // as written
	Campaign string    `json:"campaign"`
	Sandbox  bool      `json:"sandbox"`
	Seeds    string    `json:"seeds,omitempty"` // it is not a run by itself, but this part of the one in whose folder it lies: see [SeedsFirst]
	State    State     `json:"state"`
	Reason   string    `json:"reason,omitempty"` // why it is in that state, in words
	ExitCode int       `json:"exit_code"`        // of the last start that ended
	Created  time.Time `json:"created"`
	Retry    *Retry    `json:"retry,omitempty"`  // nil where it sends to nobody again
	Except   []string  `json:"except,omitempty"` // runs whose people are left out beside those that the campaign names; folders are absolute

	// Set by planning, in one transaction.
	Planned        time.Time         `json:"planned,omitzero"`
	CampaignDigest string            `json:"campaign_sha256,omitempty"` // of what is sent to whom
	KeyPattern     string            `json:"key_pattern,omitempty"`     // the key with its {date}, where it has one
	CampaignFile   string            `json:"campaign_file,omitempty"`   // its whole path then
	AudienceFile   string            `json:"audience_file,omitempty"`
	AudienceSheet  string            `json:"audience_sheet,omitempty"`  // of a workbook
	Encoding       string            `json:"encoding,omitempty"`        // of the audience\'s file, as somebody has said
	Delimiter      string            `json:"delimiter,omitempty"`       // the same
	Dialect        Dialect           `json:"audience_dialect,omitzero"` // as the file is written, and lists of people are; zero: it is no CSV
	AudienceDigest string            `json:"audience_sha256,omitempty"` // of the file's bytes
	PlanDigest     string            `json:"plan_sha256,omitempty"`
	Day            string            `json:"day,omitempty"`       // that of the plan, as 2026-03-28, where it decides who is meant or what is sent
	PlanCode       string            `json:"plan_code,omitempty"` // by which people name the plan
	Rows           int               `json:"rows"`
	Eligible       int               `json:"eligible"` // rows that planning did not leave out
	SnapshotBytes  int64             `json:"snapshot_bytes"`
	Columns        campaign.Columns  `json:"columns,omitzero"`
	Lists          []List            `json:"suppression_lists,omitempty"`
	Templates      []Template        `json:"templates,omitempty"`
	Labels         []campaign.Label  `json:"labels,omitempty"`
	Forecast       json.RawMessage   `json:"forecast,omitempty"` // what the plan comes to, as package forecast writes it
	Prices         json.RawMessage   `json:"-"`                  // those of the forecast; stored beside, as what follows is
	Sources        []campaign.Source `json:"-"`                  // the campaign as it was frozen; stored beside, so that run.json stays readable

	// Set by forgetting. A snapshot that was never rewritten has no digest here, and none is asked of it.
	SnapshotSHA256     string    `json:"snapshot_sha256,omitempty"`
	NextSnapshotBytes  int64     `json:"next_snapshot_bytes,omitempty"` // of the one that is about to take its place
	NextSnapshotSHA256 string    `json:"next_snapshot_sha256,omitempty"`
	Erased             time.Time `json:"erased,omitzero"` // when the data of all its people was
	// ErasedCosts is what the messages of people came to who were erased one by one, as package forecast writes it.
	ErasedCosts json.RawMessage `json:"erased_costs,omitempty"`

	// Set by sending.
	Destination  Destination  `json:"destination,omitzero"`
	Approval     Approval     `json:"approval,omitzero"`
	Starts       []Start      `json:"starts,omitempty"`
	Storage      []Storage    `json:"storage,omitempty"` // everything that was heard of it, in the order of time; intents refer to it
	Settled      []Settlement `json:"settled,omitempty"`
	CanaryPassed bool         `json:"canary_passed"`
	Halted       []Halt       `json:"halted,omitempty"` // by the last start
	Ended        time.Time    `json:"ended,omitzero"`   // when the last start ended
	Queued       *Queue       `json:"queued,omitempty"` // then; nil: nobody knows, or nothing that matters
}

// Freeze makes a new snapshot of so many bytes the run's, whatever became of an earlier one.
func (m *Meta) Freeze(size int64) {
	m.SnapshotBytes, m.SnapshotSHA256 = size, ""
	m.NextSnapshotBytes, m.NextSnapshotSHA256 = 0, ""
	m.Erased = time.Time{}
}

// stored is the form of Meta in the ledger.
type stored struct {
	Meta
	Frozen []campaign.Source `json:"frozen,omitempty"`
	Prices json.RawMessage   `json:"prices,omitempty"`
	// TemplateJSON is that of the templates, in their order.
	TemplateJSON []json.RawMessage `json:"template_json,omitempty"`
}

func newStored(m Meta) stored {
	s := stored{Meta: m, Frozen: m.Sources, Prices: m.Prices}
	for _, t := range m.Templates {
		s.TemplateJSON = append(s.TemplateJSON, t.JSON)
	}
	return s
}

func (s stored) meta() Meta {
	m := s.Meta
	m.Sources, m.Prices = s.Frozen, s.Prices
	for i := range min(len(m.Templates), len(s.TemplateJSON)) {
		m.Templates[i].JSON = s.TemplateJSON[i]
	}
	return m
}
