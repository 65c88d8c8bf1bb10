package suppress

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sendoff/campaign"
)

// SinchName is what Sinch's list is called where a file has its name.
const SinchName = "Sinch's opt-out list"

// optOutsEvery is how often Sinch's list is read while a run goes on: as often as Sinch itself does, to block messages.
const optOutsEvery = 10 * time.Minute

// OptOuts is who has told Sinch that they do not want to be written to, as Sinch had it at a time. It does not change.
type OptOuts struct {
	Lists []string        // which of Sinch's lists these are, by their names in the API
	Read  time.Time       // when they were; zero: they were not, and nobody is left out
	Keys  []uint64        // of phone numbers ([campaign.Address.Key]), sorted, each once
	Texts map[string]bool // identities that are no phone numbers, or may be none, as Sinch writes them but without a plus sign before digits
}

// People is how many they are, where whoever stands among both counts twice.
func (o *OptOuts) People() int { return len(o.Keys) + len(o.Texts) }

// has reports whether a person has opted out, by any of their addresses. Sinch's list does not say of which channel an identity is, so an id of
// digits alone may stand among the numbers.
func (o *OptOuts) has(r *campaign.Recipient) bool {
	if o.hasNumber(r.Address) {
		return true
	}
	return slices.ContainsFunc(r.Others, func(other campaign.Identity) bool {
		text := other.Reveal()
		digits := strings.TrimPrefix(text, "+")
		return o.Texts[text] || o.Texts[digits] || o.hasNumber(campaign.PhoneAddress("+"+digits))
	})
}

func (o *OptOuts) hasNumber(number campaign.Address) bool {
	_, found := slices.BinarySearch(o.Keys, number.Key())
	return found && !number.IsZero()
}

func (o *OptOuts) info() ListInfo { return ListInfo{Sinch: o.Lists, Read: o.Read, Entries: o.People()} }

// optOutList is what was last read of Sinch's list, and how it is read again.
type optOutList struct {
	current atomic.Pointer[OptOuts]
	again   func(context.Context) (*OptOuts, error) // nil: it stays as it was read
	read    time.Time                               // when it last was, by this process's clock
	loss    loss
}

// AddOptOuts adds Sinch's list. It belongs before the first Match.
func (s *Set) AddOptOuts(o *OptOuts) {
	s.optOuts = new(optOutList)
	s.optOuts.current.Store(o)
}

// KeepOptOuts has RefreshOptOuts read Sinch's list by again. What was added is of the given age.
func (s *Set) KeepOptOuts(age time.Duration, again func(context.Context) (*OptOuts, error)) {
	s.optOuts.again, s.optOuts.read = again, time.Now().Add(-age)
}

// RefreshOptOuts reads Sinch's list again where the last reading is ten minutes old, or has failed; that may take minutes. Its errors mean what those
// of [Set.Refresh] do, beside which it may run; of itself one call at a time. One that ctx has ended has not failed.
func (s *Set) RefreshOptOuts(ctx context.Context) error {
	l := s.optOuts
	if l == nil || l.again == nil || passed(l.read, time.Now()) < optOutsEvery {
		return nil
	}
	o, err := l.again(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err == nil {
		l.current.Store(o)
		l.read = time.Now()
	}
	return l.loss.judge(err, time.Now())
}

// passed is how long it is from one time to another, the time for which the machine slept included, in which the monotonic clock may stand still.
func passed(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}
