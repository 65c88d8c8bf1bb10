package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// lockPatience is how long we wait for a process that holds a run whose people are needed, and does not say who they are.
const lockPatience = 2 * time.Second

func exceptFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "except", Usage: "leave out whom `RUN` has sent to, or may: a run's key, a pattern such as 'spring-*', or its folder; may be repeated"}
}

// readExcept reads the flag. A run's folder is made absolute: it means the same run when another start goes on elsewhere.
func readExcept(c *cli.Context) ([]string, error) {
	all := c.StringSlice("except")
	for i, name := range all {
		if name == "" || !campaign.IsRunPattern(name) {
			return nil, inputErrorf("--except wants the key of a run, a pattern such as 'spring-*', or a run's folder")
		}
		if isRun(name) {
			dir, err := filepath.Abs(name)
			if err != nil {
				return nil, err
			}
			all[i] = dir
		}
	}
	return all, nil
}

// exceptArguments are those by which a command leaves out the same runs.
func exceptArguments(except []string) string {
	args := ""
	for _, name := range except {
		args += " --except " + quote(name)
	}
	return args
}

// others are the other runs that a run may look at.
type others struct {
	*session
	campaign *campaign.Campaign
	run      *runstore.Run
	scope    runs.Scope
	known    []suppress.Sent // of runs that this process holds
	again    *plan.Again     // whose rows are the audience; nil: the campaign's is

	templates templates // of the campaign
}

func (s *session) others(c *campaign.Campaign, run *runstore.Run, p place) others {
	scope := runs.Scope{Campaign: c.Dir(), RunDir: p.runDir, RunID: run.Meta().RunID, Sandbox: p.sandbox, Self: []string{run.Dir},
		Audience: c.Audience.Run, Wait: lockPatience, Ask: peopleOfHolder}
	p.runKey = run.Meta().Key                      // of a run that is resumed, the day of its key has passed
	for _, p.sandbox = range []bool{false, true} { // a plan that is made aside is of the run that will be there
		if dir, err := p.dir(c, s.Now()); err == nil {
			scope.Self = append(scope.Self, dir)
		}
	}
	return others{session: s, campaign: c, run: run, scope: scope}
}

// peopleOfHolder has the process that holds the run in dir say who its people are.
func peopleOfHolder(ctx context.Context, dir string, yield func(keys []uint64) error) error {
	holder, err := reach(dir)
	if err != nil {
		return err
	}
	return holder.People(ctx, yield)
}

// campaignQuestions are those that a campaign asks about other runs.
func campaignQuestions(c *campaign.Campaign) []runs.Question {
	var all []runs.Question
	for _, list := range c.Suppress {
		if list.Runs != "" {
			at := campaign.Problem{File: c.Path, Line: list.Line, Column: list.Column}
			all = append(all, runs.Question{Runs: list.Runs, Within: list.Within, At: at})
		}
	}
	return all
}

// questions are those of the campaign and of --except. What this run asked when it was planned, and then began to send, it may ask in vain.
func (o others) questions(except []string) []runs.Question {
	all := campaignQuestions(o.campaign)
	for _, name := range except {
		all = append(all, runs.Question{Runs: name, At: campaign.Problem{File: "--except"}})
	}
	if m := o.run.Meta(); o.run.Begun() {
		for i := range all {
			if slices.ContainsFunc(m.Lists, func(l runstore.List) bool { return l.Runs == all[i].String() }) {
				all[i].Planned = m.Planned
			}
		}
	}
	return all
}

// sent returns whom other runs have sent to, or may. Runs that --except names now are from then on left out by this run at every start. What
// somebody may want to know goes to note.
func (o others) sent(ctx context.Context, except []string, note func(format string, args ...any)) ([]suppress.Sent, error) {
	names := slices.Clone(o.run.Meta().Except)
	known := len(names)
	for _, name := range except {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	all := slices.Clone(o.known)
	for _, q := range o.questions(names) {
		people, err := o.scope.Sent(ctx, q, time.Now())
		if err != nil {
			return nil, explainOther(err, q.At)
		}
		for _, n := range people.Notes {
			note("note: %s", n)
		}
		for _, u := range people.Unfinished {
			note("note: %s is unfinished: everybody in it is left out, also those whom it has not reached; sendoff cancel %s lets those be sent to", u.Key, quote(u.Dir))
		}
		all = append(all, suppress.Sent{Name: people.Name, Runs: people.Runs, Keys: people.Keys})
	}
	if len(names) == known {
		return all, nil
	}
	return all, o.run.Update(func(m *runstore.Meta) { m.Except = names })
}

// source opens the run whose people are the campaign's audience, and its retries. The caller closes them.
func (o others) source(ctx context.Context) ([]*runstore.Run, error) {
	at := campaign.Problem{File: o.campaign.Path, Line: o.campaign.Audience.Line}
	of, err := o.scope.Source(ctx, o.campaign.Audience.Run, at)
	return of, explainOther(err, at)
}

// explainOther puts what is wrong with another run into words that say what to do. Whatever it is, nothing was sent by this one.
func explainOther(err error, at campaign.Problem) error {
	var problems campaign.Problems
	var unfinished *runs.UnfinishedError
	var held *runs.HeldError
	switch {
	case err == nil, errors.As(err, &problems), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &unfinished):
		at.Message = fmt.Sprintf("%v: finish it (sendoff resume %s), or cancel it first (sendoff cancel %s)",
			unfinished, quote(unfinished.Dir), quote(unfinished.Dir))
	case errors.As(err, &held):
		return fmt.Errorf("%w\n    hint: nothing was sent now; run again once it has ended", err)
	default:
		at.Message = err.Error()
	}
	return campaign.Problems{at}
}

// audienceDigest identifies the campaign's audience as it is now: its file's bytes, or the people of a run.
func (r *runner) audienceDigest(ctx context.Context) (string, error) {
	a := r.campaign.Audience
	if isStandardInput(r.campaign) {
		return r.standardInputDigest(ctx)
	}
	if a.Run == "" {
		return fileDigest(audiencePath(r.campaign))
	}
	o := r.others(r.campaign, r.run, r.flags.place)
	o.scope.Wait = 0 // whether they have changed is not worth it
	of, err := o.source(ctx)
	if err != nil {
		return "", err
	}
	for _, run := range of {
		defer run.Close()
	}
	return plan.PeopleDigest(of, a.States), nil
}
