package sandbox

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong, and for which requests. All its conditions must hold; without one it strikes every
// request. The zero Fault never strikes.
type Fault struct {
	Kind Kind
	On   Operation // the requests it is about, which it counts from 1 …
	To   string    // … or only those of them to recipients whose identity or contact ends with these digits; behind a "+", begins with them

	After int     // not the first so many
	First int     // of the rest, only the first so many
	Every int     // of the rest, only one in so many
	Rate  float64 // of those, so many, by the dice: 0.02 is two in a hundred; 0: all

	RetryAfter     time.Duration // the Retry-After header, in whole seconds; 0: none
	RetryAfterDate bool          // it is a date so far ahead
	RetryAfterText string        // the header is this instead, whatever it means

	Delay time.Duration // of the kinds that take their time; 0: a minute
}

// faultBook holds the faults, and counts for each the requests it is about.
type faultBook struct {
	seed uint64

	mu   sync.Mutex
	all  []bookedFault
	dice *rand.Rand
}

// bookedFault is a fault with the requests that it was about, and those that it struck.
type bookedFault struct {
	Fault
	seen, struck int
}

func newFaultBook(seed uint64) *faultBook { return &faultBook{seed: seed} }

// set replaces the faults and begins counting.
func (b *faultBook) set(faults []Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = make([]bookedFault, len(faults))
	for i, f := range faults {
		b.all[i].Fault = f
	}
	b.dice = rand.New(rand.NewPCG(b.seed, 0))
}

// list returns the faults with their counts.
func (b *faultBook) list() []bookedFault {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// byRecipient reports whether it matters to a fault whom a message is to.
func (b *faultBook) byRecipient() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.all, func(f bookedFault) bool { return f.To != "" })
}

// next returns the fault that strikes the next request of an operation, which is to somebody where that matters. Every fault counts
// it, whichever strikes, so that one does not shift another's.
func (b *faultBook) next(op Operation, to string) (strikes Fault, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.all {
		f := &b.all[i]
		if f.On != op || !f.concerns(to) {
			continue
		}
		f.seen++
		if f.strikes(f.seen, b.dice) && !ok {
			f.struck++
			strikes, ok = f.Fault, true
		}
	}
	return strikes, ok
}

// concerns reports whether f is about messages to a recipient.
func (f Fault) concerns(to string) bool {
	if first, ok := strings.CutPrefix(f.To, "+"); ok {
		return strings.HasPrefix(strings.TrimPrefix(to, "+"), first)
	}
	return strings.HasSuffix(to, f.To)
}

// strikes reports whether f applies to the nth request.
func (f Fault) strikes(n int, dice *rand.Rand) bool {
	n -= f.After
	return f.Kind != noFault && n > 0 &&
		(f.First == 0 || n <= f.First) &&
		(f.Every == 0 || n%f.Every == 0) &&
		(f.Rate == 0 || dice.Float64() < f.Rate)
}

// defaultDelay is longer than clients wait.
const defaultDelay = time.Minute

// delay returns how long f takes.
func (f Fault) delay() time.Duration {
	if f.Delay == 0 {
		return defaultDelay
	}
	return f.Delay
}

// retryAfter returns the Retry-After header at a time, or "".
func (f Fault) retryAfter(now time.Time) string {
	switch {
	case f.RetryAfterText != "":
		return f.RetryAfterText
	case f.RetryAfter <= 0:
		return ""
	case f.RetryAfterDate:
		return roundUp(now.Add(f.RetryAfter)).Format(http.TimeFormat)
	}
	return strconv.FormatInt(int64((f.RetryAfter+time.Second-1)/time.Second), 10)
}

// roundUp returns the first whole second that is not before t.
func roundUp(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second) }

// spoil returns what is left of the answer to r when f has struck.
func (s *Server) spoil(f Fault, r *http.Request, a answer) answer {
	switch f.Kind {
	case Reset, ResetAfter:
		a.cut = none
	case Stall:
		// While its body waits to be read the server does not notice that a client has gone.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxBody))
		a.delay, a.cut = f.delay(), none
	case DelayAfter:
		a.delay += f.delay()
	case SlowAfter:
		a.dribble = f.delay()
	case TruncatedAfter:
		a.cut = half
	case PageAfter:
		a = gatewayPage(a.status)
	case TypeAfter:
		a.contentType = "text/plain; charset=utf-8"
	case EmptyAfter:
		a.body = nil
	case NoIDAfter:
		a.body = withoutID(a.body)
	case CreatedAfter, AcceptedAfter:
		a.status = kinds[f.Kind].status
	case ShortPage, MissingPage, EndPage:
		a.body = spoilPage(f.Kind, a.body)
	default:
		a = s.errorOf(f)
		a.retryAfter = f.retryAfter(s.cfg.Now().UTC()) // by the clock of a client that nobody has put forward
		if f.Kind == Moved || f.Kind == Redirect {
			a.location = r.URL.RequestURI()
		}
	}
	return a
}

// errorOf returns the error that f answers with, as who answers would word it: a proxy, the OAuth2 server or the API.
func (s *Server) errorOf(f Fault) answer {
	status := kinds[f.Kind].status
	name, message := errorText(status)
	switch {
	case kinds[f.Kind].page:
		return gatewayPage(status)
	case f.On == Token && f.Kind == Expired:
		return refuseKey()
	case f.On == Token:
		return oauthError(status, strings.ToLower(name), message)
	case f.Kind == Expired:
		return s.expired()
	case f.Kind == CreditLimit:
		return s.refuseAs(status, "BILLING_CREDIT_LIMIT_BREACHED", message)
	}
	return s.refuse(status)
}

// withoutID returns an answer less what its client needs of it.
func withoutID(body []byte) []byte {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return body
	}
	for _, key := range []string{"message_id", "id", "access_token"} {
		delete(fields, key)
	}
	return jsonAnswer(http.StatusOK, fields).body
}

// spoilPage returns what is left of a page of messages.
func spoilPage(kind Kind, body []byte) []byte {
	var page struct {
		Messages      []json.RawMessage `json:"messages"`
		NextPageToken string            `json:"next_page_token"`
	}
	if err := json.Unmarshal(body, &page); err != nil || len(page.Messages) == 0 {
		return body
	}
	kept := (len(page.Messages) + 1) / 2
	switch kind {
	case ShortPage:
		if kept < len(page.Messages) {
			page.NextPageToken = idOf(page.Messages[kept-1])
		}
		page.Messages = page.Messages[:kept]
	case MissingPage:
		page.NextPageToken = idOf(page.Messages[len(page.Messages)-1])
		page.Messages = page.Messages[kept:]
	case EndPage:
		page.NextPageToken = ""
	}
	return jsonAnswer(http.StatusOK, page).body
}

// idOf returns the id of a stored message.
func idOf(message json.RawMessage) string {
	var m struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(message, &m) // it is one of our own
	return m.ID
}
