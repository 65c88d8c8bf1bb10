package render

import (
	"cmp"
	"errors"
	"math"
	"time"

	"sendoff/campaign"
	"sendoff/internal/expression"
)

// Identity says which app sends a message, to which run it belongs, and on which day that was planned.
type Identity struct {
	AppID  string
	RunID  string
	RunKey string
	Mark   Mark
	Day    string // as 2026-03-28: what today() is in params, whenever the message leaves. It may be empty where no param asks
	// TTL is what [Renderer.Body] writes where messages are worth getting until a moment. 0: the longest there is, so that none is longer.
	TTL time.Duration
}

// Mark says in the metadata of a message that it is none of those to the audience. The zero Mark says nothing.
type Mark string

// The marks.
const (
	TestMark Mark = "test" // it belongs to no run's books
	SeedMark Mark = "seed" // it is one of a run to a seed
)

// Renderer makes the bodies of one campaign's requests. It does not change, so that any number of goroutines can use it.
type Renderer struct {
	campaign *campaign.Campaign
	language int // the column that chooses the translation, or -1
	// languages reads that column.
	languages *campaign.Languages
	sources   sources
	routes    *routes
	of        []*campaign.Recipient // whose message the recipient in each row gets; nil: everybody their own
	day       string
	ttl       time.Duration

	message      program // for everyone who has no translation
	translations []program
}

// New prepares a campaign for an audience with these columns. Placeholders and params that name nothing there, and channels on which no
// column gives an address, are [campaign.Problems], all of them, with their positions in the campaign's files as far as they have one.
func New(c *campaign.Campaign, columns campaign.Columns, id Identity) (*Renderer, error) {
	routes, unreached := newRoutes(c, columns)
	return newRenderer(c, columns, id, routes, unreached)
}

// NewAside prepares a campaign for people beside its audience: the recipient in row i gets what of[i], one of the audience, would get, with
// all of their values, in their language. The addresses alone are the recipient's own; theirs are the columns in which these stood.
func NewAside(c *campaign.Campaign, columns campaign.Columns, id Identity, theirs campaign.Columns, of []*campaign.Recipient) (*Renderer, error) {
	routes, _ := newRoutes(c, theirs) // a channel on which none of them has an address is not tried for them
	r, err := newRenderer(c, columns, id, routes, nil)
	if err != nil {
		return nil, err
	}
	r.of = of
	return r, nil
}

func newRenderer(c *campaign.Campaign, columns campaign.Columns, id Identity, routes *routes, unreached campaign.Problems) (*Renderer, error) {
	languages := campaign.NewLanguages(c)
	today, hasDay := expression.ReadDay(id.Day)
	known, problems := newSources(c, columns, languages, today)
	problems = append(problems, unreached...)
	problems = append(problems, known.unanswered(c.Message, messageFile(c), columns.Header)...)
	beside := []campaign.Value{c.ChannelProperties, c.CallbackURL, c.TTL, c.ConversationMetadata, c.CorrelationID, c.Metadata}
	for _, t := range c.Translations {
		beside = append(beside, t.Message)
	}
	for _, v := range beside {
		problems = append(problems, known.unanswered(v, c.FileName(), columns.Header)...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	r := &Renderer{campaign: c, language: columns.Language, languages: languages, sources: known, routes: routes, ttl: cmp.Or(id.TTL, longestTTL)}
	if known.askForDay() {
		if r.day = id.Day; !hasDay {
			return nil, errNoDay
		}
	}
	compile := func(message campaign.Value, translation string) program {
		compiler := compiler{campaign: c, id: id, sources: known, program: program{routes: routes, language: language{languages, columns.Language, translation}}}
		compiler.request(message)
		return compiler.program
	}
	r.message = compile(c.Message, "")
	for _, t := range c.Translations {
		r.translations = append(r.translations, compile(t.Message, t.Language))
	}
	return r, nil
}

// errNoDay guards the rule that a message says the same whenever it leaves.
var errNoDay = errors.New("render: a param asks for today(), and nobody has said on which day the run was planned")

// Day returns the day that decides what is sent, as 2026-03-28, or "" where none does.
func (r *Renderer) Day() string { return r.day }

// longestTTL is the longest that the API takes, as far as a Duration can hold it: 292 years.
const longestTTL time.Duration = math.MaxInt64

// Body appends to dst the body of the messages:send request for a recipient. The epoch says which start of the run sends it: 8 hexadecimal
// digits. The error is a [*RowError]; then dst comes back as it was.
func (r *Renderer) Body(dst []byte, recipient *campaign.Recipient, epoch string) ([]byte, error) {
	return r.BodyExpiring(dst, recipient, epoch, r.ttl)
}

// BodyExpiring is [Renderer.Body] of a message that is worth getting for so long, in whole seconds, where the campaign says until when messages
// are.
func (r *Renderer) BodyExpiring(dst []byte, recipient *campaign.Recipient, epoch string, ttl time.Duration) ([]byte, error) {
	of := r.person(recipient)
	body, err := r.program(of).append(dst, recipient, of, epoch, ttl)
	if err != nil {
		return dst, err
	}
	return body, nil
}

// SampleEpoch is as long as the epoch of a real start, for bodies that nobody sends.
const SampleEpoch = "00000000"

// Size says how long a body is that a row with this ordinal has, to compare messages by: the ordinal stands in it twice, which makes none longer.
func Size(body []byte, row int) int {
	size := len(body)
	for ; row > 9; row /= 10 {
		size -= 2
	}
	return size
}

// First returns the channel on which a recipient is tried first, or "" where they have no address on any channel of the campaign.
func (r *Renderer) First(recipient *campaign.Recipient) campaign.Channel {
	return r.routes.first(recipient)
}

// Channels returns the channels on which a recipient can be tried, in their order.
func (r *Renderer) Channels(recipient *campaign.Recipient) []campaign.Channel {
	var all []campaign.Channel
	_, isContact := recipient.On(campaign.Contact)
	for i := range r.routes.all {
		if isContact || r.routes.all[i].serves(recipient) {
			all = append(all, r.routes.all[i].channel)
		}
	}
	return all
}

// Tries reports whether a recipient can be tried on a channel of the campaign.
func (r *Renderer) Tries(recipient *campaign.Recipient, channel campaign.Channel) bool {
	return r.routes.tries(recipient, channel)
}

// Reached returns the set of the channels on which a recipient can be tried.
func (r *Renderer) Reached(recipient *campaign.Recipient) campaign.ChannelSet {
	return r.routes.channels(recipient)
}

// UsesDefault reports whether a default stands in for a value that the recipient has not.
func (r *Renderer) UsesDefault(recipient *campaign.Recipient) bool {
	return r.DefaultOf(recipient) != ""
}

// DefaultOf returns the name of the first value that the recipient has not and a default stands in for, or "".
func (r *Renderer) DefaultOf(recipient *campaign.Recipient) string {
	of := r.person(recipient)
	p := r.program(of)
	for _, s := range p.defaulted {
		if _, isEmpty, fault := s.raw(of, p.language); isEmpty && fault.IsZero() {
			return s.name
		}
	}
	return ""
}

// Translation returns which of the campaign's translations a recipient gets, or -1 for the message itself.
func (r *Renderer) Translation(recipient *campaign.Recipient) int {
	return r.Language(recipient).Translation
}

// Language returns what the recipient's cell in the language column stands for.
func (r *Renderer) Language(recipient *campaign.Recipient) campaign.Language {
	return r.languages.Read(r.person(recipient).Field(r.language))
}

// Fill returns a text of the campaign as it is for a recipient. The error is a [*RowError].
func (r *Renderer) Fill(text campaign.Text, recipient *campaign.Recipient) (string, error) {
	filled, err := r.Line([]Piece{{Text: text}}).Append(nil, recipient)
	return string(filled), err
}

// person returns whose message a recipient gets.
func (r *Renderer) person(recipient *campaign.Recipient) *campaign.Recipient {
	if r.of == nil {
		return recipient
	}
	return r.of[recipient.Row]
}

// program returns the one for the language of somebody whose message is rendered.
func (r *Renderer) program(of *campaign.Recipient) *program {
	if i := r.languages.Read(of.Field(r.language)).Translation; i >= 0 {
		return &r.translations[i]
	}
	return &r.message
}
