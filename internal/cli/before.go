package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/settle"
)

// peopleAsked is how many of the people who would be sent to next Sinch is asked about before.
const peopleAsked = 1000

// askBefore asks Sinch whether somebody else has sent to those who come next: a copy of this run's folder, or another run with its key. Either
// stops us, unless we are told to go on.
func (r *runner) askBefore(ctx context.Context) error {
	m, storage := r.run.Meta(), r.storage()
	if r.flags.sandbox && r.flags.runDir == "" {
		return nil // nobody else has been in the sandbox of this process
	}
	if storage.Days == 0 {
		r.say("note: the app stores no messages, so Sinch could not be asked whether a copy of this folder, or another run of this name, has sent already")
		return nil
	}
	if _, err := r.run.Observe(storage); err != nil {
		return err
	}
	from := r.Now()
	if begins := r.times().notBefore; begins.After(from) {
		from = begins
	}
	people, err := send.Next(ctx, r.run, r.hours, from, peopleAsked)
	if err != nil || len(people) == 0 {
		return err
	}
	var traces []settle.Trace
	err = r.patiently(ctx, func() (err error) {
		traces, err = settle.Before(ctx, r.client, settle.Source(storage), m.RunID, m.Key, people)
		return err
	})
	switch {
	case isAccess(err) && r.flags.ifSentBefore:
		return nil
	case isAccess(err):
		return accessErrorf("Sinch does not say to whom it has sent (%v), so nobody knows whether somebody else has sent this already. Nothing was sent now\n"+
			"    hint: give the key the right to read messages; or send without asking: --if-sent-before go-on", err)
	case err != nil:
		return err
	}
	ours, others, err := r.sortTraces(traces, people)
	if err == nil && r.flags.adopt {
		ours, err = r.adopt(ctx, ours)
	}
	switch {
	case err != nil:
		return err
	case len(ours) > 0:
		who := "a copy of this run has sent"
		if !slices.ContainsFunc(ours, func(t settle.Trace) bool { return !slices.ContainsFunc(m.Starts, startOf(t)) }) {
			who = "this folder has forgotten what it sent"
		}
		return inputErrorf("%s: of the next %s, Sinch has messages of this run to %s that it does not know of, %s. Nothing was sent now",
			who, prose.Counted(len(people), "recipient", "recipients"), prose.Thousands(len(ours)), span(ours)).
			hint("go on with the folder that sent them; if there is none any more, --adopt marks everyone as sent to whom Sinch has a message of this run, and goes on from here")
	case len(others) > 0 && !r.flags.ifSentBefore:
		return inputErrorf("somebody else has sent %q: of the next %s, Sinch has messages of another run with this key to %s, %s. Nothing was sent now",
			m.Key, prose.Counted(len(people), "recipient", "recipients"), prose.Thousands(len(others)), span(others)).
			hint("go on where that run was begun; or, for a new mailing, choose another --run-key").
			hint("--if-sent-before go-on sends to them all the same, and they get it twice")
	}
	return nil
}

// sortTraces tells messages of this run from those of others with its key. A message to somebody who is tried again after a server error, or in
// spite of doubt, tells us that the earlier attempt was taken after all: it goes into the ledger.
func (r *runner) sortTraces(traces []settle.Trace, people map[int][]campaign.Identity) (ours, others []settle.Trace, err error) {
	entries := r.run.Ledger.Reader()
	for _, t := range traces {
		if t.Run != r.run.Meta().RunID {
			others = append(others, t)
			continue
		}
		e, err := entries.Entry(uint32(t.Row))
		if err != nil {
			return nil, nil, err
		}
		if to, asked := people[t.Row]; e.Flags == 0 || !asked || !t.To(to) {
			ours = append(ours, t)
		} else if err := r.run.Ledger.RecordFound(uint32(t.Row), t.Result()); err != nil {
			return nil, nil, err
		}
	}
	return ours, others, r.run.Ledger.Sync()
}

// startOf reports whether a start has sent what a trace is of.
func startOf(t settle.Trace) func(runstore.Start) bool {
	return func(s runstore.Start) bool { return s.Epoch == t.Epoch }
}

// adopt takes over what Sinch has of this run, and returns those of traces that are not in the ledger all the same.
func (r *runner) adopt(ctx context.Context, traces []settle.Trace) ([]settle.Trace, error) {
	if err := r.recover(ctx); err != nil {
		return nil, err
	}
	entries := r.run.Ledger.Reader()
	for i, t := range traces {
		if e, err := entries.Entry(uint32(t.Row)); err != nil || e.State != ledger.Accepted {
			return traces[i:], err
		}
	}
	return nil, nil
}

// span says from when to when messages were accepted.
func span(traces []settle.Trace) string {
	byTime := func(a, b settle.Trace) int { return a.Time.Compare(b.Time) }
	first, last := slices.MinFunc(traces, byTime).Time, slices.MaxFunc(traces, byTime).Time
	if last.Sub(first) < time.Minute {
		return "sent on " + clockTime(first)
	}
	return fmt.Sprintf("sent from %s to %s", clockTime(first), clockTime(last))
}
