package settle

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

const (
	// perCall is how many people one call asks about. The API documents no limit; a page of the answer holds as many.
	perCall = 1000
	// leastPerCall is how few they are before it is not their number that the API refuses.
	leastPerCall = 100
	// maxErrors is how many calls of a look may fail before it is over.
	maxErrors = 3
)

// forms are the ways in which the API may have stored somebody's number, the likelier first.
var forms = [...]func(campaign.Address) string{
	func(a campaign.Address) string { return strings.TrimPrefix(a.Reveal(), "+") },
	campaign.Address.Reveal,
}

// person is somebody who is looked for.
type person struct {
	address campaign.Address
	begun   time.Time // the last intent
}

// sight is what looks have shown, by row. Who is in none of it has no message.
type sight struct {
	found   map[int]Trace
	unclear map[int]bool  // there is a message of which the records do not show whose it is
	failed  map[int]error // why the look was not complete
}

func newSight() *sight {
	return &sight{found: map[int]Trace{}, unclear: map[int]bool{}, failed: map[int]error{}}
}

// find looks once, in one source, for the messages of a run to people. Its error is the reason why anybody is among the failed.
func (s *sight) find(ctx context.Context, c *sinch.Client, source sinch.Source, run string, people map[int]person) (err error) {
	left := maps.Clone(people)
	for i, form := range forms {
		others, newestErr := newest(ctx, c, source, form, left, func(t Trace) bool {
			if _, wanted := left[t.Row]; !wanted || t.Run != run {
				return false
			}
			s.found[t.Row] = t
			delete(left, t.Row)
			return true
		})
		if newestErr != nil && !unsupported(newestErr) {
			s.fail(left, newestErr)
			return newestErr
		}
		// The newest message to the others is not ours, or nobody can say. Ours can be behind it.
		failures := 0
		for row, p := range left {
			identity := form(p.address)
			if newestErr == nil && !others[digits(identity)] {
				continue
			}
			if failures >= maxErrors {
				s.failed[row] = errNotReached
				continue
			}
			searchErr := s.search(ctx, c, sinch.Query{Source: source, Identity: identity}, run, row, p)
			switch {
			case i > 0 && unsupported(searchErr): // the API does not know this form, so nothing is stored in it
				return err
			case searchErr != nil:
				failures++
				s.failed[row] = searchErr
				err = searchErr
			}
			if _, found := s.found[row]; found {
				delete(left, row)
			}
		}
	}
	return err
}

// errNotReached is why a look was not complete where calls about others failed before.
var errNotReached = errors.New("calls about others failed")

func (s *sight) fail(people map[int]person, err error) {
	for row := range people {
		s.failed[row] = err
	}
}

// search looks through all messages to one person.
func (s *sight) search(ctx context.Context, c *sinch.Client, q sinch.Query, run string, row int, p person) error {
	for m, err := range c.Messages(ctx, q) {
		if err != nil {
			return err
		}
		if t, ok := trace(m); ok && t.Run == run && t.Row == row {
			s.found[row] = t
			return nil
		}
		if m.Metadata == "" && !m.Inbound && m.AcceptTime.After(p.begun.Add(-margin)) {
			s.unclear[row] = true // every message of ours has metadata, if the records show any
		}
	}
	return nil
}

// newest asks for the newest message to everyone, hands those of this program to take, and returns the digits of whom there is
// another message to than one that take has taken.
func newest(ctx context.Context, c *sinch.Client, source sinch.Source, form func(campaign.Address) string, people map[int]person,
	take func(Trace) bool) (others map[string]bool, err error) {
	others = map[string]bool{}
	for identities := range chunks(form, people) {
		err := last(ctx, c, source, identities, func(m sinch.StoredMessage) {
			if m.Identity == "" { // it can be anybody's
				for _, identity := range identities {
					others[digits(identity)] = true
				}
			}
			if t, ok := trace(m); !ok || !take(t) {
				others[digits(m.Identity)] = true
			}
		})
		if err != nil {
			return others, err
		}
	}
	return others, nil
}

// last asks for the newest message to each of many, of fewer at once where the API finds them too many.
func last(ctx context.Context, c *sinch.Client, source sinch.Source, identities []string, take func(sinch.StoredMessage)) error {
	for m, err := range c.LastMessages(ctx, source, identities) {
		if tooMany(err) && len(identities) > leastPerCall {
			half := len(identities) / 2
			if err := last(ctx, c, source, identities[:half], take); err != nil {
				return err
			}
			return last(ctx, c, source, identities[half:], take)
		}
		if err != nil {
			return err
		}
		take(m)
	}
	return nil
}

func digits(identity string) string { return strings.TrimPrefix(identity, "+") }

// chunks yields the identities of people, as many at once as one call takes.
func chunks(form func(campaign.Address) string, people map[int]person) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		chunk := make([]string, 0, min(len(people), perCall))
		for _, p := range people {
			chunk = append(chunk, form(p.address))
			if len(chunk) == perCall {
				if !yield(chunk) {
					return
				}
				chunk = chunk[:0]
			}
		}
		if len(chunk) > 0 {
			yield(chunk)
		}
	}
}

// unsupported reports whether the API does not take a call as it stands.
func unsupported(err error) bool {
	return tooMany(err) || hasStatus(err, http.StatusNotFound, http.StatusNotImplemented)
}

// tooMany reports whether it may take the same call about fewer people.
func tooMany(err error) bool {
	return hasStatus(err, http.StatusBadRequest, http.StatusRequestEntityTooLarge)
}

func hasStatus(err error, wanted ...int) bool {
	var status *sinch.StatusError
	if !errors.As(err, &status) {
		return false
	}
	return slices.Contains(wanted, status.Status)
}
