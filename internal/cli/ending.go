package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/failpoint"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
)

// finish says what became of everyone, and returns what the exit code is made of.
func (r *runner) finish(ctx context.Context, sendErr error) error {
	var stop *send.Stop
	if sendErr != nil && !errors.As(sendErr, &stop) {
		return sendErr // the ledger is broken: nothing that could be written now would be true
	}
	if err := r.settleAtEnd(); err != nil {
		return err
	}
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	waiting := r.waiting()
	if stop != nil && stop.Cause != send.Refused && rep.NotSent+waiting == 0 && !rep.Seeds.Waiting() {
		stop = nil // there was nobody left to be kept from
	}
	end, err := r.conclude(rep, stop)
	if err != nil {
		return err
	}
	if stop != nil {
		r.queued = r.stillQueued(ctx, rep)
	}
	if rep, err = r.putOnRecord(rep, end); err != nil {
		return err
	}
	r.outcome.report = rep
	rep.Awaited = isAwaited(r.run)
	r.writeStatus(r.statusAtEnd(end.state, rep))
	if err := r.printReport(rep, end); err != nil {
		return err
	}
	r.sayNext(rep, stop, waiting)
	if end.code == exitOK {
		return nil
	}
	return &outcomeError{code: end.code, reason: end.reason, said: !r.flags.json}
}

// waiting is how many people in doubt Sinch was still to be asked about.
func (r *runner) waiting() int {
	if r.settler == nil {
		return 0
	}
	n, _ := r.settler.Waiting()
	return n
}

// putOnRecord makes an ending the run's, and writes the report.
func (r *runner) putOnRecord(rep *report.Report, end ending) (*report.Report, error) {
	err := r.run.Update(func(m *runstore.Meta) {
		if m.State == runstore.Cancelled {
			return // for good, whatever else is found out about it
		}
		if r.epoch != "" || !m.State.Done() || m.State != end.state { // else it had ended so before, and was only looked at
			m.Ended = time.Now()
		}
		m.State, m.Reason, m.ExitCode = end.state, end.reason, end.code
		m.Queued = cmp.Or(r.queued, m.Queued)
		if last := len(m.Starts) - 1; r.epoch != "" && last >= 0 { // else this process has sent nothing, and the last start's end was its own
			m.Starts = slices.Clone(m.Starts)
			m.Starts[last].Ended, m.Starts[last].ExitCode, m.Starts[last].Reason = m.Ended, end.code, end.reason
		}
	})
	if err != nil {
		return nil, err
	}
	failpoint.Hit(failpoint.EndingOnRecord)
	defer failpoint.Hit(failpoint.ReportWritten)
	return r.writeReport(rep.NotSent == 0 || end.state == runstore.Cancelled)
}

// writeReport writes the lists of people where the run is over, and otherwise what a person needs who goes on.
func (r *runner) writeReport(whole bool) (*report.Report, error) {
	rep, err := report.Write(r.run, report.Options{OnlyDoubt: !whole, Tolerate: r.flags.tolerate})
	if err != nil {
		return nil, err
	}
	r.writeWorkbooks(r.run, false, !whole)
	return rep, r.writePage(r.run, rep)
}

// ending is how a start of a run ended.
type ending struct {
	state  runstore.State
	code   int
	reason string
}

// conclude finds the state and the exit code that the numbers and the cause of a stop amount to.
func (r *runner) conclude(rep *report.Report, stop *send.Stop) (ending, error) {
	ends := map[int]ending{exitOK: {runstore.Finished, exitOK, ""}}
	expired := rep.Skipped[campaign.Expired.String()]
	switch {
	case stop == nil && rep.NotSent > 0:
		return ending{}, fmt.Errorf("sending came to its end, and %d were not sent to", rep.NotSent)
	case r.run.Meta().Eligible == 0: // which planning refuses unless the campaign allows it
		ends[exitOK] = ending{runstore.Finished, exitOK, "nobody was to be sent to, as the campaign allows"}
	case stop == nil && rep.Accepted+rep.Rejected+rep.InDoubt+rep.LeftInDoubt+expired == 0:
		ends[exitInput] = ending{runstore.Stopped, exitInput, "nobody was sent to: everyone was left out by lists, or erased, meanwhile"}
	}
	if expired > 0 {
		ends[exitRejections] = ending{runstore.Finished, exitRejections,
			prose.Counted(expired, "recipient was", "recipients were") + " not sent to before it was too late (" + r.lateKeys() + ")"}
	}
	unlisted := rep.Skipped[campaign.NotListed.String()]
	for _, l := range r.run.Meta().Lists {
		if l.Only {
			unlisted -= l.Matches // planning left them out on purpose
		}
	}
	if unlisted > 0 {
		ends[exitRejections] = ending{runstore.Finished, exitRejections,
			prose.Counted(unlisted, "recipient was", "recipients were") + " not sent to: the profile's only_to did not list them any more"}
	}
	if rep.LeftInDoubt > 0 {
		ends[exitRejections] = ending{runstore.Finished, exitRejections,
			prose.Counted(rep.LeftInDoubt, "recipient is", "recipients are") + " left in doubt: nobody will know whether they have the message"}
	}
	if rep.Rejected > 0 {
		ends[exitRejections] = ending{runstore.FinishedWithRejections, exitRejections,
			prose.Counted(rep.Rejected, "message was", "messages were") + " rejected by Sinch (failures.csv)"}
	}
	if end, ok := ends[exitRejections]; ok && rep.Accepted > 0 && !r.flags.tolerate.Exceeds(rep.Rejected+rep.LeftInDoubt+expired+max(unlisted, 0), r.run.Meta().Eligible) {
		delete(ends, exitRejections)
		ends[exitOK] = ending{end.state, exitOK, end.reason}
	}
	if rep.InDoubt > 0 {
		ends[exitDoubt] = ending{runstore.Stopped, exitDoubt,
			prose.Counted(rep.InDoubt, "recipient is", "recipients are") + " in doubt: they may or may not have the message (in-doubt.csv)"}
	}
	if stop != nil {
		ends[stopCode(stop)] = ending{runstore.Stopped, stopCode(stop), stop.Reason}
	}
	for _, code := range precedence {
		if end, ok := ends[code]; ok {
			return end, nil
		}
	}
	return ends[exitOK], nil // unreachable: precedence ends with it
}

// lateKeys names what in the campaign may have made it too late for somebody.
func (r *runner) lateKeys() string {
	var keys []string
	if !r.campaign.TooLate(r.run.Meta().Created).IsZero() {
		keys = append(keys, "not_after")
	}
	if r.campaign.Expires.Until != "" {
		keys = append(keys, "expires")
	}
	if r.campaign.Window.IsSet() {
		keys = append(keys, "window")
	}
	return cmp.Or(prose.Listed(keys), "not_after") // which the file had, then
}

// printReport prints the result.
func (r *runner) printReport(rep *report.Report, end ending) error {
	together, err := r.chainTotals()
	if err != nil {
		return err
	}
	to := r.Stdout
	switch {
	case r.flags.json && together != nil:
		return r.printJSON(withTotals{rep, together})
	case r.flags.json:
		return r.printJSON(rep)
	case r.quiet && end.code == exitOK:
		return nil
	case r.quiet:
		to = r.Stderr
	}
	r.printSummary(to, rep)
	if together != nil {
		r.print(to, describeTotals(together))
	}
	return nil
}

// sayNext names the next command.
func (r *runner) sayNext(rep *report.Report, stop *send.Stop, waiting int) {
	if stop == nil {
		say := r.say
		if rep.ExitCode != exitOK {
			say = r.warn // whoever reads only failures needs it most
		}
		say("lists: %s", r.run.Dir)
		switch {
		case rep.InDoubt == 0 && rep.Accepted > 0 && (isCollecting(r.run.Dir) || rep.Awaited):
			say("next: sendoff report %s --watch", r.whereabouts())
		case rep.InDoubt == 0:
			say("next: sendoff report %s", r.whereabouts())
		case r.canAsk():
			say("next: sendoff reconcile %s", r.whereabouts()+profileArgument(r.run.Meta()))
		default:
			say("next: sendoff reconcile %s --assume sent, or --assume not-sent", r.whereabouts()+profileArgument(r.run.Meta()))
		}
		return
	}
	if text := goingOut(rep.Queued, time.Now()); text != "" {
		r.warn("%s", text)
	}
	if waiting > 0 {
		r.warn("Sinch was still to be asked about %s in doubt; the next start does", prose.Counted(waiting, "recipient", "recipients"))
	}
	if rep.NotSent == 0 {
		r.warn("to go on: %s", r.again())
	} else {
		r.warn("to go on with the remaining %s: %s", prose.Thousands(rep.NotSent), r.again())
	}
}

// canAsk reports whether Sinch keeps messages of this run now, as far as it has said.
func (r *runner) canAsk() bool {
	seen := r.run.Meta().Storage
	return len(seen) > 0 && seen[len(seen)-1].Days > 0
}

// whereabouts are the arguments by which commands find this run, also on another day.
func (r *runner) whereabouts() string {
	if r.campaign != nil && r.campaign.IsDated() {
		return quote(r.run.Dir)
	}
	return r.flags.arguments(r.path)
}

// again is the command with which the run goes on as it began.
func (r *runner) again() string {
	args := "sendoff run " + r.flags.arguments(r.path) + r.flags.feed.arguments() + profileArgument(r.run.Meta())
	if r.resume != "" || r.retry != nil || r.campaign.IsDated() { // on another day, run begins another run
		args = "sendoff resume " + quote(r.run.Dir)
	}
	if r.flags.rate != "" {
		args += " --rate " + quote(r.flags.rate)
	}
	if r.flags.inDoubt != r.campaign.InDoubt {
		args += " --in-doubt " + string(r.flags.inDoubt)
	}
	if r.flags.holdServerErrors {
		args += " --server-errors hold"
	}
	if r.flags.ifSentBefore {
		args += " --if-sent-before go-on"
	}
	if r.flags.leaveOutside {
		args += " --exit-outside-window"
	}
	return args
}
