package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// forgetPeople erases people from all runs at or below dir.
func (s *session) forgetPeople(p *persons, dir string) error {
	dirs, err := runs.Find(dir)
	if err != nil {
		return inputErrorf("%v", err)
	}
	f := &forgetting{session: s, now: time.Now()}
	unseen := map[string]error{}
	for _, dir := range slices.Clone(dirs) {
		dirs = append(dirs, runstore.SeedDirs(dir)...)
	}
	for _, dir := range dirs {
		if err := p.learnFrom(dir); err != nil {
			unseen[dir] = err
		}
	}
	if len(p.beside) > 0 {
		s.say("erased too, since it stands in one row with what was named: %s", p.besides())
	}
	failed := 0
	for _, dir := range dirs {
		err := unseen[dir]
		if err == nil {
			err = f.person(p, dir)
		}
		if err != nil {
			failed++
			f.failed(dir, err)
		}
	}
	if failed > 0 && len(p.beside) > 0 {
		s.say("runs that stay as they are may have them by one of these addresses alone: name each of them when you forget again")
	}
	f.optOutCopies(dir, time.Time{})
	switch {
	case len(dirs) == 0:
		fmt.Fprintf(s.Stdout, "no runs at or below %s\n", dir)
	case f.done == 0 && failed == 0:
		fmt.Fprintf(s.Stdout, "not in any of %s\n", prose.Counted(len(dirs), "run", "runs"))
	case f.done == 0 && failed < len(dirs):
		fmt.Fprintf(s.Stdout, "not in any of the other %s\n", prose.Counted(len(dirs)-failed, "run", "runs"))
	}
	if slices.Sort(f.files); len(f.files) > 0 {
		s.say("files of your own are not touched, and may still name them: %s", strings.Join(slices.Compact(f.files), ", "))
	}
	if f.sent {
		s.say("whoever is in your files and was erased here would be written to by a new run: put them on a suppression list")
	}
	return f.result()
}

// learnFrom learns from the run in dir, where there is anybody to learn of.
func (p *persons) learnFrom(dir string) error {
	run, err := runstore.View(dir)
	if err != nil {
		return err
	}
	defer run.Close()
	m := run.Meta()
	if m.State == runstore.Planning || !m.Erased.IsZero() {
		return nil
	}
	if err := p.learn(run); err == nil || m.NextSnapshotSHA256 == "" {
		return err
	}
	return nil // a process died while it erased: whoever holds the run first has to finish that
}

// besides lists the addresses that were learnt, masked, the first of them.
func (p *persons) besides() string {
	const most = 5
	var shown []string
	for _, i := range p.beside[:min(most, len(p.beside))] {
		shown = append(shown, i.String())
	}
	if more := len(p.beside) - most; more > 0 {
		shown = append(shown, "and "+prose.Counted(more, "other", "others"))
	}
	return strings.Join(shown, ", ")
}

// person erases people from one run. Only a run that they stand in is written to.
func (f *forgetting) person(p *persons, dir string) error {
	if concerned, err := p.concern(dir); err != nil || !concerned {
		return err
	}
	run, err := runstore.Resume(dir, false, f.now)
	if err != nil {
		return err
	}
	return errors.Join(f.personIn(p, run), run.Close())
}

// concern reports whether anything is to be done in the run in dir: people stand in it, or a process died while it erased.
func (p *persons) concern(dir string) (bool, error) {
	run, err := runstore.View(dir)
	if err != nil {
		return false, err
	}
	defer run.Close()
	m := run.Meta()
	if m.State == runstore.Planning || !m.Erased.IsZero() {
		return runstore.HasPeople(dir), nil
	}
	if m.NextSnapshotSHA256 != "" || fileExists(run.Path(runstore.SnapshotName)+".tmp") {
		return true, nil
	}
	rows, err := p.rows(run)
	return len(rows) > 0, err
}

func (f *forgetting) personIn(p *persons, run *runstore.Run) error {
	m := run.Meta()
	switch {
	case !m.Erased.IsZero(): // holding it has finished that
		f.erased(run, cutShort)
		return nil
	case m.State == runstore.Planning:
		if err := run.ErasePeople(f.now); err != nil {
			return err
		}
		f.erased(run, "planning has not come to its end, and what it left is erased")
		return nil
	}
	_, _ = receipts.Merge(run, nil) // they decide what a message has cost; whoever reads them next says what is wrong
	full := m.State.Done() || fileExists(run.Path(runstore.RowsName))
	some := full || !m.Ended.IsZero() || fileExists(run.Path(runstore.InDoubtName))
	rows, err := p.rows(run)
	if err != nil {
		return err
	}
	counts, err := became(run, rows)
	if err != nil {
		return err
	}
	if err := run.Forget(rows, forecast.WithErased(run, rows), f.now); err != nil {
		return err
	}
	f.erased(run, describeErased(len(rows), counts))
	f.sent = f.sent || !m.Sandbox && mayHaveMessage(counts)
	if !run.Begun() && !m.State.Over() && m.Seeds == "" {
		f.say("%s has sent to nobody yet: its next start plans again from its audience", m.Key)
	}
	return f.rewrite(run, full, some)
}

const cutShort = "what was left of an erasure that was cut short is gone"

// erased says what was done.
func (f *forgetting) erased(run *runstore.Run, what string) {
	f.done++
	m := run.Meta()
	f.files = append(f.files, ownFiles(run.Dir, m)...)
	fmt.Fprintf(f.Stdout, "%s: %s\n", runName(m), what)
}

func runName(m runstore.Meta) string {
	if m.Sandbox {
		return m.Key + " (rehearsal)"
	}
	return m.Key
}

// describeErased says of rows what became of them before.
func describeErased(rows int, counts map[string]int) string {
	switch rows {
	case 0:
		return cutShort
	case 1:
		for what := range counts {
			return "1 row erased; it was " + what
		}
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, prose.Thousands(counts[what])+" "+what)
	}
	return prose.Thousands(rows) + " rows erased: " + strings.Join(parts, "; ")
}

// rewrite makes anew, without the people who were erased, what a run had of lists, and ends a run that has nothing left to do.
func (f *forgetting) rewrite(run *runstore.Run, full, some bool) error {
	rep, err := report.Collect(run)
	if err != nil {
		return err
	}
	if m := run.Meta(); !m.State.Over() && len(m.Starts) > 0 && rep.NotSent == 0 {
		r := &runner{session: f.session, run: run, campaign: frozenCampaign(m)}
		end, err := r.conclude(rep, nil)
		if err == nil {
			_, err = r.putOnRecord(rep, end)
		}
		return err
	}
	if !some {
		return nil
	}
	if rep, err = report.Write(run, report.Options{OnlyDoubt: !full}); err != nil || !fileExists(run.Path(runstore.PageName)) {
		return err
	}
	return f.writePage(run, rep)
}

// frozenCampaign is the campaign of a run as it was planned. Of one that an older version has frozen and this one refuses, there is the name:
// its people are erased, and that is put on record all the same.
func frozenCampaign(m runstore.Meta) *campaign.Campaign {
	c, err := campaign.Parse(m.CampaignFile, m.Sources)
	if err != nil {
		return &campaign.Campaign{Name: m.Campaign}
	}
	return c
}

// ownFiles are the files of the user's own that a run was made of, as far as they are still there.
func ownFiles(dir string, m runstore.Meta) []string {
	var found []string
	for _, folder := range campaignFolders(dir, m) {
		files := []string{m.AudienceFile}
		for _, l := range m.Lists {
			files = append(files, l.File)
		}
		for _, file := range files {
			if !filepath.IsAbs(file) {
				file = filepath.Join(folder, file)
			}
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				found = append(found, file)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}

// campaignFolders are the folders in which the campaign of a run may be: the one that holds the folder of runs, and the one that it was in when
// it was planned, as it was named then.
func campaignFolders(dir string, m runstore.Meta) []string {
	var folders []string
	if folder := runstore.CampaignDir(dir); folder != "" {
		folders = append(folders, folder)
	}
	if len(m.Sources) > 0 {
		folders = append(folders, filepath.Dir(m.Sources[0].Name))
	}
	return folders
}
