package settle

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

// Before asks whether Sinch has a message already for people who are about to be sent to, by row: of the run, or of another run with
// the same key. It sees the newest message to each of them only, and makes two calls for every thousand. Where the app stores
// nothing there is nothing to ask. The traces are in the order of rows.
func Before(ctx context.Context, c *sinch.Client, source sinch.Source, run, key string, people map[int]campaign.Address) ([]Trace, error) {
	found := map[int]Trace{}
	for _, form := range forms {
		_, err := newest(ctx, c, source, form, people, func(t Trace) bool {
			if t.Run == run || t.Key == key {
				found[t.Row] = t
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Trace) int { return a.Row - b.Row }), nil
}

// margin is how far before a run's making its messages are looked for: clocks differ.
const margin = 24 * time.Hour

// OfRun returns every message of a run that Sinch's records hold, the newest first. The last pair may hold an error.
func OfRun(ctx context.Context, c *sinch.Client, source sinch.Source, run string, created time.Time) iter.Seq2[Trace, error] {
	return func(yield func(Trace, error) bool) {
		for m, err := range c.Messages(ctx, sinch.Query{Source: source, Start: created.Add(-margin)}) {
			if err != nil {
				yield(Trace{}, err)
				return
			}
			if t, ok := trace(m); ok && t.Run == run && !yield(t, nil) {
				return
			}
		}
	}
}
