package sandbox

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kind is what goes wrong.
type Kind uint8

// The kinds of faults, with their names in the text form. Those that end in After strike when the request has been carried out:
// a message that was accepted, and its sender cannot know. One that is refused anyway gets its refusal.
const (
	noFault         Kind = iota
	BadRequest           // 400: refused as invalid
	Expired              // 401: the token is expired
	CreditLimit          // 403: the credit limit is reached
	NotFound             // 404: as in the wrong region
	TooManyRequests      // 429
	ServerError          // 500, with the API's own error
	ServerErrorPage      // 500-html, from something before the API
	BadGateway           // 502, HTML
	Unavailable          // 503, with the API's own error
	Reset                // reset: the connection breaks, and nothing was done

	ServerErrorAfter // 500-after
	BadGatewayAfter  // 502-after
	UnavailableAfter // 503-after
	ResetAfter       // reset-after
	DelayAfter       // delay-after: the answer takes [Fault.Delay] longer
	TruncatedAfter   // truncated: half of the answer arrives
)

// kinds are the names of the kinds and the status of their answers, if it is not that of the request.
var kinds = [...]struct {
	name   string
	status int
}{
	BadRequest:       {"400", http.StatusBadRequest},
	Expired:          {"401", http.StatusUnauthorized},
	CreditLimit:      {"403", http.StatusForbidden},
	NotFound:         {"404", http.StatusNotFound},
	TooManyRequests:  {"429", http.StatusTooManyRequests},
	ServerError:      {"500", http.StatusInternalServerError},
	ServerErrorPage:  {"500-html", http.StatusInternalServerError},
	BadGateway:       {"502", http.StatusBadGateway},
	Unavailable:      {"503", http.StatusServiceUnavailable},
	Reset:            {"reset", 0},
	ServerErrorAfter: {"500-after", http.StatusInternalServerError},
	BadGatewayAfter:  {"502-after", http.StatusBadGateway},
	UnavailableAfter: {"503-after", http.StatusServiceUnavailable},
	ResetAfter:       {"reset-after", 0},
	DelayAfter:       {"delay-after", 0},
	TruncatedAfter:   {"truncated", 0},
}

// after reports whether k strikes when the request has been carried out.
func (k Kind) after() bool { return k >= ServerErrorAfter }

// defaultDelay is longer than clients wait.
const defaultDelay = time.Minute

// Fault is something that goes wrong, and for which requests. All its conditions must hold; without one it strikes every
// request. The zero Fault never strikes.
type Fault struct {
	Kind Kind
	On   Operation // the requests it is about, which it counts from 1

	After int     // not the first so many
	First int     // of the rest, only the first so many
	Every int     // of the rest, only one in so many
	Rate  float64 // of those, so many, by the dice: 0.02 is two in a hundred; 0: all

	RetryAfter time.Duration // the Retry-After header, in whole seconds; 0: none
	Delay      time.Duration // of [DelayAfter]; 0: a minute
}

// faultBook holds the faults, and counts for each the requests it is about.
type faultBook struct {
	seed uint64

	mu     sync.Mutex
	faults []Fault
	seen   []int // by fault
	dice   *rand.Rand
}

func newFaultBook(seed uint64) *faultBook { return &faultBook{seed: seed} }

// set replaces the faults and begins counting.
func (b *faultBook) set(faults []Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = slices.Clone(faults)
	b.seen = make([]int, len(faults))
	b.dice = rand.New(rand.NewPCG(b.seed, 0))
}

// next returns the fault that strikes the next request of an operation. Every fault counts it, whichever strikes, so that one does
// not shift another's.
func (b *faultBook) next(op Operation) (strikes Fault, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, f := range b.faults {
		if f.On != op {
			continue
		}
		b.seen[i]++
		if f.strikes(b.seen[i], b.dice) && !ok {
			strikes, ok = f, true
		}
	}
	return strikes, ok
}

// strikes reports whether f applies to the nth request.
func (f Fault) strikes(n int, dice *rand.Rand) bool {
	n -= f.After
	return f.Kind != noFault && n > 0 &&
		(f.First == 0 || n <= f.First) &&
		(f.Every == 0 || n%f.Every == 0) &&
		(f.Rate == 0 || dice.Float64() < f.Rate)
}

// spoil returns what is left of an answer when f has struck.
func (s *Server) spoil(f Fault, a answer) answer {
	switch f.Kind {
	case Reset, ResetAfter:
		a.cut = none
	case TruncatedAfter:
		a.cut = half
	case DelayAfter:
		a.delay += f.Delay
		if f.Delay == 0 {
			a.delay += defaultDelay
		}
	default:
		a = s.errorOf(f)
		a.retryAfter = f.RetryAfter
	}
	return a
}

// errorOf returns the error that f answers with, as who answers would word it: a proxy, the OAuth2 server or the API.
func (s *Server) errorOf(f Fault) answer {
	status := kinds[f.Kind].status
	name, message := errorText(status)
	switch {
	case f.Kind == ServerErrorPage || f.Kind == BadGateway || f.Kind == BadGatewayAfter:
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
