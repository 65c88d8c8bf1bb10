package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/report"
)

// confirm shows what would be sent and asks. A sandbox run is not asked about: nobody gets anything.
func (r *runner) confirm(ctx context.Context) error {
	m := r.run.Meta()
	if r.flags.sandbox {
		r.say("SANDBOX: nothing will be sent to anyone")
	}
	fresh := r.plan != nil
	switch {
	case r.quiet || r.flags.sandbox:
	case fresh:
		r.showScreen(ctx)
	case r.app.QueueSize > 0:
		r.say("%s", proposal.Waiting(r.app.QueueSize, drainOf(r.app), "of this run or others"))
	}
	if err := r.askForApprover(ctx); err != nil {
		return err
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
	switch n, ok := parseCount(answer); {
	case ok && n == want:
	case strings.TrimSpace(answer) == "":
		return leaving()
	default:
		return inputErrorf("that is not %d, the number of people. Nothing was sent", want)
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

// showScreen shows what a person is asked about.
func (r *runner) showScreen(ctx context.Context) {
	first := "About to send REAL messages through Sinch."
	if endpoint := r.settings.destination.Endpoint; endpoint != "" {
		first = "About to send messages to " + endpoint + ", not to Sinch's own hosts."
	}
	fmt.Fprintf(r.Stderr, "\n%s\n\n", first)
	r.proposal(ctx).Screen(r.Stderr, r.width(r.Stderr))
}
