package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sendoff/internal/chain"
	"sendoff/internal/delivery"
	"sendoff/internal/plan"
	"sendoff/internal/profile"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// sayChoice says who is sent to again, and who is not.
func (r *runner) sayChoice(m runstore.Meta, choice *chain.Choice) {
	taken, left := groupLines(choice, true), groupLines(choice, false)
	r.say("sent to again, of %s: %s", m.Key, prose.Counted(len(choice.Origins), "person", "people"))
	for _, line := range taken {
		r.say("  %s", line)
	}
	if len(left) > 0 {
		r.say("not sent to again:")
	}
	for _, line := range left {
		r.say("  %s", line)
	}
}

// mostGroups is how many reasons are named: the texts of Sinch's refusals may be many.
const mostGroups = 12

// groupLines describe the people who are taken, or those who are not.
func groupLines(choice *chain.Choice, taken bool) []string {
	var lines []string
	more := 0
	for _, g := range choice.Groups {
		switch {
		case g.Taken != taken:
			continue
		case len(lines) == mostGroups:
			more += g.People
			continue
		}
		name := g.Name
		if g.Class != "" && g.Class != g.Name {
			name += " (" + g.Class + ")"
		}
		if name != "" {
			name += ": "
		}
		lines = append(lines, fmt.Sprintf("%s  %s%s", prose.Thousands(g.People), name, prose.Printable(g.Words)))
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("%s  for other reasons", prose.Thousands(more)))
	}
	return lines
}

// refuseNobody says why there is nobody to send to again, and who could be.
func refuseNobody(m runstore.Meta, choice *chain.Choice) error {
	text := fmt.Sprintf("nobody of %s is to be sent to again for these reasons. Nothing was sent", m.Key)
	if len(choice.Groups) == 0 {
		text = fmt.Sprintf("nobody of %s was rejected, has expired, or has failed as far as receipts say. Nothing was sent", m.Key)
	}
	var names []string
	for _, g := range choice.Groups {
		// Who has not agreed to messages, or cannot be reached at all, is named above and not proposed.
		if g.Name != "" && g.Class != delivery.Never.String() && !slices.Contains(names, g.Name) {
			names = append(names, g.Name)
		}
	}
	for _, line := range groupLines(choice, false) {
		text += "\n  " + line
	}
	err := inputErrorf("%s", text)
	if len(names) > 0 {
		err = err.hint("to send to them all the same, name why they did not get it: --reason %s", strings.Join(names, ","))
	}
	return err
}

// withTotals is the report of a retry, with the numbers of the run and all its retries together.
type withTotals struct {
	*report.Report
	Together *chain.Totals `json:"together"`
}

// chainTotals are those of the run whose people were sent to again; nil where nobody was.
func (r *runner) chainTotals() (*chain.Totals, error) {
	if r.retry == nil {
		return nil, nil
	}
	c, err := r.retry.with(r.run)
	if err != nil {
		return nil, explainChain(err)
	}
	if c.Retries() == 0 {
		return nil, nil
	}
	return c.Totals()
}

// describeTotals says in a few lines what became of everybody, in a run and its retries together.
func describeTotals(t *chain.Totals) string {
	skipped := 0
	for _, n := range t.Skipped {
		skipped += n
	}
	parts := []string{prose.Thousands(t.Accepted) + " accepted"}
	for _, n := range []struct {
		people int
		what   string
	}{{t.Rejected, "rejected"}, {t.InDoubt, "in doubt"}, {t.LeftInDoubt, "left in doubt"}, {t.NotSent, "not sent"}, {skipped, "left out"}} {
		if n.people > 0 {
			parts = append(parts, prose.Thousands(n.people)+" "+n.what)
		}
	}
	text := fmt.Sprintf("together %s: %s, %s", prose.Listed(t.Runs), prose.Counted(t.Rows, "person", "people"), strings.Join(parts, ", "))
	if t.Heard {
		text += fmt.Sprintf("\n  of those accepted: %s delivered or read, %s failed, %s without a receipt that is final",
			prose.Thousands(t.Delivered+t.Read), prose.Thousands(t.Failed), prose.Thousands(t.Pending))
	}
	return text
}

// viewChain opens the run in dir and its retries for reading, with all their receipts. The caller calls close.
func (s *session) viewChain(ctx context.Context, dir string) (all []*runstore.Run, closeAll func(), err error) {
	var closers []func()
	closeAll = func() {
		for _, c := range closers {
			c()
		}
	}
	dirs, err := runstore.RetryDirs(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, dir := range append([]string{dir}, dirs...) {
		run, closeRun, err := s.view(ctx, dir)
		if err != nil {
			closeAll()
			return nil, nil, explainHeld(err, dir)
		}
		all, closers = append(all, run), append(closers, closeRun)
	}
	return all, closeAll, nil
}

// together counts, of a run that has retries, what became of everybody in all of them; nil where it has none.
func (s *session) together(ctx context.Context, dir string) (*chain.Totals, error) {
	if dirs, err := runstore.RetryDirs(dir); len(dirs) == 0 || err != nil {
		return nil, err
	}
	all, closeAll, err := s.viewChain(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer closeAll()
	c, err := chain.New(all[0], all[1:])
	if err != nil || c.Retries() == 0 {
		return nil, err
	}
	totals, err := c.Totals()
	if err != nil {
		return nil, explainChain(err)
	}
	return totals, nil
}

// dryRetry shows whom retry would send to, and leaves nothing.
func (r *runner) dryRetry(ctx context.Context) error {
	t := r.retry
	all, closeAll, err := r.viewChain(ctx, t.dir)
	if err != nil {
		return err
	}
	defer closeAll()
	t.first, t.earlier = all[0], all[1:]
	m := t.first.Meta()
	if err := refuseSeeds(m, t.dir); err != nil {
		return err
	}
	if err := r.mayRetry(m); err != nil {
		return err
	}
	r.flags.sandbox = m.Sandbox
	if n := len(t.earlier) - 1; n >= 0 && !t.earlier[n].Meta().State.Over() {
		if last := t.earlier[n].Meta(); len(last.Starts) > 0 {
			r.say("%s is unfinished, and retry goes on with it: sendoff status %s", last.Key, quote(t.earlier[n].Dir))
			return nil
		}
		t.earlier = t.earlier[:n]
	}
	c, err := chain.New(t.first, t.earlier)
	if err != nil {
		return err
	}
	choice, number, err := r.choose(c, m)
	if err != nil {
		return err
	}
	if err := r.retryCampaign(m); err != nil {
		return err
	}
	r.sayChoice(m, choice)
	t.prepare(c, choice, number)
	return r.dry(ctx, func(through *profile.Profile, templates templates, show func(*plan.Plan, *runstore.Run) error) error {
		key := runstore.RetryKey(m.Key, number)
		return r.aside(ctx, r.campaign, key, func(ctx context.Context, run *runstore.Run) error {
			p := place{sandbox: m.Sandbox}
			o := r.others(r.campaign, run, p)
			o.scope.Self = append(o.scope.Self, t.first.Dir)
			o.again, o.templates = t.again, templates
			built, err := r.buildPlan(ctx, o, r.flags.except, "", guardOf(through), r.plannedOptOuts(r.campaign, p, through))
			if err != nil {
				return err
			}
			return show(built, run)
		})
	})
}
