package settle

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"slices"
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

// person is somebody who is looked for.
type person struct {
	to    []campaign.Identity // all their addresses
	begun time.Time           // the last intent
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
asking:
	for _, w := range ways {
		others, newestErr := newest(ctx, c, source, w, left, func(t Trace) bool {
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
			for _, name := range w.names(p.to, source) {
				if newestErr == nil && !others[withoutPlus(name)] {
					continue
				}
				if failures >= maxErrors {
					s.failed[row] = errNotReached
					continue
				}
				searchErr := s.search(ctx, c, w.query(source, name), run, row, p)
				switch {
				case w.maybe && unsupported(searchErr):
					continue asking
				case searchErr != nil:
					failures++
					s.failed[row] = searchErr
					err = searchErr
				}
				if _, found := s.found[row]; found {
					delete(left, row)
					break
				}
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

// newest asks for the newest message to everyone, hands those of this program to take, and returns of whom there is another message to
// than one that take has taken, by their names without a plus sign.
func newest(ctx context.Context, c *sinch.Client, source sinch.Source, w way, people map[int]person, take func(Trace) bool) (others map[string]bool, err error) {
	others = map[string]bool{}
	for names := range chunks(w, source, people) {
		err := last(ctx, c, source, w, names, func(m sinch.StoredMessage) {
			holder := w.holder(m)
			if !slices.ContainsFunc(names, func(name string) bool { return withoutPlus(name) == holder }) { // it can be anybody's
				for _, name := range names {
					others[withoutPlus(name)] = true
				}
			}
			if t, ok := trace(m); !ok || !take(t) {
				others[holder] = true
			}
		})
		if err != nil {
			return others, err
		}
	}
	return others, nil
}

// last asks for the newest message to each of many, of fewer at once where the API finds them too many.
func last(ctx context.Context, c *sinch.Client, source sinch.Source, w way, names []string, take func(sinch.StoredMessage)) error {
	messages := c.LastMessages(ctx, source, names)
	if w.contacts {
		messages = c.LastOfContacts(ctx, names)
	}
	for m, err := range messages {
		if tooMany(err) && len(names) > leastPerCall {
			half := len(names) / 2
			if err := last(ctx, c, source, w, names[:half], take); err != nil {
				return err
			}
			return last(ctx, c, source, w, names[half:], take)
		}
		if err != nil {
			return err
		}
		take(m)
	}
	return nil
}

// chunks yields the names of people, as many at once as one call takes.
func chunks(w way, source sinch.Source, people map[int]person) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		chunk := make([]string, 0, min(len(people), perCall))
		for _, p := range people {
			for _, name := range w.names(p.to, source) {
				chunk = append(chunk, name)
				if len(chunk) < perCall {
					continue
				}
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
