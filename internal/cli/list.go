package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

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
		return s.listRuns(folder, p.sandbox, c.Bool("json"))
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

// listRuns lists the real runs at or below folder, or the rehearsals: unfinished ones first, then the newest.
func (s *session) listRuns(folder string, rehearsals, asJSON bool) error {
	all, err := runs.List(folder)
	if err != nil {
		s.warn("warning: not every folder could be looked into: %v", err)
	}
	all = slices.DeleteFunc(all, func(r runs.Summary) bool { return r.Sandbox != rehearsals })
	slices.SortStableFunc(all, func(a, b runs.Summary) int {
		if a.State.Over() != b.State.Over() {
			return map[bool]int{true: 1, false: -1}[a.State.Over()]
		}
		return cmp.Or(b.Started, b.Created).Compare(cmp.Or(a.Started, a.Created))
	})
	switch {
	case asJSON:
		return s.printJSON(all)
	case len(all) == 0:
		fmt.Fprintf(s.Stdout, "no runs below %s\n", folder)
		return nil
	}
	s.printRuns(all)
	return nil
}

func (s *session) printRuns(all []runs.Summary) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RUN\tSTARTED\tSTATE\tACCEPTED\tNOT SENT\tIN DOUBT\tTO GO ON")
	for _, r := range all {
		started := "not yet"
		if !r.Started.IsZero() {
			started = clockTime(r.Started)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Key, started, cmp.Or(r.Error, string(r.State)),
			prose.Thousands(r.Accepted), prose.Thousands(r.NotSent), prose.Thousands(r.InDoubt), goOnWith(r))
	}
	_ = w.Flush() // into memory
	for line := range strings.Lines(table.String()) {
		fmt.Fprintln(s.Stdout, strings.TrimRight(line, " \n"))
	}
}

// goOnWith is the command that goes on with a run, where it has begun and nobody holds it.
func goOnWith(r runs.Summary) string {
	switch {
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
	if r.flags.sandbox {
		return
	}
	folder, own := filepath.Split(filepath.Clean(r.run.Dir))
	earlier := runs.Unfinished(filepath.Clean(folder), r.campaign.Name, own)
	slices.SortFunc(earlier, func(a, b runs.Summary) int { return b.Started.Compare(a.Started) })
	for i, e := range earlier {
		if i == mostEarlier {
			r.warn("note: so are %s: sendoff status %s", prose.Counted(len(earlier)-i, "other", "others"), quote(filepath.Clean(folder)))
			return
		}
		left := prose.Thousands(e.NotSent) + " not sent"
		if e.InDoubt > 0 {
			left += ", " + prose.Thousands(e.InDoubt) + " in doubt"
		}
		r.warn("note: %s is unfinished: %s. To go on: %s", e.Key, left, goOnWith(e))
	}
}
