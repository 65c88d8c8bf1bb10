package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// onRunOrFolder makes an action that lists the runs at or below a folder where its argument is one that is neither a run's nor a campaign's,
// or is missing, and otherwise does what is to be done on a run.
func (s *session) onRunOrFolder(do func(c *cli.Context, dir string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		folder, p := c.Args().First(), readPlace(c)
		if c.NArg() == 0 {
			folder = "."
		}
		if c.NArg() > 1 || p.runDir != "" || p.runKey != "" || c.NArg() == 1 && !isPlainFolder(folder) {
			return s.onRun(do)(c)
		}
		if c.Bool("watch") {
			return inputErrorf("--watch wants a RUN").hint("sendoff status lists the runs that there are")
		}
		return s.listRuns(c.Context, folder, p.sandbox, c.Bool("json"))
	}
}

// isPlainFolder reports whether path is a folder that is neither a run's nor a campaign's.
func isPlainFolder(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() || isRun(path) {
		return false
	}
	_, err = campaign.Load(path)
	return errors.Is(err, fs.ErrNotExist)
}

// runList is the runs at or below a folder, for machines.
type runList struct {
	Schema int            `json:"schema"`
	Runs   []runs.Summary `json:"runs"`
}

// listRuns lists the real runs at or below folder, or the rehearsals: unfinished ones first, then the newest, and last those that were never
// started.
func (s *session) listRuns(ctx context.Context, folder string, rehearsals, asJSON bool) error {
	all, err := runs.List(folder)
	if err != nil {
		s.warn("warning: not every folder could be looked into: %v", err)
	}
	// What was never planned to its end has nothing in it: a refused feed leaves one every night.
	all = slices.DeleteFunc(all, func(r runs.Summary) bool { return r.State == runstore.Planning && r.Started.IsZero() })
	for i := range all {
		s.askAnew(ctx, &all[i])
	}
	found := len(all)
	all = slices.DeleteFunc(all, func(r runs.Summary) bool { return r.Sandbox != rehearsals })
	slices.SortStableFunc(all, func(a, b runs.Summary) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Or(b.Started, b.Created).Compare(cmp.Or(a.Started, a.Created)))
	})
	all = retriesBelow(all)
	switch {
	case asJSON:
		return s.printJSON(runList{Schema: 1, Runs: append([]runs.Summary{}, all...)})
	case len(all) == 0 && found > 0 && !rehearsals:
		fmt.Fprintf(s.Stdout, "no runs below %s but %s: sendoff status %s --sandbox\n", folder, prose.Counted(found, "rehearsal", "rehearsals"), quote(folder))
		return nil
	case len(all) == 0:
		fmt.Fprintf(s.Stdout, "no runs below %s\n", folder)
		return nil
	}
	if rehearsals {
		fmt.Fprintln(s.Stdout, "SANDBOX: nothing was sent to anyone")
	}
	s.printRuns(all)
	return nil
}

// retriesBelow puts the retries that have started below the runs that they are of, in the order of their numbers. Runs stand where the first of a run and
// its retries stood.
func retriesBelow(all []runs.Summary) []runs.Summary {
	of := func(r runs.Summary) string {
		if dir, _, ok := runstore.RetryOf(r.Dir); ok && !wasNeverStarted(r) {
			return dir
		}
		dir, _ := filepath.Abs(r.Dir) // without it the run stands alone
		return dir
	}
	number := func(r runs.Summary) int {
		_, n, _ := runstore.RetryOf(r.Dir)
		return n
	}
	first := map[string]int{}
	for i, r := range slices.Backward(all) {
		first[of(r)] = i
	}
	slices.SortStableFunc(all, func(a, b runs.Summary) int {
		return cmp.Or(cmp.Compare(first[of(a)], first[of(b)]), cmp.Compare(number(a), number(b)))
	})
	return all
}

// askAnew has the process that holds a run say where that stands. One that sends a retry holds also the runs before, and says nothing of them.
func (s *session) askAnew(ctx context.Context, r *runs.Summary) {
	if r.State != runs.Held && r.State != runs.Sending {
		return
	}
	live := askHolder(ctx, r.Dir)
	if live == nil {
		return
	}
	if live.retryBeside(r.Dir) != "" {
		run, closeRun, err := s.view(ctx, r.Dir)
		if err != nil {
			return
		}
		defer closeRun()
		if now, err := runs.Summarise(run); err == nil {
			*r = now
		}
		return
	}
	if live.RunKey != "" { // a run that is planned for the first time has written nothing yet
		r.Key, r.Campaign, r.Sandbox = live.RunKey, live.Campaign, live.Sandbox
	}
	r.State = runstore.State(live.State)
	if r.State == runstore.Running {
		r.State = runs.Sending
	}
	r.Accepted, r.Rejected, r.NotSent = int(live.Accepted), int(live.Rejected), int(live.NotSent)
	r.InDoubt, r.LeftInDoubt = int(live.InDoubt), int(live.Left)
}

// rank orders a list: what goes on or could, what is over, what was never started.
func rank(r runs.Summary) int {
	switch {
	case wasNeverStarted(r):
		return 2
	case r.State.Over():
		return 1
	}
	return 0
}

// wasNeverStarted reports whether a run has got no farther than its plan.
func wasNeverStarted(r runs.Summary) bool {
	return (r.State == runstore.Planning || r.State == runstore.Planned) && r.Started.IsZero()
}

const (
	mostColumns = 40         // of a run's key in a list
	toGoOn      = "TO GO ON" // the heading of commands
)

func (s *session) printRuns(all []runs.Summary) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tSTARTED\tSTATE\tACCEPTED\tNOT SENT\tIN DOUBT\t"+toGoOn)
	for _, r := range all {
		started := "not yet"
		if !r.Started.IsZero() {
			started = clockTime(r.Started)
		}
		state, next := cmp.Or(r.Error, string(r.State)), goOnWith(r)
		switch {
		case r.Copied && !r.State.Over():
			state = "a copy"
		case r.State == runstore.Planned:
			next = startAgain(r.Meta, r.Dir)
		}
		name := r.Key
		if _, retry, ok := runstore.CutRetryKey(r.Key); ok && !wasNeverStarted(r) {
			name = fmt.Sprintf("  %s%d", runstore.RetryPrefix, retry)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cut(name, mostColumns), started, state,
			prose.Thousands(r.Accepted), prose.Thousands(r.NotSent), prose.Thousands(r.InDoubt), next)
	}
	_ = w.Flush() // into memory
	lines := strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n")
	if isTerminal(s.Stdout) {
		lines = foldRuns(lines, s.width(s.Stdout))
	}
	first := slices.IndexFunc(all, wasNeverStarted)
	for i, line := range lines {
		if i-1 == first && first >= 0 { // above all is the heading
			fmt.Fprintln(s.Stdout, "not started:")
		}
		fmt.Fprintln(s.Stdout, strings.TrimRight(line, " "))
	}
}

// foldRuns puts the commands of a list that is wider than the screen below their runs, where they can be read and copied.
func foldRuns(lines []string, width int) []string {
	if !slices.ContainsFunc(lines, func(line string) bool { return utf8.RuneCountInString(line) > width }) {
		return lines
	}
	at := strings.Index(lines[0], toGoOn)
	folded := []string{lines[0][:at]}
	for _, line := range lines[1:] {
		chars := []rune(line)
		end := min(at, len(chars)) // which it is only of what an error of several lines says
		run, command := string(chars[:end]), string(chars[end:])
		if command != "" {
			run = strings.TrimRight(run, " ") + "\n    " + command
		}
		folded = append(folded, run)
	}
	return folded
}

func isSameFile(a, b string) bool {
	x, err := os.Stat(a)
	y, e := os.Stat(b)
	return err == nil && e == nil && os.SameFile(x, y)
}

// goOnWith is the command that goes on with a run, where it has begun and nobody holds it.
func goOnWith(r runs.Summary) string {
	seen := r.Meta.Storage
	switch {
	case r.State == runstore.Stopped && !r.Sandbox && r.NotSent == 0 && r.InDoubt > 0 && len(seen) > 0 && seen[len(seen)-1].Days == 0:
		return "sendoff reconcile " + quote(r.Dir) // Sinch cannot be asked: somebody has to settle it
	case r.State == runstore.NeedsReconcile:
		return "sendoff reconcile " + quote(r.Dir)
	case r.State == runstore.Stopped && !r.Sandbox && !r.Started.IsZero():
		return "sendoff resume " + quote(r.Dir)
	}
	return ""
}

// mostEarlier is how many earlier runs a start names.
const mostEarlier = 3

// noteEarlier says which earlier runs of the campaign would go on if somebody started them, the newest first: nobody else may notice that
// they have stopped.
func (r *runner) noteEarlier() {
	switch {
	case r.flags.sandbox:
		return
	case r.resume != "": // whoever resumes knows of the others, and may be about to go on with them all
		for _, retry := range runs.UnfinishedRetries(r.run.Dir, r.campaign.Name) {
			r.noteUnfinished(retry)
		}
		return
	}
	folder, own := filepath.Split(filepath.Clean(r.run.Dir))
	earlier := runs.Unfinished(filepath.Clean(folder), r.campaign.Name, own)
	slices.SortFunc(earlier, func(a, b runs.Summary) int { return b.Started.Compare(a.Started) })
	for i, e := range earlier {
		if i == mostEarlier {
			r.warn("note: %s unfinished too: sendoff status %s", prose.Counted(len(earlier)-i, "other run is", "other runs are"), quote(filepath.Clean(folder)))
			return
		}
		r.noteUnfinished(e)
	}
}

// noteUnfinished says that a run would go on if somebody started it.
func (s *session) noteUnfinished(e runs.Summary) {
	left := prose.Thousands(e.NotSent) + " not sent"
	if e.InDoubt > 0 {
		left += ", " + prose.Thousands(e.InDoubt) + " in doubt"
	}
	s.warn("note: %s is unfinished: %s. To go on: %s", e.Key, left, goOnWith(e))
}
