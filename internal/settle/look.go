package settle

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

// perCall is how many people one call asks about. The API documents no limit; a page of the answer holds as many.
const perCall = 1000

// forms are the ways in which the API may have stored somebody's number, the likelier first.
var forms = [...]func(campaign.Address) string{
	func(a campaign.Address) string { return strings.TrimPrefix(a.Reveal(), "+") },
	campaign.Address.Reveal,
}

// find looks once for the messages of a run to people, and adds those that it finds, by row. Without an error the look was complete: whoever is
// not among them has none in this source now.
func find(ctx context.Context, c *sinch.Client, source sinch.Source, run string, people map[int]campaign.Address, found map[int]Trace) error {
	left := maps.Clone(people)
	for i, form := range forms {
		others, err := newest(ctx, c, source, form, left, func(t Trace) bool {
			if _, wanted := left[t.Row]; !wanted || t.Run != run {
				return false
			}
			found[t.Row] = t
			delete(left, t.Row)
			return true
		})
		if err != nil {
			return err
		}
		// The newest message to them is another one. Ours can be behind it.
		for row, address := range left {
			identity := form(address)
			if !others[digits(identity)] {
				continue
			}
			t, ok, err := search(ctx, c, sinch.Query{Source: source, Identity: identity}, run, row)
			if i > 0 && unsupported(err) {
				break // the API does not know this form, so nothing is stored in it
			}
			if err != nil {
				return err
			}
			if ok {
				found[row] = t
				delete(left, row)
			}
		}
	}
	return nil
}

// newest asks for the newest message to everyone, hands those of this program to take, and returns the digits of whom there is
// another message to than one that take has taken.
func newest(ctx context.Context, c *sinch.Client, source sinch.Source, form func(campaign.Address) string, people map[int]campaign.Address,
	take func(Trace) bool) (others map[string]bool, err error) {
	others = map[string]bool{}
	for identities := range chunks(form, people) {
		for m, err := range c.LastMessages(ctx, source, identities) {
			if unsupported(err) {
				for _, identity := range identities {
					others[digits(identity)] = true // one by one, then
				}
				break
			}
			if err != nil {
				return nil, err
			}
			if t, ok := trace(m); !ok || !take(t) {
				others[digits(m.Identity)] = true
			}
		}
	}
	return others, nil
}

// search looks through all messages to one person.
func search(ctx context.Context, c *sinch.Client, q sinch.Query, run string, row int) (Trace, bool, error) {
	for m, err := range c.Messages(ctx, q) {
		if err != nil {
			return Trace{}, false, err
		}
		if t, ok := trace(m); ok && t.Run == run && t.Row == row {
			return t, true, nil
		}
	}
	return Trace{}, false, nil
}

func digits(identity string) string { return strings.TrimPrefix(identity, "+") }

// chunks yields the identities of people, as many at once as one call takes.
func chunks(form func(campaign.Address) string, people map[int]campaign.Address) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		chunk := make([]string, 0, min(len(people), perCall))
		for _, address := range people {
			chunk = append(chunk, form(address))
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

// unsupported reports whether the API does not take a call that asks about many people at once.
func unsupported(err error) bool {
	var status *sinch.StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusNotImplemented:
		return true
	}
	return false
}
