// Package books holds a run's ledger, its report and the sandbox's own list of accepted messages against each other. Tests that send
// have it look at the end; nothing else imports it.
package books

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// mayBeTwice marks rows of which the report says that they may have been taken more than once.
const mayBeTwice = ledger.AfterServerError | ledger.AfterDoubt

// Check returns the report of a run, and everything that does not add up:
//
//   - Every message that the sandbox has accepted belongs to a row of the run, and was sent by a start that is on record.
//   - No row has two of them, but for those that the report counts as tried again without knowing.
//   - A row is accepted only under the id of a message that the sandbox has, and one of which the sandbox has a message is accepted
//     or in doubt.
//   - What went to seeds says so, and stands in books of its own: those of the runs in [runstore.SeedDirs], which are checked one by one.
//     A test stands in none.
//   - Receipts are of messages that the sandbox has, and everybody who is accepted is counted once by them.
//   - The witness has nothing against the ledger.
//   - The report counts what the ledger holds, and report.json, once a start has ended, says the same. Where receipts are collected, everybody who is
//     accepted is delivered, read, failed or pending.
//   - The people by country, by channel and by language are as many as there are.
func Check(run *runstore.Run, taken []sandbox.Message) (*report.Report, error) {
	rep, err := report.Collect(run)
	if err != nil {
		return nil, err
	}
	c := checker{run: run, meta: run.Meta(), ids: map[int][]string{}}
	if err := run.Ledger.Suspect(); err != nil {
		c.problem("the witness accuses the ledger: %w", err)
	}
	for _, m := range taken {
		c.add(m)
	}
	if c.meta.State == runstore.Planning {
		if len(c.ids) > 0 {
			c.problem("the run is still being planned, and the sandbox has messages to %d rows of it", len(c.ids))
		}
		return rep, errors.Join(c.problems...)
	}
	entries, counted := run.Ledger.Reader(), map[string]int{}
	for row := range rep.Rows {
		e, err := entries.Entry(uint32(row))
		if err != nil {
			return nil, err
		}
		counted[e.State.String()]++
		if e.State == ledger.Accepted {
			counted["accepted "+e.Receipt.Status.String()]++
		}
		c.row(row, e)
	}
	c.report(rep, counted)
	return rep, errors.Join(c.problems...)
}

type checker struct {
	run      *runstore.Run
	meta     runstore.Meta
	ids      map[int][]string // of the messages that the sandbox has accepted, by row
	problems []error
}

func (c *checker) problem(format string, args ...any) {
	if len(c.problems) < 20 {
		c.problems = append(c.problems, fmt.Errorf(format, args...))
	}
}

// add takes a message of the sandbox. Those of other runs are theirs.
func (c *checker) add(m sandbox.Message) {
	var request struct {
		Metadata string `json:"message_metadata"`
	}
	var metadata struct {
		Sendoff struct {
			Run   string
			Row   int
			Epoch string
			Seed  bool
			Test  bool
		}
	}
	if err := errors.Join(json.Unmarshal(m.Request, &request), json.Unmarshal([]byte(request.Metadata), &metadata)); err != nil {
		c.problem("message %s: %w", m.ID, err)
		return
	}
	ours := metadata.Sendoff
	if ours.Run != c.meta.RunID {
		return
	}
	if ours.Seed != (c.meta.Seeds != "") || ours.Test {
		c.problem("message %s is marked as to a seed: %v, as a test: %v", m.ID, ours.Seed, ours.Test)
	}
	if ours.Row < 0 || ours.Row >= c.meta.Rows {
		c.problem("message %s is for row %d of %d", m.ID, ours.Row, c.meta.Rows)
	}
	if !slices.ContainsFunc(c.meta.Starts, func(s runstore.Start) bool { return s.Epoch == ours.Epoch }) {
		c.problem("row %d was sent by a start that is not on record", ours.Row)
	}
	c.ids[ours.Row] = append(c.ids[ours.Row], m.ID)
}

func (c *checker) row(row int, e ledger.Entry) {
	ids, excused := c.ids[row], e.Flags&mayBeTwice != 0
	if len(ids) > 1 && !excused {
		c.problem("row %d was sent %d times: %q; it is %v", row, len(ids), ids, e.State)
	}
	if e.Receipt.Status != delivery.None && !e.Receipt.Twice && !slices.ContainsFunc(ids, e.Receipt.Of) {
		c.problem("row %d has a receipt, and the sandbox has %q", row, ids)
	}
	switch e.State {
	case ledger.Accepted:
		if !slices.Contains(ids, e.MessageID) {
			c.problem("row %d is accepted as %s, and the sandbox has %q", row, e.MessageID, ids)
		}
	case ledger.Begun, ledger.InDoubt, ledger.LeftInDoubt:
	default:
		if len(ids) > 0 && !(excused && e.State != ledger.Skipped) {
			c.problem("row %d is %v, and the sandbox has %q", row, e.State, ids)
		}
	}
}

// report holds the numbers of a report against rows counted one by one, and against report.json.
func (c *checker) report(rep *report.Report, counted map[string]int) {
	skipped := 0
	for _, n := range rep.Skipped {
		skipped += n
	}
	for _, same := range []struct {
		name      string
		got, want int
	}{
		{"accepted", rep.Accepted, counted["accepted"]},
		{"rejected", rep.Rejected, counted["rejected"]},
		{"in doubt", rep.InDoubt, counted["in_doubt"] + counted["begun"]},
		{"left in doubt", rep.LeftInDoubt, counted["left_in_doubt"]},
		{"skipped", skipped, counted["skipped"]},
		{"not sent", rep.NotSent, counted["not_sent"] + counted["released"]},
	} {
		if same.got != same.want {
			c.problem("the report has %d rows %s, the ledger %d", same.got, same.name, same.want)
		}
	}
	c.delivery(rep, counted)
	if c.meta.State != runstore.Stopped && !c.meta.State.Done() || len(c.meta.Starts) == 0 || c.meta.Ended.Before(c.meta.Starts[len(c.meta.Starts)-1].Time) {
		return // no start has ended since anything changed
	}
	b, err := os.ReadFile(c.run.Path(runstore.ReportName))
	if errors.Is(err, fs.ErrNotExist) {
		return // it died before; the next start writes it
	}
	var written report.Report
	if err := errors.Join(err, json.Unmarshal(b, &written)); err != nil {
		c.problem("report.json: %w", err)
		return
	}
	if written.Ended.Equal(rep.Ended) && (written.Accepted != rep.Accepted || written.Rejected != rep.Rejected || written.InDoubt != rep.InDoubt ||
		written.LeftInDoubt != rep.LeftInDoubt || written.NotSent != rep.NotSent || written.AfterServerError != rep.AfterServerError) {
		c.problem("report.json has %d accepted, %d rejected, %d in doubt, %d not sent; the ledger %d, %d, %d, %d", written.Accepted, written.Rejected,
			written.InDoubt, written.NotSent, rep.Accepted, rep.Rejected, rep.InDoubt, rep.NotSent)
	}
	c.slices(&written)
}

// delivery holds what the report says of receipts against rows counted one by one.
func (c *checker) delivery(rep *report.Report, counted map[string]int) {
	d := rep.Delivery
	if d == nil {
		if rep.Receipts != report.NoReceipts {
			c.problem("the report has receipts: %s, and no numbers of them", rep.Receipts)
		}
		return
	}
	for _, same := range []struct {
		status delivery.Status
		got    int
	}{{delivery.Delivered, d.Delivered}, {delivery.Read, d.Read}, {delivery.Failed, d.Failed}} {
		if want := counted["accepted "+same.status.String()]; same.got != want {
			c.problem("the report has %d rows %s, the ledger %d", same.got, same.status, want)
		}
	}
	if sum := d.Delivered + d.Read + d.Failed + d.Pending; sum != rep.Accepted {
		c.problem("%d rows are accepted, and %d delivered, read, failed or pending", rep.Accepted, sum)
	}
}

// slices holds the people by country, by channel and by language of report.json against all of them.
func (c *checker) slices(written *report.Report) {
	if written.Results == nil {
		return
	}
	rows, accepted := map[string]int{}, map[string]int{}
	for _, s := range written.Results.Slices {
		rows[s.By] += s.Rows
		accepted[s.By] += s.Accepted
	}
	for by, n := range rows {
		if n != written.Rows || accepted[by] != written.Accepted {
			c.problem("report.json has %d rows and %d accepted by %s, and in all %d and %d", n, accepted[by], by, written.Rows, written.Accepted)
		}
	}
}
