package campaign

import (
	"strconv"
	"time"
)

// Campaign is a checked campaign file. Fields that go to Sinch keep Sinch's names and shapes; placeholders stand in their strings.
type Campaign struct {
	Path string // the file it was read from, as it was given; empty for one parsed from memory
	Name string
	// RunKey names the execution: same key, same run. It is the name where the file gives none, and may hold {date} and the like: see
	// [Campaign.Key].
	RunKey    string
	Profile   string         // which of the user's profiles it goes through; empty: the file does not say
	TimeZone  *time.Location // nil where the file names none
	Approval  bool           // only a plan that somebody has approved is sent
	NotAfter  Deadline
	NotBefore Deadline // never "never"
	Window    Window
	Expires   Expiry

	Audience     Audience
	Suppress     []SuppressionList
	NoSuppress   bool // "suppress: none": the author means that nobody is left out
	Seeds        Seeds
	Prices       PriceList
	Labels       []Label // in the order of the file
	Params       []Param
	Translations []Translation // in the order of the file

	// TemplateReferences are the places in Message and Translations that refer to templates made at Sinch, in the order of the files.
	// TemplateLanguages are not of the file: whoever has read these templates says in which languages they are.
	TemplateReferences []TemplateReference
	TemplateLanguages  []string

	// What goes to Sinch with every message (SendMessageRequest in its schema). A Null value is not sent.
	Message                            Value
	MessageFile                        string // where Message was read from, as written; empty: from the campaign file itself
	MessageContentType                 string
	ChannelPriorityOrder               []Channel
	ChannelProperties                  Value
	CallbackURL                        Value
	TTL                                Value
	Queue                              string
	ProcessingStrategy                 string
	ConversationMetadata               Value
	ConversationMetadataUpdateStrategy string
	CorrelationID                      Value
	Metadata                           Value // an object of strings: the author's own part of message_metadata

	Pace    Pace
	Canary  Canary
	Limits  Limits
	InDoubt DoubtPolicy   // [HoldDoubt] where the file does not say
	Brand   []string      // the names by which people know the sender
	OptOut  OptOut        // how people can stop such messages, for who looks for it in the texts
	Keep    time.Duration // how long people's data of runs that are over is kept; 0: until somebody erases it
	Notify  []string      // who is told how each start of a run ended; these are secrets

	// Sources are the bytes that it was read from: the campaign file, then its message_file, if it has one. [Parse] makes the same campaign
	// of them again, without the disk.
	Sources []Source

	// Warnings are the problems of a file that was taken all the same.
	Warnings Problems
}

// Source is a file that a campaign was read from.
type Source struct {
	Name string `json:"name"` // the campaign's as it was given, the message_file's as it stands in the campaign
	Data []byte `json:"data"`
}

// Audience says which file holds the recipients and how it is read, or of which run they are.
type Audience struct {
	File         string            // as written, relative to the campaign file; [StandardInput]; empty: the people of a run
	Run          string            // its key, or its folder
	States       []string          // of the run's people that are meant; see [peopleStates]
	Columns      map[string]string // role → column name as written; see [Roles]
	Channels     []Channel         // those that the campaign tries: which columns are wanted depends on them
	Country      string            // ISO 3166-1 alpha-2: how national numbers are read; empty: only international ones are
	Sheet        string            // of a workbook; empty: the only one that is visible and holds something
	HiddenRows   string            // of a sheet: "skip" or "include"; empty: there are none
	MaxAge       time.Duration     // of the file; 0: any age will do
	AllowEmpty   bool              // nobody to send to is a success
	AllowPremium bool              // premium-rate, shared-cost and personal numbers are sent to
	Languages    []LanguageName    // what the language column says, beside what is understood anyway; in the order of the file
	Numbers      []ColumnName      // columns that hold numbers; every other one is text
	Decimal      string            // the decimal sign of these numbers; empty: "."
	Countries    []string          // ISO 3166-1 alpha-2: which ones are meant; empty: all of them
	Where        Expression        // which rows are meant; empty: all of them
	Consent      Consent
	// MaxBadRows is how many rows may be invalid before nothing is sent at all.
	MaxBadRows Share
	Encoding   string // of the file, as people write it; empty: the file shows it
	Delimiter  rune   // of a CSV file; 0: the file shows it
	Line       int    // where the audience stands in the campaign file, for problems found later
}

// StandardInput is the name of a file that stands for standard input.
const StandardInput = "-"

// Name is what messages call the file.
func (a Audience) Name() string {
	if a.File == StandardInput {
		return "standard input"
	}
	return a.File
}

// NeedsPhone reports whether a column of phone numbers is wanted: for a phone channel that has no column of its own, or where no channel is
// known.
func (a Audience) NeedsPhone() bool {
	for _, c := range a.Channels {
		if c.ByPhone() && a.Columns[c.Role()] == "" && a.Columns[Contact.Role()] == "" {
			return true
		}
	}
	return len(a.Channels) == 0
}

// Share is a number of things, or a share of all of them where Percent is set.
type Share struct {
	Count   int
	Percent float64
}

// SuppressionList is a file of people who must not be written to, runs whose people are left out, or what Sinch itself knows of opt-outs.
type SuppressionList struct {
	File             string        // as written, relative to the campaign file; empty: one of the other kinds
	Sheet            string        // of a workbook; empty: the only one that is visible and holds something
	Runs             string        // a key, a pattern of keys, or the folder of a run
	Sinch            bool          // Sinch's own lists; see [Campaign.OptOutLists]
	Within           time.Duration // how long ago those runs may have begun; 0: at any time
	MaxAge           time.Duration // of a file, 0: any age will do; of Sinch's lists, how old the kept copy of them may be
	IgnoreUnreadable bool          // the author takes the responsibility for lines that cannot be read
	Encoding         string        // as of an audience's file
	Delimiter        rune
	Line, Column     int
}

// Seeds says which file holds the people who look at a campaign's messages, and whether they get them within its runs too.
type Seeds struct {
	File      string   // as written, relative to the campaign file; empty: there are none
	InRun     SeedTime // empty: not within a run
	Sheet     string   // as of an audience's file
	Encoding  string
	Delimiter rune
	Line      int
	Column    int
}

// SeedTime says when seeds get the message within a run.
type SeedTime string

// The times.
const (
	SeedsFirst        SeedTime = "first"          // before everybody else
	SeedsFirstAndLast SeedTime = "first_and_last" // and once more when everybody else is done
)

func seedTimes() []string { return []string{string(SeedsFirst), string(SeedsFirstAndLast)} }

// Param is a named value that placeholders can refer to.
type Param struct {
	Name            string
	Column          string // as written; the name itself where neither it nor an expression is given
	Expr            Expression
	Default         string
	HasDefault      bool
	OnEmpty         OnEmpty
	Line, ColumnPos int
}

// OnEmpty says what an empty value means when there is no default.
type OnEmpty uint8

// What an empty value may mean.
const (
	OnEmptyError OnEmpty = iota // nothing is sent to anybody until it is mended
	OnEmptySkip                 // the row is left out as missing_value
)

// Translation is the message for one language; it replaces the whole message.
type Translation struct {
	Language string // BCP 47, as written
	Message  Value
}

// Pace says how fast to send.
type Pace struct {
	Rate        Rate
	MaxInFlight int           // 0: the default
	WarmUp      time.Duration // how long the rate takes to rise to what is allowed; 0: it is there at once
	QueueAhead  time.Duration // how much work, at the app's own rate, may wait in its queue at Sinch; 0: the default
}

// Rate is "auto", a number per second, or a share of the app's own rate. The zero Rate is auto.
type Rate struct {
	PerSecond float64
	Percent   float64
}

// DoubtPolicy says what is done with people in doubt about whom Sinch cannot be asked.
type DoubtPolicy string

// The policies.
const (
	HoldDoubt   DoubtPolicy = "hold"   // they stay in doubt until a person decides, and the run does not finish
	ResendDoubt DoubtPolicy = "resend" // they are sent to again, and may get it twice
	LeaveDoubt  DoubtPolicy = "leave"  // they are left in doubt for good, and the run finishes
)

// DoubtPolicies are the policies' names.
func DoubtPolicies() []string {
	return []string{string(HoldDoubt), string(ResendDoubt), string(LeaveDoubt)}
}

// Limits stop a run before it starts; those of cost and parts also while it goes on. Zero means no limit.
type Limits struct {
	MinRecipients int
	MaxRecipients int
	MaxCost       Money
	MaxParts      int   // of SMS
	MaxRejected   Share // of the messages that Sinch answers, as far as it is a share of the last thousand; zero: the default
	MaxInDoubt    Share // likewise of those that stay in doubt
}

// PriceList is the file that says what messages cost. Without a File there is none.
type PriceList struct {
	File      string // as written, relative to the campaign file
	Sheet     string // of a workbook; empty: the only one that is visible and holds something
	Encoding  string // as of an audience's file
	Delimiter rune
	Decimal   string // the decimal sign of the prices; empty: the file shows it
	Line      int
}

// Label is what the author's own books know a campaign by.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// String returns the share as a campaign file has it: "5%" or "100".
func (s Share) String() string {
	if s.Percent != 0 {
		return decimal(s.Percent) + "%"
	}
	return strconv.Itoa(s.Count)
}

// String returns the rate as a campaign file has it: "auto", "20" or "80%".
func (r Rate) String() string {
	switch {
	case r.Percent != 0:
		return decimal(r.Percent) + "%"
	case r.PerSecond != 0:
		return decimal(r.PerSecond)
	}
	return "auto"
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
