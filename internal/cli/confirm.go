package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// confirm shows what would be sent and asks. A sandbox run is not asked about: nobody gets anything.
func (r *runner) confirm(ctx context.Context) error {
	m := r.run.Meta()
	if r.flags.sandbox {
		r.say("SANDBOX: nothing will be sent to anyone")
	}
	fresh := r.plan != nil
	if fresh && !r.quiet && !r.flags.sandbox {
		r.showScreen(r.Stderr, m)
	}
	if r.flags.confirm != "" {
		if n, _ := parseCount(r.flags.confirm); n != m.Eligible {
			return inputErrorf("--confirm says %s, and the plan has %s. Nothing was sent", r.flags.confirm, prose.Thousands(m.Eligible))
		}
		return nil
	}
	if r.flags.sandbox {
		return nil
	}
	if r.flags.yes {
		if r.campaign.Limits.MaxRecipients == 0 && guardOf(r.settings.profile).MaxRecipients == 0 && fresh {
			r.say("warning: --yes without limits.max_recipients in the campaign sends to however many people the audience has")
		}
		return nil
	}
	if !isTerminal(r.Stdin) && !fresh {
		return inputErrorf("going on asks for confirmation, and this is no terminal. Nothing was sent now").hint("--yes goes on")
	}
	if !isTerminal(r.Stdin) {
		return inputErrorf("a real send asks for confirmation, and this is no terminal. Nothing was sent").
			hint("--confirm %d sends if the plan still has exactly as many recipients; --yes sends to however many there are", m.Eligible)
	}
	if fresh {
		return r.askForCount(ctx, m.Eligible)
	}
	return r.askToGoOn(ctx)
}

// leaving is what a person gets who does not confirm.
func leaving() error { return inputErrorf("not confirmed. Nothing was sent") }

func (r *runner) askForCount(ctx context.Context, want int) error {
	answer, err := r.ask(ctx, fmt.Sprintf("Type %d to send, or press Enter to leave without sending: ", want))
	if err != nil {
		return err
	}
	if n, ok := parseCount(answer); !ok || n != want {
		return leaving()
	}
	return nil
}

func (r *runner) askToGoOn(ctx context.Context) error {
	rep, err := report.Collect(r.run)
	if err != nil {
		return err
	}
	question := fmt.Sprintf("Go on with the remaining %s?", prose.Thousands(rep.NotSent))
	switch {
	case rep.NotSent > 0:
	case rep.Seeds.Waiting():
		question = fmt.Sprintf("Send the last %s?", prose.Counted(rep.Seeds.NotSent, "message to seeds", "messages to seeds"))
	case rep.InDoubt == 0 && rep.Seeds != nil:
		question = fmt.Sprintf("Have Sinch asked about %s in doubt?", prose.Counted(rep.Seeds.InDoubt, "message to seeds", "messages to seeds"))
	default:
		question = fmt.Sprintf("Have Sinch asked about %s in doubt, and send again to whom it did not take?",
			prose.Counted(rep.InDoubt, "recipient", "recipients"))
	}
	r.warn("%s through %s: %s accepted", rep.RunKey, describeDestination(r.settings.pinned(r.app.DisplayName)), prose.Thousands(rep.Accepted))
	if agreed, err := r.agrees(ctx, question); agreed || err != nil {
		return err
	}
	return leaving()
}

// agrees asks a question. Anything but y or yes is no.
func (s *session) agrees(ctx context.Context, question string) (bool, error) {
	answer, err := s.ask(ctx, question+" [y/N] ")
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, err
	}
	return false, err
}

// ask reads one line. A signal while it waits ends it: the line is left to a reader that nobody listens to any more.
func (s *session) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(s.Stderr, question)
	answered := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.Stdin).ReadString('\n') // an end without a line is an answer too: no
		answered <- line
	}()
	select {
	case line := <-answered:
		return line, nil
	case <-ctx.Done():
		fmt.Fprintln(s.Stderr)
		return "", ctx.Err()
	}
}

// showScreen is what a person would sign: what, through what, to whom, when.
func (r *runner) showScreen(w io.Writer, m runstore.Meta) {
	c := r.campaign
	first := "About to send REAL messages through Sinch."
	if r.settings.destination.Endpoint != "" {
		first = "About to send messages to " + r.settings.destination.Endpoint + ", not to Sinch's own hosts."
	}
	row := func(label, format string, args ...any) {
		fmt.Fprintf(w, "  %-9s %s\n", label, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(w, "\n%s\n\n", first)
	row("what", "%s · %s · %s", m.Key, contentType(c.MessageContentType), channels(c))
	row("through", "%s", describeDestination(r.settings.pinned(r.app.DisplayName)))
	row("to", "%s    %s%s", prose.Counted(m.Eligible, "person", "people"), prose.Counted(m.Rows, "row", "rows"), leftOut(r.plan))
	printWhere(row, r.plan.Where)
	if guessed := describeEncoding(r.plan.File); r.plan.File.Confidence < 100 && guessed != "" {
		row("read as", "%s", guessed)
	}
	row("when", "now, %v a second: about %s", r.rate, period(m.Eligible, r.rate, c.TimeZone))
	if late := r.tooLate(); !late.IsZero() {
		if n := m.Eligible - int(max(time.Until(late), 0).Seconds()*r.rate); n > 0 {
			row("", "too late at %s (not_after): about %s would not get it", clockTime(late), prose.Counted(n, "person", "people"))
		}
	}
	row("cost", "unknown: sendoff has no prices")
	showSeeds(row, c, r.plan)
	row("checked", "%s · %s", r.tested(), lists(m.Lists, c.NoSuppress, r.Now()))
	showOnlyTo(row, m.Lists)
	if n := warnings(r.plan); n > 0 {
		row("warnings", "%s: sendoff check %s", prose.Counted(n, "kind", "kinds"), quote(r.path)+r.flags.feed.arguments())
	}
	storage := r.storage()
	for i, line := range explainStorage(storage) {
		row([]string{"storage", ""}[min(i, 1)], "%s", line)
	}
	if storage.Mode == runstore.Conversation && m.Columns.OwnOf(campaign.Contact) < 0 {
		row("note", "%s", explainContacts(storage, m.Eligible))
	}
	for _, t := range m.Templates {
		row("template", "%s", describeTemplate(t))
	}
	if r.templates.WhatsApp(c) {
		row("note", "%s", whatsAppNote)
	}
	if n := r.app.QueueSize; n > 0 {
		row("note", "%s already in the app's queue, ahead of these", prose.Counted(n, "message is", "messages are"))
	}
	fmt.Fprintln(w)
	printSamples(w, r.plan.Samples)
	fmt.Fprintln(w)
}

func contentType(name string) string {
	return strings.ToLower(strings.TrimPrefix(name, "CONTENT_"))
}

func channels(c *campaign.Campaign) string {
	names := make([]string, len(c.ChannelPriorityOrder))
	for i, ch := range c.ChannelPriorityOrder {
		names[i] = string(ch)
	}
	text := strings.Join(names, ", else ")
	if sender := c.ChannelProperties.Get("SMS_SENDER"); sender.Kind == campaign.String {
		text += fmt.Sprintf(" from %q", sender.Text)
	}
	return text
}

// period says how long it takes, and until when, on the clock of the campaign or of this machine.
func period(n int, perSecond float64, zone *time.Location) string {
	if zone == nil {
		zone = time.Local
	}
	takes := time.Duration(float64(n) / perSecond * float64(time.Second))
	now := time.Now().In(zone)
	end, layout := now.Add(takes), "15:04 MST"
	if now.Format(time.DateOnly) != end.Format(time.DateOnly) {
		layout = timeLayout
	}
	return fmt.Sprintf("%v, until %s", max(takes.Round(time.Second), time.Second), end.Format(layout))
}

// lists says who is left out: opt-outs, and people of other runs.
func lists(all []runstore.List, none bool, now time.Time) string {
	var texts []string
	for _, l := range all {
		switch {
		case l.Runs != "" || l.Only:
		case l.Sinch != nil:
			texts = append(texts, describeOptOuts(l, now))
		default:
			entries := prose.Counted(l.Entries, "entry", "entries")
			if l.Ignored > 0 {
				entries += ", " + prose.Counted(l.Ignored, "unreadable line", "unreadable lines") + " ignored"
			}
			texts = append(texts, fmt.Sprintf("%s (%s, of %s)", l.File, entries, clockTime(l.Modified)))
		}
	}
	text := "opt-outs: " + strings.Join(texts, ", ")
	switch {
	case len(texts) > 0:
	case none:
		text = "nobody is left out as opted out: suppress is none"
	default:
		text = "nobody is left out as opted out: no list is named under suppress"
	}
	return text + peopleLists(all)
}

// showOnlyTo names the lists outside of which nobody gets a message.
func showOnlyTo(row func(label, format string, args ...any), all []runstore.List) {
	for _, l := range all {
		if l.Only {
			row("only to", "%s (%s, of %s): it leaves out %s", l.File, prose.Counted(l.Entries, "entry", "entries"), clockTime(l.Modified),
				prose.Counted(l.Matches, "row", "rows"))
		}
	}
}
