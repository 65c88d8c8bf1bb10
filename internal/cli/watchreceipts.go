package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/report"
)

// How often receipts are watched. A look at a large run takes a while, and reads all of its ledger: most of the time nobody does.
const (
	receiptsEvery  = 2 * time.Second
	lookShare      = 10 // of the time a look takes
	rewrittenEvery = 5 * time.Minute
)

// watchReceipts says the numbers until as many of the accepted as was asked for have a final receipt, or somebody ends the watching, and rewrites the files
// meanwhile.
func (r *reporter) watchReceipts(ctx context.Context) error {
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	b := block{session: r.session}
	defer b.erase()
	for written := time.Now(); ; {
		began := time.Now()
		if began.Sub(written) >= rewrittenEvery {
			b.erase()
			if _, _, err := r.write(ctx); err != nil {
				return unlessDone(ctx, err)
			}
			written = time.Now()
		}
		rep, live, err := r.glance(ctx)
		if err != nil {
			return unlessDone(ctx, err)
		}
		b.draw(heading(rep), r.lines(rep))
		if isOver(rep, live) && hasHeard(rep, r.until) {
			return nil
		}
		select {
		case <-time.After(max(receiptsEvery, lookShare*time.Since(began))):
		case <-ctx.Done():
			return nil
		}
	}
}

// unlessDone returns nothing where the watching was ended within a look.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// glance returns the numbers.
func (r *reporter) glance(ctx context.Context) (rep *report.Report, live bool, err error) {
	run, closeRun, err := r.view(ctx, r.dir)
	if err != nil {
		return nil, false, explainHeld(err, r.dir)
	}
	defer closeRun()
	rep, err = report.Collect(run)
	return rep, run.Live(), err
}

// hasHeard reports whether so many percent of the accepted have a final receipt.
func hasHeard(rep *report.Report, percent float64) bool {
	final := 0
	if rep.Delivery != nil {
		final = rep.Accepted - rep.Pending
	}
	return share(final, rep.Accepted) >= percent
}

func heading(rep *report.Report) []string {
	text := fmt.Sprintf("%s · %s", rep.RunKey, rep.State)
	if rep.Message != "" {
		return []string{rep.Message, text}
	}
	return []string{text}
}

// lines are what changes while receipts come in.
func (r *reporter) lines(rep *report.Report) []string {
	lines := []string{arrivals(rep.Delivery)}
	if rep.NotSent > 0 {
		lines = append(lines, prose.Thousands(rep.NotSent)+" not yet sent")
	}
	if rep.Delivery == nil && !isCollecting(r.dir) {
		lines = append(lines, "nobody has begun to collect them: sendoff receipts --help")
	}
	return lines
}
