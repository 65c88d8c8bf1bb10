package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

func resumeCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "resume",
		Usage:     "go on with a run, or with all unfinished ones below a folder; never starts a new one",
		ArgsUsage: "[RUN|DIR]",
		Description: "Without an argument, and for a folder that is neither a run nor a campaign, it goes on with every unfinished run at or below\n" +
			"it, the oldest first. The text is the one with which the run began, whatever the campaign file says now.",
		Flags:              slices.Concat(sendingFlags(), hookFlags(), whichRun()),
		CustomHelpTemplate: cli.CommandHelpTemplate + "\n" + exitCodesHelp,
		Action: func(c *cli.Context) error {
			arg, err := atMostOneArgument(c, "RUN or DIR")
			if err != nil {
				return err
			}
			flags, err := readRunFlags(c)
			if err != nil {
				return err
			}
			if c.Bool("quiet") {
				s.beQuiet()
			}
			if arg != "" && !isPlainFolder(arg) {
				dir, err := s.findRun(arg, flags.place)
				if err != nil {
					return err
				}
				_, err = s.resume(c, flags, dir)
				return s.shorten(err, quote(dir))
			}
			if flags.runKey != "" || flags.runDir != "" || flags.plan != "" {
				return inputErrorf("--run-key, --run-dir and --plan name one run, and a folder stands for all of them")
			}
			return s.resumeAll(c, flags, cmp.Or(arg, "."))
		},
	}
}

// resume goes on with the run in dir. It returns true where somebody has stopped it.
func (s *session) resume(c *cli.Context, flags runFlags, dir string) (stopped bool, err error) {
	flags.place = place{sandbox: flags.sandbox}
	m, _ := runstore.Glance(dir) // who opens it says what is wrong with it
	r := &runner{session: s, flags: flags, path: dir, resume: dir}
	if r.hooks, err = s.readHooks(c, m.Sandbox); err != nil {
		return false, err
	}
	err = r.attended(c.Context, r.do)
	return r.signals.begun(), err
}

// resumeAll goes on with every unfinished run at or below a folder, one after the other, the oldest first. Its error is the gravest of theirs.
func (s *session) resumeAll(c *cli.Context, flags runFlags, folder string) error {
	if flags.json {
		return inputErrorf("--json prints one object: name one run")
	}
	dirs, err := unfinished(folder, flags.sandbox)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		s.say("no unfinished run below %s", folder)
		return nil
	}
	gravest := &outcomeError{code: exitOK, said: true}
	for i, dir := range dirs {
		s.say("resuming %s", dir)
		stopped, err := s.resume(c, flags, dir)
		code := exitCode(err)
		if err != nil {
			s.printError(err)
		}
		if stopped && i < len(dirs)-1 { // whoever stops one wants them all to stop
			code = graver(code, exitUnfinished)
		}
		if graver(gravest.code, code) != gravest.code {
			gravest.code, gravest.reason = code, errorText(err)
		}
		if stopped || code == exitUnfinished && !flags.leaveOutside { // at this hour people of another run may get messages
			break
		}
	}
	if gravest.code == exitOK {
		return nil
	}
	return gravest
}

// wasStarted reports whether somebody has had a run send, so that it may go on; one that was being planned anew when its process died was not.
func wasStarted(m runstore.Meta) bool { return len(m.Starts) > 0 && m.State != runstore.Planning }

// unfinished returns the folders of the runs at or below a folder that have begun and are not over, the oldest first. A folder whose run cannot be
// opened is among them, so that somebody hears of it.
func unfinished(folder string, rehearsals bool) ([]string, error) {
	all, err := runs.Find(folder)
	if err != nil {
		return nil, inputErrorf("%v", err)
	}
	var dirs []string
	created := map[string]time.Time{}
	for _, dir := range all {
		m, err := runstore.Glance(dir)
		if err == nil && (m.State.Over() || !wasStarted(m) || m.Sandbox != rehearsals) {
			continue
		}
		dirs = append(dirs, dir)
		created[dir] = m.Created
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return created[a].Compare(created[b]) })
	return dirs, nil
}

// reopen holds the run that is resumed. Its campaign is the one on disk where that would send the same, so that what is not frozen applies as it
// stands there, and else the frozen one.
func (r *runner) reopen(ctx context.Context) error {
	if of, number, ok := runstore.RetryOf(r.resume); ok {
		r.retry = &retrial{dir: shortened(of)}
		if err := r.holdChain(ctx, r.retry.dir, number); err != nil {
			return err
		}
	}
	err := r.hold(ctx, r.resume, func() (err error) {
		r.run, err = runstore.Resume(r.resume, r.flags.adopt, r.Now())
		return err
	})
	if err != nil {
		return explainAcquire(err, r.resume)
	}
	return r.reopened(ctx)
}

// reopened reads what a run goes on with that is held.
func (r *runner) reopened(ctx context.Context) (err error) {
	m := r.run.Meta()
	if err := refuseSeeds(m, r.resume); err != nil {
		return err
	}
	if !wasStarted(m) {
		return inputErrorf("%s was never started, and resume starts nothing new", m.Key).hint("%s", goOn(m, r.run.Dir))
	}
	if r.flags.sandbox && !m.Sandbox {
		return inputErrorf("%s is a real run, and --sandbox is for rehearsals. Nothing was sent", m.Key)
	}
	r.flags.sandbox = m.Sandbox
	if r.campaign, err = r.campaignOf(m); err != nil {
		return err
	}
	if m.Retry != nil {
		if r.retry == nil || r.retry.first.Meta().RunID != m.Retry.Of {
			return inputErrorf("%s sends again to people of %s, and does not lie in the folder of that run, which has to be held meanwhile. Nothing was sent now",
				m.Key, m.Retry.Key).hint("put it back")
		}
		if err := r.forRetry(campaign.Deadline(m.Retry.NotAfter)); err != nil {
			return err
		}
	}
	if err := r.campaignHooks(); err != nil {
		return err
	}
	return r.configure(ctx)
}

// campaignOf returns the campaign that a run goes on with: what is sent, and to whom, is frozen. Everything else applies as the file on disk has it
// now, where that can be read; of suppression lists, those of both.
func (r *runner) campaignOf(m runstore.Meta) (*campaign.Campaign, error) {
	path := campaignPath(r.run.Dir, m)
	onDisk, err := campaign.Load(path)
	if err == nil && onDisk.Name != m.Campaign {
		err = fmt.Errorf("it is %s by now", onDisk.Name)
	}
	c := onDisk
	if err != nil || changedSince(m, onDisk) {
		if c, err = r.frozen(path, m, onDisk, err); err != nil {
			return nil, err
		}
	}
	c.RunKey = cmp.Or(m.KeyPattern, m.Key) // which says whether its day matters
	return c, nil
}

// frozen returns the campaign as it was when its run was planned, with what is not frozen as it is on disk, unless that cannot be read.
func (r *runner) frozen(path string, m runstore.Meta, onDisk *campaign.Campaign, unreadable error) (*campaign.Campaign, error) {
	c, err := campaign.Parse(path, m.Sources)
	if err != nil {
		return nil, fmt.Errorf("the campaign of this run cannot be read any more: %w", err)
	}
	was := filepath.Join(r.run.Dir, runstore.FrozenName)
	if unreadable != nil {
		if !m.State.Over() {
			r.warn("%s cannot be read (%s): going on with the campaign as it was (%s); a list that it has come to name is not asked, and nobody whom it notifies is told", path, firstLine(unreadable), was)
		}
		return c, nil
	}
	if !m.State.Over() {
		r.say("%s has changed since this run began: going on with the text as it was (%s), and with lists, limits and pace as they are", path, was)
	}
	addLists(c, onDisk.Suppress)
	c.Pace, c.Limits, c.InDoubt, c.Keep, c.Notify = onDisk.Pace, onDisk.Limits, onDisk.InDoubt, onDisk.Keep, onDisk.Notify
	c.NotBefore, c.NotAfter, c.TimeZone = onDisk.NotBefore, onDisk.NotAfter, onDisk.TimeZone
	c.Window, c.Expires = onDisk.Window, onDisk.Expires
	return c, nil
}

// addLists has a campaign obey more suppression lists, and returns those that it did not.
func addLists(c *campaign.Campaign, more []campaign.SuppressionList) (added []campaign.SuppressionList) {
	for _, list := range more {
		if !slices.ContainsFunc(c.Suppress, func(l campaign.SuppressionList) bool {
			return l.File == list.File && l.Runs == list.Runs && l.Sinch == list.Sinch && l.Within == list.Within
		}) {
			c.Suppress = append(c.Suppress, list)
			added = append(added, list)
		}
	}
	return added
}

// keepLists has a run that has begun obey all lists with which it was planned, also those that the file names no more: whoever has opted out since
// gets nothing.
func (r *runner) keepLists(m runstore.Meta) {
	was, err := campaign.Parse(r.campaign.Path, m.Sources)
	if err != nil {
		return // an older version has taken what this one refuses
	}
	for _, list := range addLists(r.campaign, was.Suppress) {
		name := cmp.Or(list.File, list.Runs)
		if list.Sinch {
			name = "sinch: opt_outs"
		}
		r.say("%s is named no more under suppress, and is asked all the same: it was when this run began", name)
	}
}

// campaignPath returns where the campaign file of a run is, or was: beside the folder of runs, which may have been moved, else where it was.
func campaignPath(dir string, m runstore.Meta) string {
	was := m.CampaignFile
	if was == "" && len(m.Sources) > 0 {
		was = m.Sources[0].Name
	}
	if folder := runstore.CampaignDir(dir); folder != "" {
		if beside := filepath.Join(folder, filepath.Base(was)); fileExists(beside) {
			return beside
		}
	}
	return was
}
