package sandbox

import (
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

	conversationRetention = 180 // days that an app in CONVERSATION mode keeps messages
	maxDispatchRetention  = 7   // days that an app in DISPATCH mode can be told to keep them

	tokenRate  = 10 // tokens a second that the OAuth2 server gives out …
	tokenBurst = 30 // … after so many at once
)

// Mode is how an app processes messages.
type Mode string

// The processing modes. Apps made since April 2025 start in [Dispatch].
const (
	Dispatch     Mode = "DISPATCH"     // no contacts; messages are kept for as long as the app's dispatch retention says
	Conversation Mode = "CONVERSATION" // contacts and conversations; messages are kept for 180 days
)

// Config says which project and app a [Server] plays, and how it behaves. Every zero field stands for what its comment says.
type Config struct {
	ProjectID string // [DefaultProjectID]
	KeyID     string // [DefaultKeyID]
	KeySecret string // [DefaultKeySecret]; it signs the tokens too, so that they outlive a restart of the sandbox
	AppID     string // a ULID; [DefaultAppID]
	AppName   string // "Sandbox"
	Region    string // [DefaultRegion]; a request to the host of another region finds nothing

	Channels          []string // the channels that are ACTIVE on the app; nil: all of them
	Mode              Mode     // [Dispatch]
	DispatchRetention int      // days that messages in [Dispatch] are kept, 0 to 7; 0: they are not

	Drain      int           // messages a second that the app hands to its channels; 20
	QueueLimit int           // messages that wait to be handed over, at most; 500,000
	RateLimit  int           // requests a second on the project, tokens apart; 800; negative: no limit, not even on tokens
	TokenTTL   time.Duration // how long a token is good, in whole seconds; an hour
	Latency    time.Duration // between taking a request and answering it

	Faults     []Fault // what goes wrong, and when; see [Server.SetFaults]
	Seed       uint64  // of the dice that faults with a rate throw
	FlatErrors bool    // error bodies as the API's schema shows them, not inside "error" as it answers them

	// Record gets a line of JSON, a [Message], for every message that is accepted, in one Write, before the answer leaves.
	// When a Write fails, nothing is accepted any more.
	Record io.Writer

	// Keep holds every accepted message in memory for [Server.Accepted]. Otherwise only those are held that can be looked up.
	Keep bool

	// Now is the clock of tokens, limits, the queue and retention; [time.Now]. Waits, such as Latency, are real ones.
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
	for _, channel := range c.Channels {
		if !slices.Contains(channels, channel) {
			problems = append(problems, fmt.Errorf("unknown channel %q", channel))
		}
	}
	if c.Drain < 0 || c.QueueLimit < 0 || c.TokenTTL < 0 || c.Latency < 0 {
		problems = append(problems, errors.New("drain, queue limit, lifetime of tokens and latency cannot be negative"))
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
	fill(&c.Drain, defaultDrain)
	fill(&c.QueueLimit, defaultQueueLimit)
	fill(&c.RateLimit, defaultRateLimit)
	fill(&c.TokenTTL, defaultTokenTTL)
	if c.Channels == nil {
		c.Channels = channels
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
