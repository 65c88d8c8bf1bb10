package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/send"
)

// testResult is what became of a test, for machines.
type testResult struct {
	Message  string          `json:"message,omitempty"` // what has to be read before anything else
	Schema   int             `json:"schema"`
	Campaign string          `json:"campaign"`
	RunKey   string          `json:"run_key"`
	Sandbox  bool            `json:"sandbox"`
	ExitCode int             `json:"exit_code"`
	Reason   string          `json:"reason"`
	Seeds    int             `json:"seeds"` // who were sent to, or were to be
	Messages []messageResult `json:"messages"`
}

// messageResult is what became of one message. The seed is masked.
type messageResult struct {
	Seed      string           `json:"seed"`
	SeedLine  int              `json:"seed_line"`
	Line      int              `json:"line"` // of the audience, whose message it was
	Channel   campaign.Channel `json:"channel"`
	State     string           `json:"state"`
	MessageID string           `json:"message_id,omitempty"`
	Detail    string           `json:"detail,omitempty"`
}

// finish says what became of the messages, and remembers the test.
func (t *trial) finish(stop *send.Stop) error {
	result := testResult{
		Schema: 1, Campaign: t.campaign.Name, RunKey: t.run.Meta().Key, Sandbox: t.flags.sandbox, Seeds: t.seedsOf(t.messages),
	}
	if t.flags.sandbox {
		result.Message = "SANDBOX: nothing was sent to anyone"
	}
	counts, entries := map[ledger.State]int{}, t.outbox.Ledger.Reader()
	var accepted []tried
	for i, message := range t.messages {
		e, err := entries.Entry(uint32(i))
		if err != nil {
			return err
		}
		if e.State.Sendable() {
			e.State = ledger.None
		}
		counts[e.State]++
		if e.State == ledger.Accepted {
			accepted = append(accepted, message)
		}
		one := messageResult{
			Seed: message.seed.Masked(), SeedLine: message.seed.Line, Line: message.row.Line, Channel: t.renderer.First(&message.seed),
			State: e.State.String(), MessageID: e.MessageID, Detail: e.Detail,
		}
		if e.State == ledger.Skipped {
			one.Detail = report.Why(&e)
		}
		result.Messages = append(result.Messages, one)
	}
	result.ExitCode, result.Reason = judgeTest(stop, counts)
	if !t.flags.sandbox && len(accepted) > 0 {
		t.remember(accepted)
	}
	if t.flags.json {
		if err := t.printJSON(result); err != nil {
			return err
		}
	} else {
		t.printTest(result)
	}
	again := t.flags.arguments(t.path) + t.flags.feed.arguments() + flagArgument(t.campaign, t.flags.profile)
	if result.ExitCode == exitOK {
		t.say("next: sendoff run %s", again+exceptArguments(t.flags.except))
		return nil
	}
	return &outcomeError{code: result.ExitCode, reason: result.Reason, said: !t.flags.json}
}

// judgeTest returns the exit code of a test, and why it is not 0.
func judgeTest(stop *send.Stop, counts map[ledger.State]int) (code int, reason string) {
	is := func(n int) string { return prose.Counted(n, "message", "messages") }
	doubtful, rejected := counts[ledger.InDoubt]+counts[ledger.Begun], counts[ledger.Rejected]
	switch {
	case stop != nil && (stop.Cause == send.Refused || counts[ledger.None] > 0):
		return stopCode(stop), stop.Reason
	case doubtful > 0:
		return exitDoubt, is(doubtful) + " in doubt: nobody knows whether Sinch took them"
	case rejected > 0:
		return exitRejections, is(rejected) + " rejected by Sinch"
	case counts[ledger.Accepted] == 0:
		return exitInput, "no seed may be written to any more, so nothing was sent"
	}
	return exitOK, ""
}

func (t *trial) printTest(result testResult) {
	if result.Message != "" {
		fmt.Fprintln(t.Stdout, result.Message)
	}
	width, channel := 0, 0
	for _, m := range result.Messages {
		width, channel = max(width, utf8.RuneCountInString(m.Seed)), max(channel, len(m.Channel))
	}
	for _, m := range result.Messages {
		what := m.MessageID
		if what == "" {
			what = prose.Printable(m.Detail)
		}
		line := fmt.Sprintf("%-*s  %-*s  %-9s %-9s %s", width, m.Seed, channel, m.Channel, fmt.Sprintf("line %d", m.Line), strings.ReplaceAll(m.State, "_", " "), what)
		fmt.Fprintln(t.Stdout, strings.TrimRight(line, " "))
	}
	if result.Reason != "" {
		fmt.Fprintln(t.Stdout, result.Reason)
	}
}

// remember has the screen before sending say that the campaign was tried.
func (t *trial) remember(accepted []tried) {
	test := runstore.Test{
		Time: t.Now(), Seeds: t.seedsOf(accepted), Messages: len(accepted), CampaignDigest: t.digest, AppID: t.settings.destination.AppID,
	}
	if p := t.settings.profile; p != nil {
		test.Profile = p.Name
	}
	if err := runstore.RecordTest(t.campaign.Dir(), t.campaign.Name, test); err != nil {
		t.warn("warning: nobody will remember this test: %v", err)
	}
}
