package settle

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

// Before asks whether Sinch has a message already for people who are about to be sent to, by row: of the run, or of another run with
// the same key. Two calls for every thousand addresses show the newest message to each; of those to whom that is another one, the first few
// are looked at one by one. Where the app stores nothing there is nothing to ask. The traces are in the order of rows.
func Before(ctx context.Context, c *sinch.Client, source sinch.Source, run, key string, addresses map[int][]campaign.Identity) ([]Trace, error) {
	people := map[int]person{}
	for row, to := range addresses {
		people[row] = person{to: to}
	}
	var found []Trace
	behind := map[int]person{} // those to whom the newest message is another one
	for _, w := range ways {
		others, err := newest(ctx, c, source, w, people, func(t Trace) bool {
			ours := t.concerns(run, key)
			if ours {
				found = append(found, t)
			}
			return ours
		})
		if unsupported(err) && w.maybe {
			continue
		}
		if unsupported(err) {
			behind = people
			break
		}
		if err != nil {
			return nil, err
		}
		for row, p := range people {
			for _, name := range w.names(p.to, source) {
				if others[withoutPlus(name)] {
					behind[row] = p
				}
			}
		}
	}
	hidden, err := oneByOne(ctx, c, source, run, key, behind)
	if err != nil {
		return nil, err
	}
	found = append(found, hidden...)
	slices.SortFunc(found, func(a, b Trace) int { return cmp.Or(a.Row-b.Row, cmp.Compare(a.ID, b.ID)) })
	return slices.CompactFunc(found, func(a, b Trace) bool { return a.ID == b.ID }), nil
}

// concerns reports whether a message is one of the run, or of another one with its key.
func (t Trace) concerns(run, key string) bool {
	return t.Run == run || t.Key == key && !t.Aside
}

// fewPeople are asked about one at a time, at most. Whoever has sent this has begun with the same people.
const fewPeople = 50

// oneByOne asks about the first of people only.
func oneByOne(ctx context.Context, c *sinch.Client, source sinch.Source, run, key string, people map[int]person) (found []Trace, err error) {
	rows := slices.Sorted(maps.Keys(people))
	for _, row := range rows[:min(len(rows), fewPeople)] {
		for _, w := range ways {
			if w.maybe {
				continue
			}
			for _, name := range w.names(people[row].to, source) {
				messages, _, err := c.Page(ctx, w.query(source, name), "")
				if err != nil {
					return nil, err
				}
				for _, m := range messages {
					if t, ok := trace(m); ok && t.concerns(run, key) {
						found = append(found, t)
					}
				}
			}
		}
	}
	return found, nil
}

// margin is how far before its making or its intent a message is looked for: clocks differ.
const margin = 24 * time.Hour

// OfRun hands every message of a run that Sinch's records hold to take, from wherever the app may have kept them. Each page is asked for by way of
// patiently, which may try more than once.
func OfRun(ctx context.Context, c *sinch.Client, m runstore.Meta, patiently func(ask func() error) error, take func(Trace) error) error {
	for _, source := range sources(m.Storage) {
		q := sinch.Query{Source: source, Start: m.Created.Add(-margin)}
		for token := ""; ; {
			var messages []sinch.StoredMessage
			var next string
			err := patiently(func() (err error) {
				messages, next, err = c.Page(ctx, q, token)
				return err
			})
			if err != nil {
				return err
			}
			for _, message := range messages {
				if t, ok := trace(message); ok && t.Run == m.RunID {
					if err := take(t); err != nil {
						return err
					}
				}
			}
			if next == "" {
				break
			}
			token = next
		}
	}
	return nil
}

// OfRows hands the messages of some rows of a run, by their people, that Sinch's records hold to take. Its error may come behind some of them.
func OfRows(ctx context.Context, c *sinch.Client, m runstore.Meta, people map[int][]campaign.Identity, take func(Trace) error) error {
	sought := map[int]person{}
	for row, to := range people {
		sought[row] = person{to: to}
	}
	for _, source := range sources(m.Storage) {
		shown := newSight()
		err := shown.find(ctx, c, source, m.RunID, sought)
		for _, t := range shown.found {
			if err := take(t); err != nil {
				return err
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
