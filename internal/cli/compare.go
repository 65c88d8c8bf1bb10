package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
	"sendoff/internal/suppress"
)

// compare holds campaign and settings against a run that has begun or ended. It returns true where there is nothing to do.
func (r *runner) compare(ctx context.Context) (over bool, err error) {
	m := r.run.Meta()
	changed := changedSince(m, r.campaign)
	audienceChanged := r.audienceChanged(ctx, m)
	switch {
	case m.State == runstore.Cancelled:
		return false, r.refuseCancelled(m)
	case !r.run.Begun() && !m.State.Done() && r.resume == "":
		return false, r.refuseLate() // nothing binds yet
	}
	if here := r.settings.pinned(""); len(m.Starts) > 0 && !sameDestination(m.Destination, here) {
		return false, refuseElsewhere(m, here).hint("for a new mailing through this one use another --run-key")
	}
	if err := r.checkCode(m); err != nil {
		return false, err
	}
	if err := r.settleByReceipts(); err != nil {
		return false, err
	}
	switch {
	case m.State.Done() && r.resume == "" && (changed || audienceChanged):
		return false, r.refuseUsed(ctx, m, changed)
	case m.State.Done():
		return true, r.sayFinishedBefore(m)
	case changed:
		return false, r.refuseChanged(m)
	case audienceChanged:
		r.warn("%s since the first message was sent; going on with the %s as they were then",
			audienceChange(m.AudienceFile, r.campaign), prose.Counted(m.Rows, "row", "rows"))
	case r.campaign.Audience.Name() == m.AudienceFile && !isStandardInput(r.campaign) && !fileExists(audiencePath(r.campaign)):
		r.warn("%s is not there any more; going on with the %s as they were when the first message was sent", prose.Printable(m.AudienceFile), prose.Counted(m.Rows, "row", "rows"))
	}
	if most := guardOf(r.settings.profile).Most(r.campaign.Limits.MaxRecipients); most > 0 && m.Eligible > most {
		return false, inputErrorf("%s has %s, and at most %s are allowed now (max_recipients). Nothing was sent now",
			m.Key, prose.Counted(m.Eligible, "recipient", "recipients"), prose.Thousands(most)).hint("raise the limit, or end the run for good: sendoff cancel %s", quote(r.run.Dir))
	}
	if err := r.checkMoney(m); err != nil {
		return false, err
	}
	if a := m.Approval; a.By != "" {
		r.say("plan %s, approved by %s, started by %s on %s", a.Code, a.By, a.User, clockTime(a.Time))
	}
	r.keepLists(m)
	r.sayInForce(m)
	rep, err := report.Collect(r.run)
	if err != nil || rep.NotSent > 0 || rep.Seeds.Waiting() {
		return false, err
	}
	// All that is left is doubt.
	if more, err := send.Doubtful(r.run, r.newSettler(nil), r.flags.inDoubt); more || err != nil {
		return false, err
	}
	if more, err := r.seedsDoubtful(); more || err != nil {
		return false, err
	}
	return true, r.finish(ctx, nil)
}

// refuseElsewhere refuses to go on with a run through another destination than it was begun through.
func refuseElsewhere(m runstore.Meta, here runstore.Destination) *inputError {
	hint, same := "to go on with it set SINCH_* back", here
	same.Profile = ""
	switch {
	case m.Destination.Profile == "" && sameDestination(m.Destination, same):
		hint = "to go on with it name no profile, neither by --profile nor in the campaign: it was begun without one"
	case m.Destination.Profile != "":
		hint = "to go on with it go through profile " + m.Destination.Profile + " as it was then"
	}
	return inputErrorf("%s was begun through %s; this is %s. Nothing was sent now",
		m.Key, describeDestination(m.Destination), describeDestination(here)).hint("%s", hint)
}

// refuseCancelled says what can be done instead of going on.
func (r *runner) refuseCancelled(m runstore.Meta) error {
	err := inputErrorf("%s was cancelled on %s. Nothing was sent now", m.Key, clockTime(m.Ended))
	if r.resume != "" {
		return err
	}
	key := r.freeKey(m, 'b')
	run := r.flags.withKey(key).arguments(r.path) + r.flags.feed.arguments()
	return err.hint("to send to those whom it has not reached: sendoff run %s%s", run, exceptArguments(r.kin(m))).
		hint("to send to everyone: sendoff run %s", run)
}

// refuseLate refuses a run that would not reach anybody any more.
func (r *runner) refuseLate() error {
	created := r.run.Meta().Created
	for _, end := range []struct {
		key string
		at  time.Time
	}{{"not_after", r.campaign.TooLate(created)}, {"expires", r.campaign.ExpiresAt(created)}} {
		if !end.at.IsZero() && !r.Now().Before(end.at) {
			err := inputErrorf("it is too late: %s was %s. Nothing was sent", end.key, clockTime(end.at))
			if r.retry != nil && end.key == "not_after" {
				err = err.hint("--not-after says until when it may be sent now")
			}
			return err
		}
	}
	return nil
}

// refuseUsed says of a run that has finished that it is not this one.
func (r *runner) refuseUsed(ctx context.Context, m runstore.Meta, changed bool) error {
	what := "the campaign file has changed since (what is sent, or to whom)"
	if !changed {
		what = audienceChange(m.AudienceFile, r.campaign) + " since"
	}
	named := r.flags.withKey(r.freeKey(m, '2'))
	run := named.arguments(r.path) + r.flags.feed.arguments()
	err := inputErrorf("the name %q has been used: that run finished on %s, and %s. Nothing was sent now", m.Key, clockTime(m.Ended), what)
	if n, sure := r.newcomers(ctx, named); n > 0 || !sure {
		who := "those who have not had it"
		if sure {
			who = "the " + prose.Counted(n, "person who was", "people who were") + " not in it"
		}
		err = err.hint("to send only to %s: sendoff run %s%s", who, run, exceptArguments(r.kin(m)))
	}
	return err.hint("to send to everyone, also to those who had the first one: sendoff run %s", run)
}

// newcomers counts the people whom the campaign would reach under another key, and whom this run has not. It returns false where that cannot be told.
func (r *runner) newcomers(ctx context.Context, p place) (n int, sure bool) {
	people, err := runs.Of(ctx, r.run)
	if err != nil {
		return 0, false
	}
	c := *r.campaign
	c.Limits, c.Audience.AllowEmpty = campaign.Limits{}, true // how many they are is the question
	err = r.aside(ctx, &c, p.key(&c, r.Now()), func(ctx context.Context, run *runstore.Run) error {
		o := r.others(&c, run, p)
		o.templates.read, _ = plan.Templates(r.run.Meta()) // without them it is an estimate
		o.known = []suppress.Sent{{Name: people.Name, Runs: people.Runs, Keys: people.Keys}}
		except := slices.DeleteFunc(r.kin(r.run.Meta()), func(key string) bool { return key == people.Name })
		built, err := r.buildPlan(ctx, o, append(except, r.flags.except...), "", guardOf(r.settings.profile), keptOptOuts(&c, r.optOutCopy()))
		if err == nil {
			n = built.Eligible
		}
		return err
	})
	return n, err == nil
}

// refuseChanged shows what has changed in the middle of a run, and the ways on.
func (r *runner) refuseChanged(m runstore.Meta) error {
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s has sent %s of %s, and %s has changed since:\n", m.Key, prose.Thousands(rep.Accepted), prose.Thousands(m.Eligible), filepath.Base(r.campaign.Path))
	for _, line := range difference(m.Sources, r.campaign.Sources) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteString("Nothing was sent now. Choose:\n")
	others, had, arguments := prose.Thousands(rep.NotSent), prose.Thousands(rep.Accepted), r.flags.arguments(r.path)
	old, anew := "with the OLD text for the other "+others, "the NEW text to the "+others+", not to the "+had
	if r.hasText(m.Sources) { // who is meant may be others now, so nobody knows how many
		old, anew = "as it was planned, with the other "+others, "as the campaign is now, not to the "+had
	}
	writeChoices(&b, [][2]string{
		{"sendoff resume " + arguments, "go on " + old},
		{"sendoff cancel " + arguments, "send nothing more, for good"},
		{fmt.Sprintf("sendoff run %s%s", r.flags.withKey(r.freeKey(m, 'b')).arguments(r.path)+r.flags.feed.arguments(), exceptArguments(r.kin(m))),
			"after cancelling: " + anew},
	})
	return inputErrorf("%s", strings.TrimRight(b.String(), "\n"))
}

// hasText reports whether a campaign as it was frozen has the texts that it has now.
func (r *runner) hasText(frozen []campaign.Source) bool {
	old, err := campaign.Parse(r.campaign.Path, frozen)
	if err != nil {
		return false // an older version has taken what this one refuses
	}
	text := func(c *campaign.Campaign) string {
		return digest(&campaign.Campaign{Message: c.Message, Translations: c.Translations, Params: c.Params})
	}
	return text(old) == text(r.campaign)
}

// writeChoices writes commands with what they do; what does not fit beside a command stands below it.
func writeChoices(b *strings.Builder, choices [][2]string) {
	const width = 42
	for _, c := range choices {
		if len(c[0]) < width {
			fmt.Fprintf(b, "  %-*s %s\n", width, c[0], c[1])
		} else {
			fmt.Fprintf(b, "  %s\n  %-*s %s\n", c[0], width, "", c[1])
		}
	}
}

// freeKey returns the run's key with the first suffix from first on that no run beside it has: spring-sale-2, spring-sale-b.
func (r *runner) freeKey(m runstore.Meta, first rune) string {
	for suffix := first; suffix != '9' && suffix != 'z'; suffix++ {
		key := m.Key + "-" + string(suffix)
		m, err := runstore.Glance(filepath.Join(filepath.Dir(r.run.Dir), runstore.DirName(key)))
		if errors.Is(err, fs.ErrNotExist) || err == nil && m.State == runstore.Planning && len(m.Starts) == 0 {
			return key
		}
	}
	return m.Key + "-new"
}

// kin are the keys of this run and of those that were made of it: whom it left out already, and the ones beside it with a key of [runner.freeKey].
func (r *runner) kin(m runstore.Meta) []string {
	keys := append(slices.Clone(m.Except), m.Key)
	for _, suffix := range "23456789bcdefghijklmnopqrstuvwxyz" {
		key := m.Key + "-" + string(suffix)
		if other, err := runstore.Glance(filepath.Join(filepath.Dir(r.run.Dir), runstore.DirName(key))); err == nil && other.Key == key && wasStarted(other) {
			keys = append(keys, key)
		}
	}
	return keys
}

// sayInForce names what has changed in the campaign file, and applies from now on, since it is not frozen with the run.
func (r *runner) sayInForce(m runstore.Meta) {
	old, err := campaign.Parse(r.campaign.Path, m.Sources)
	if err != nil {
		return // an older version has taken what this one refuses
	}
	var changed []string
	for _, part := range []struct {
		name     string
		old, now any
	}{
		{"pace", old.Pace, r.campaign.Pace}, {"limits", old.Limits, r.campaign.Limits}, {"not_after", old.NotAfter, r.campaign.NotAfter},
		{"not_before", old.NotBefore, r.campaign.NotBefore}, {"expires", old.Expires, r.campaign.Expires}, {"window", windowText(old), windowText(r.campaign)},
		{"in_doubt", old.InDoubt, r.campaign.InDoubt}, {"suppress", listNames(old), listNames(r.campaign)},
	} {
		if !reflect.DeepEqual(part.old, part.now) {
			changed = append(changed, part.name)
		}
	}
	if len(changed) > 0 {
		r.say("changed since this run began, and in force from now on: %s", strings.Join(changed, ", "))
	}
	if late := r.campaign.TooLate(m.Created); !late.IsZero() && !r.Now().Before(late) {
		r.warn("it is too late since %s (not_after): whoever was not sent to is left out as expired", clockTime(late))
	}
}

func listNames(c *campaign.Campaign) []string {
	names := make([]string, len(c.Suppress))
	for i, l := range c.Suppress {
		names[i] = l.File + l.Runs + " " + l.Within.String() + " " + l.MaxAge.String()
		if l.Sinch {
			names[i] = "sinch" + names[i]
		}
	}
	slices.Sort(names)
	return names
}

// sayFinishedBefore answers a command that has nothing left to do.
func (r *runner) sayFinishedBefore(m runstore.Meta) error {
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	r.outcome.report, r.outcome.nothingNew = rep, true
	if info, err := os.Stat(r.run.Path(runstore.RowsName)); m.Erased.IsZero() && (err != nil || info.ModTime().Before(m.Ended.Truncate(time.Second))) {
		// The last start ended before the lists were written: killed, or on a full disk.
		if rep, err = r.writeReport(true); err != nil {
			return err
		}
	}
	if r.flags.json {
		return r.printJSON(rep)
	}
	if !r.quiet {
		also := ""
		if rep.Rejected > 0 {
			also += fmt.Sprintf(", %s rejected", prose.Thousands(rep.Rejected))
		}
		if rep.LeftInDoubt > 0 {
			also += fmt.Sprintf(", %s left in doubt", prose.Thousands(rep.LeftInDoubt))
		}
		fmt.Fprintf(r.Stdout, "%s finished on %s (%s accepted%s). Nothing was sent now.\n", m.Key, clockTime(m.Ended), prose.Thousands(rep.Accepted), also)
	}
	return nil
}

// audienceChange says that the audience is not what it was when it had a name.
func audienceChange(was string, c *campaign.Campaign) string {
	if now := c.Audience.Name(); c.Audience.Run == "" && now != was {
		return prose.Printable(fmt.Sprintf("the audience has changed from %s to %s", shortened(was), shortened(now)))
	}
	return prose.Printable(was) + " has changed"
}

// audienceChanged reports whether the audience file differs from what was planned. A file that is gone does not count: the run has it frozen.
// Nor does standard input before the run is over: there is no telling whether anybody will ever write to it. Where a flag has named the audience,
// resume does not have that flag, and what the campaign names instead says nothing of it.
func (r *runner) audienceChanged(ctx context.Context, m runstore.Meta) bool {
	if m.AudienceDigest == "" || r.resume != "" && audienceArgument(m) != "" || isStandardInput(r.campaign) && (r.resume != "" || !m.State.Done()) {
		return false // nobody has to say again who the people are
	}
	sum, err := r.audienceDigest(ctx)
	return err == nil && sum != m.AudienceDigest
}

// windowText holds all of a window, to compare it by.
func windowText(c *campaign.Campaign) string {
	zone := ""
	if c.Window.Zone != nil {
		zone = c.Window.Zone.String()
	}
	return fmt.Sprint(c.Window.Any, c.Window.Hours, zone, c.Window.Holidays)
}
