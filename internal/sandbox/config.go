package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// What a zero [Config] answers to. They are fakes that everybody may know, and open nothing but a sandbox.
const (
	DefaultProjectID = "00000000-5a4d-4b0c-8000-000000000000"
	DefaultKeyID     = "sandbox-key"
	DefaultKeySecret = "sandbox-secret"
	DefaultAppID     = "01SANDB0X00000000000000001"
	DefaultRegion    = "us"
)

// What the API documents, and [Config] starts from.
const (
	defaultDrain      = 20      // messages a second that an app hands to its channels
	defaultQueueLimit = 500_000 // messages that may wait in an app
	defaultRateLimit  = 800     // requests a second that a project may make
	defaultTokenTTL   = time.Hour
	defaultWebhooks   = 25 // callbacks a second that an app makes

	defaultRetention     = 180  // days that an app in CONVERSATION mode keeps messages …
	maxRetention         = 3650 // … and can be told to
	maxDispatchRetention = 7    // days that an app in DISPATCH mode can be told to keep them

	tokenRate  = 10 // tokens a second that the OAuth2 server gives out …
	tokenBurst = 30 // … after so many at once
)

// Mode is how an app processes messages.
type Mode string

// The processing modes. Apps made since April 2025 start in [Dispatch].
const (
	Dispatch     Mode = "DISPATCH"     // no contacts; messages are kept for as long as the app's dispatch retention says
	Conversation Mode = "CONVERSATION" // contacts and conversations; messages are kept for as long as the app's retention says
)

// Config says which project and app a [Server] plays, and how it behaves. Every zero field stands for what its comment says. What
// clients can change about the app is here as it is at first.
type Config struct {
	ProjectID string // [DefaultProjectID]
	KeyID     string // [DefaultKeyID]
	KeySecret string // [DefaultKeySecret]; it signs the tokens too, so that they outlive a restart of the sandbox
	AppID     string // a ULID; [DefaultAppID]
	AppName   string // "Sandbox"
	Region    string // [DefaultRegion]; a request to the host of another region finds nothing

	Channels              []string // the channels that are ACTIVE on the app; nil: all of them
	Mode                  Mode     // [Dispatch]
	ConversationRetention int      // days that messages in [Conversation] are kept, 1 to 3650; 180
	DispatchRetention     int      // days that messages in [Dispatch] are kept, 0 to 7; 0: they are not
	KeepStatus            bool     // messages that are kept show how far they are (persist_message_status)

	Templates   []json.RawMessage // that the project has, as [ReadTemplates] returns them
	AnyTemplate bool              // messages with templates that the project does not have go out: only whoever asks for one hears that it is not there

	Drain      int           // messages a second that the app hands to its channels; 20
	QueueLimit int           // messages that wait to be handed over, at most; 500,000
	QueueSize  int           // messages of others that wait there at the start; 0
	RateLimit  int           // requests a second on the project, tokens apart; 800; negative: no limit, not even on tokens
	TokenTTL   time.Duration // how long a token is good, in whole seconds; an hour
	Latency    time.Duration // between taking a request and answering it

	Webhooks        int                // callbacks a second that the app makes; 25; negative: no limit
	CallbackSecret  string             // signs the callbacks that go to the callback_url of a message; "": they are not signed
	Callbacks       Callbacks          // how callbacks are made, and what goes wrong with them
	Outcomes        map[string]Outcome // by the last digits of an identity, the longest winning, "" for all others; nil: see the package
	ReceiptAfter    time.Duration      // from a channel's taking a message to the receipt that says how it ended; a second
	LateAfter       time.Duration      // the same where the outcome is [Late]; three hours
	DropCorrelation bool               // callbacks carry no correlation_id

	Faults     []Fault // what goes wrong, and when; see [Server.SetFaults]
	Seed       uint64  // of the dice that faults with a rate throw, and callbacks
	FlatErrors bool    // error bodies as the API's schema shows them, not inside "error" as it answers them

	ListLag        time.Duration // before an accepted message can be found; see [Server.SetListLag]
	PlusIdentities bool          // keep and find phone numbers with their plus sign, and not without

	// Record gets a line of JSON, a [Message], for every message that is accepted, in one Write, before the answer leaves.
	// When a Write fails, nothing is accepted any more.
	Record io.Writer

	// Keep holds every accepted message in memory for [Server.Accepted]. Otherwise only those are held that can be looked up.
	Keep bool

	// Now is the clock of tokens, limits, the queue and retention, which [Server.Advance] puts forward; [time.Now]. Waits, such as
	// Latency, are real ones.
	Now func() time.Time
}

// Check reports what in c the API would not know. It is for configurations that somebody typed; [New] takes any.
func (c Config) Check() error {
	c = c.withDefaults()
	var problems []error
	if _, err := ulid.ParseStrict(c.AppID); err != nil {
		problems = append(problems, errors.New("app id is not a ULID"))
	}
	if c.Mode != Dispatch && c.Mode != Conversation {
		problems = append(problems, fmt.Errorf("unknown mode %q; known are %s and %s", c.Mode, Dispatch, Conversation))
	}
	if c.DispatchRetention < 0 || c.DispatchRetention > maxDispatchRetention {
		problems = append(problems, fmt.Errorf("dispatch retention is 0 to %d days, not %d", maxDispatchRetention, c.DispatchRetention))
	}
	if c.ConversationRetention < 1 || c.ConversationRetention > maxRetention {
		problems = append(problems, fmt.Errorf("conversation retention is 1 to %d days, not %d", maxRetention, c.ConversationRetention))
	}
	for _, channel := range c.Channels {
		if !slices.Contains(channels, channel) {
			problems = append(problems, fmt.Errorf("unknown channel %q", channel))
		}
	}
	if c.Drain < 0 || c.QueueLimit < 0 || c.QueueSize < 0 || c.TokenTTL < 0 || c.Latency < 0 || c.ListLag < 0 {
		problems = append(problems, errors.New("drain, queue and its limit, lifetime of tokens, latency and lag cannot be negative"))
	}
	for _, share := range []float64{c.Callbacks.Lost, c.Callbacks.Duplicate, c.Callbacks.Delayed, c.Callbacks.OutOfOrder} {
		if share < 0 || share > 1 {
			problems = append(problems, fmt.Errorf("a share of callbacks is 0 to 1, not %v", share))
		}
	}
	if c.ReceiptAfter < 0 || c.LateAfter < 0 || c.Callbacks.Delay < 0 || c.Callbacks.Backoff < 0 || c.Callbacks.Tries < 0 {
		problems = append(problems, errors.New("times and tries of receipts and callbacks cannot be negative"))
	}
	for digits, outcome := range c.Outcomes {
		if !outcome.known() {
			problems = append(problems, fmt.Errorf("unknown outcome %q of numbers that end in %q", outcome, digits))
		}
	}
	return errors.Join(problems...)
}

// withDefaults returns c with its zero fields filled.
func (c Config) withDefaults() Config {
	fill(&c.ProjectID, DefaultProjectID)
	fill(&c.KeyID, DefaultKeyID)
	fill(&c.KeySecret, DefaultKeySecret)
	fill(&c.AppID, DefaultAppID)
	fill(&c.AppName, "Sandbox")
	fill(&c.Region, DefaultRegion)
	fill(&c.Mode, Dispatch)
	fill(&c.ConversationRetention, defaultRetention)
	fill(&c.Drain, defaultDrain)
	fill(&c.QueueLimit, defaultQueueLimit)
	fill(&c.RateLimit, defaultRateLimit)
	fill(&c.TokenTTL, defaultTokenTTL)
	if c.Channels == nil {
		c.Channels = channels
	}
	fill(&c.Webhooks, defaultWebhooks)
	fill(&c.Callbacks.Delay, time.Minute)
	fill(&c.Callbacks.Tries, 8)
	fill(&c.Callbacks.Backoff, 5*time.Second)
	fill(&c.ReceiptAfter, time.Second)
	fill(&c.LateAfter, 3*time.Hour)
	if c.Outcomes == nil {
		c.Outcomes = standardOutcomes()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// fill gives a field that is zero its default.
func fill[T comparable](field *T, standard T) {
	var zero T
	if *field == zero {
		*field = standard
	}
}
