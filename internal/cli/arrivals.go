package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// judge says whether the share of the accepted has arrived that was asked for; met is nil where that cannot be said yet. The error carries the exit code.
func (r *reporter) judge(rep *report.Report, live bool) (met *bool, err error) {
	yes, no := true, false
	over := isOver(rep, live)
	if over && rep.Accepted == 0 { // no receipt is to come, and the share of nobody is no success where somebody was to get it
		if rep.Rejected+rep.InDoubt+rep.LeftInDoubt+rep.NotSent == 0 {
			return &yes, nil
		}
		return &no, &outcomeError{code: exitRejections, reason: "Sinch has accepted no message of this run, so none has arrived"}
	}
	if rep.Delivery == nil && !isCollecting(r.dir) {
		return nil, inputErrorf("no delivery receipts were collected for this run, so nobody knows what has arrived").hint("sendoff receipts --help")
	}
	heard := rep.Delivery
	if heard == nil {
		heard = &report.Delivery{Pending: rep.Accepted}
	}
	wanted := prose.Thousands(rep.Accepted) + " accepted"
	outcome := func(met *bool, code int, format string, args ...any) (*bool, error) {
		return met, &outcomeError{code: code, reason: fmt.Sprintf(format, args...)}
	}
	arrived := share(heard.Arrived(), rep.Accepted)
	is := fmt.Sprintf("%s of %s have arrived", percent(arrived), wanted)
	patience := r.within - r.Now().Sub(rep.Ended)
	switch {
	case over && arrived >= r.minDelivered:
		return &yes, nil
	case !over:
		return outcome(nil, exitUnfinished, "%s so far, and the run is not over", is)
	case share(heard.Arrived()+heard.Pending, rep.Accepted) < r.minDelivered:
		return outcome(&no, exitRejections, "%s, and %s cannot be reached any more", is, percent(r.minDelivered))
	case patience > 0:
		return outcome(nil, exitUnfinished, "%s so far; %s more may arrive, and have %s", is, prose.Thousands(heard.Pending), prose.Lasting(patience.Round(time.Second)))
	}
	return outcome(&no, exitRejections, "%s, not %s; of %s nothing final was heard", is, percent(r.minDelivered), prose.Thousands(heard.Pending))
}

// isOver reports whether nobody more is sent to.
func isOver(rep *report.Report, live bool) bool {
	return !live && (rep.State.Over() || rep.NotSent == 0)
}

// isCollecting reports whether anybody has begun to collect receipts of the run in dir.
func isCollecting(dir string) bool {
	return fileExists(filepath.Join(dir, runstore.ReceiptsName))
}

// share is n of all in percent: everything where there is nothing.
func share(n, all int) float64 {
	if all == 0 {
		return 100
	}
	return float64(n) * 100 / float64(all)
}

// percent writes a share with one digit behind the point, rounded down, so that 100 % is all of them.
func percent(share float64) string {
	return strconv.FormatFloat(float64(int(share*10))/10, 'f', -1, 64) + " %"
}

// arrivals says in a line what receipts say of those who were accepted.
func arrivals(d *report.Delivery) string {
	if d == nil {
		return "delivery: no receipt has come in"
	}
	accepted := d.Arrived() + d.Failed + d.Pending
	return fmt.Sprintf("delivery: %s delivered, %s of them read, %s failed; of %s nothing final was heard (%s of %s accepted have a final receipt)",
		prose.Thousands(d.Arrived()), prose.Thousands(d.Read), prose.Thousands(d.Failed), prose.Thousands(d.Pending),
		percent(share(accepted-d.Pending, accepted)), prose.Thousands(accepted))
}
