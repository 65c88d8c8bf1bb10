package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// forgetRun erases the data of everybody in the run in dir.
func (s *session) forgetRun(ctx context.Context, dir string, yes bool) error {
	m, err := erasable(dir)
	if err != nil {
		return err
	}
	retries, err := erasableRetries(dir)
	if err != nil {
		return err
	}
	f := &forgetting{session: s, now: time.Now()}
	if !m.Erased.IsZero() && !runstore.HasPeople(dir) && len(retries) == 0 {
		fmt.Fprintf(s.Stdout, "%s: people's data was erased on %s\n", runName(m), clockTime(m.Erased))
		f.optOutCopiesOf(dir)
		return f.result()
	}
	question := fmt.Sprintf("Erase the data of all people in %s (%s)%s? The totals stay.", runName(m), prose.Counted(m.Rows, "row", "rows"),
		map[bool]string{true: " and its retries"}[len(retries) > 0])
	if err := s.confirmErasing(ctx, question, yes); err != nil {
		return err
	}
	for _, dir := range append([]string{dir}, retries...) {
		if err := f.all(dir); err != nil {
			f.failed(dir, err)
		}
	}
	f.optOutCopiesOf(dir)
	return f.result()
}

// erasableRetries returns the folders of the retries of the run in dir that hold people's data. It returns an error where one of them may go on.
func erasableRetries(dir string) ([]string, error) {
	dirs, err := runstore.RetryDirs(dir)
	if err != nil {
		return nil, err
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return !runstore.HasPeople(dir) })
	for _, dir := range dirs {
		if _, err := erasable(dir); err != nil {
			return nil, err
		}
	}
	return dirs, nil
}

// optOutCopiesOf erases the copies of Sinch's opt-out list that lie beside the run in dir.
func (f *forgetting) optOutCopiesOf(dir string) {
	folder := runstore.CampaignDir(dir)
	if whole, err := filepath.Abs(dir); folder == "" && err == nil { // a name such as . does not say where it lies
		folder = runstore.CampaignDir(whole)
	}
	if folder != "" {
		f.optOutCopies(filepath.Join(folder, runstore.RunsFolder), time.Time{})
	}
}

// erasable returns what is known of the run in dir. It returns an error where the run may go on, and so needs its people.
func erasable(dir string) (runstore.Meta, error) {
	run, err := runstore.View(dir)
	if err != nil {
		return runstore.Meta{}, err
	}
	defer run.Close()
	return run.Meta(), mayErase(run)
}

func mayErase(run *runstore.Run) error {
	if m := run.Meta(); (run.Begun() || m.Retry != nil && wasStarted(m)) && !m.State.Over() {
		return inputErrorf("%s is %s, and may go on: finish it, or cancel it first. Nothing was erased", runName(m), m.State)
	}
	return nil
}

// confirmErasing asks a person. Elsewhere they have to have said so.
func (s *session) confirmErasing(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	if !isTerminal(s.Stdin) {
		return inputErrorf("everybody's data is erased only when that is confirmed, and this is no terminal. Nothing was erased").hint("--yes confirms it")
	}
	if agreed, err := s.agrees(ctx, question); agreed || err != nil {
		return err
	}
	return inputErrorf("not confirmed. Nothing was erased")
}

// all erases the data of everybody in one run.
func (f *forgetting) all(dir string) error {
	m, err := f.eraseRun(dir, f.now)
	if err == nil {
		f.done++
		fmt.Fprintf(f.Stdout, "%s: people's data erased, %s\n", runName(m), prose.Counted(m.Rows, "row", "rows"))
	}
	return err
}

func (s *session) eraseRun(dir string, now time.Time) (m runstore.Meta, err error) {
	run, err := runstore.Resume(dir, false, now)
	if err != nil {
		return m, err
	}
	m = run.Meta()
	if err = mayErase(run); err == nil {
		_, _ = receipts.Merge(run, nil) // whoever reads them next says what is wrong
		report.Conclude(run)
		// The seeds first: if we die behind them, the run still has people to be erased
		err = eachSeeds(dir, now, func(seeds *runstore.Run) error { return seeds.ErasePeople(now) })
	}
	if err == nil {
		err = run.ErasePeople(now)
	}
	if err == nil {
		err = s.renewPage(run)
	}
	return m, errors.Join(err, run.Close())
}

// forgetOlder erases the data of everybody in the runs at or below dir that ended longer ago than age.
func (s *session) forgetOlder(ctx context.Context, dir string, age time.Duration, yes bool) error {
	dirs, err := runs.Find(dir)
	if err != nil {
		return inputErrorf("%v", err)
	}
	f := &forgetting{session: s, now: time.Now()}
	old, rows := []string{}, 0
	for _, dir := range dirs {
		m, is, err := overdue(dir, age, f.now)
		switch {
		case err != nil:
			f.failed(dir, err)
		case is:
			old = append(old, dir)
			rows += m.Rows
		}
	}
	if len(old) == 0 {
		f.optOutCopies(dir, f.now.Add(-age))
		fmt.Fprintf(s.Stdout, "no run at or below %s that ended more than %s ago has people's data\n", dir, campaign.FormatAge(age))
		return f.result()
	}
	question := fmt.Sprintf("Erase the data of all people in %s that ended more than %s ago (%s)? The totals stay.",
		prose.Counted(len(old), "run", "runs"), campaign.FormatAge(age), prose.Counted(rows, "row", "rows"))
	if err := s.confirmErasing(ctx, question, yes); err != nil {
		return err
	}
	for _, dir := range old {
		if err := f.all(dir); err != nil {
			f.failed(dir, err)
		}
	}
	f.optOutCopies(dir, f.now.Add(-age))
	return f.result()
}

// overdue reports whether the run in dir is over, has ended longer ago than age, and still has people's data. One that another process holds is
// not over.
func overdue(dir string, age time.Duration, now time.Time) (m runstore.Meta, is bool, err error) {
	if !runstore.HasPeople(dir) {
		return m, false, nil
	}
	run, err := runstore.View(dir)
	if errors.Is(err, ledger.ErrLocked) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	defer run.Close()
	m = run.Meta()
	return m, m.State.Over() && now.Sub(lastUsed(m)) > age, nil
}

// lastUsed is when a run last began or ended: one that was cancelled after its process died has no end of its own.
func lastUsed(m runstore.Meta) time.Time {
	last := m.Created
	if n := len(m.Starts); n > 0 {
		last = m.Starts[n-1].Time
	}
	if m.Ended.After(last) {
		return m.Ended
	}
	return last
}

// eraseOld erases the people's data of the runs beside the one in dir, and of their retries, that are of its campaign, and are over since longer than
// keep; 0 keeps everything. One that the campaign still asks about, because of a profile that keeps less, waits until it does not. What cannot be erased is no
// reason not to send.
func (r *runner) eraseOld(dir, campaignName string, keep time.Duration, now time.Time) {
	if keep == 0 {
		return
	}
	dir, err := filepath.Abs(dir)
	if of, _, ok := runstore.RetryOf(dir); ok {
		dir = of
	}
	siblings, readErr := runsIn(filepath.Dir(dir))
	errs := []error{err, readErr}
	var erased []string
	for _, sibling := range siblings {
		if of, _, isRetry := runstore.RetryOf(sibling); sibling == dir || isRetry && of == dir {
			continue
		}
		m, is, err := overdue(sibling, keep, now)
		if is = is && m.Campaign == campaignName && !r.stillAsks(sibling, m, now); is {
			_, err = r.eraseRun(sibling, now)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", sibling, err))
		} else if is {
			erased = append(erased, m.Key)
		}
	}
	if len(erased) > 0 {
		r.say("people's data erased of runs that ended more than %s ago: %s", campaign.FormatAge(keep), strings.Join(erased, ", "))
	}
	if err := errors.Join(errs...); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		r.warn("warning: people's data that is older than %s could not be erased everywhere: %s", campaign.FormatAge(keep), first)
	}
}

// runsIn returns the folders of the runs that lie in a folder, and of their retries.
func runsIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	var all []string
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if !isRun(dir) {
			continue
		}
		retries, retriesErr := runstore.RetryDirs(dir)
		all, err = append(append(all, dir), retries...), errors.Join(err, retriesErr)
	}
	return all, err
}

// stillAsks reports whether the campaign leaves out the people of the run in dir for some time yet.
func (r *runner) stillAsks(dir string, m runstore.Meta, now time.Time) bool {
	scope := runs.Scope{Campaign: r.campaign.Dir()}
	return slices.ContainsFunc(campaignQuestions(r.campaign), func(q runs.Question) bool {
		return q.Within > 0 && scope.Asks(q, dir, m, now)
	})
}
