package notify

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Message is how a start of a run ended. It holds no personal data and no secrets. Its JSON form is what webhooks get.
type Message struct {
	Schema   int    `json:"schema"` // 1
	Event    string `json:"event"`  // "end"
	Campaign string `json:"campaign"`
	RunKey   string `json:"run_key"`
	State    string `json:"state"` // of the run; empty where it was not got as far as a run
	ExitCode int    `json:"exit_code"`
	Reason   string `json:"reason"`
	Sandbox  bool   `json:"sandbox"`
	// Totals are nil where nothing was counted.
	Totals  *Totals   `json:"totals,omitempty"`
	Started time.Time `json:"started"` // this start, not the run's first
	Ended   time.Time `json:"ended"`
	Host    string    `json:"host"`
	Version string    `json:"version"`
}

// Totals are what became of the rows of a run, by the names of report.json.
type Totals struct {
	Rows             int            `json:"rows"`
	Skipped          map[string]int `json:"skipped"`
	Accepted         int            `json:"accepted"`
	Rejected         int            `json:"rejected"`
	InDoubt          int            `json:"in_doubt"`
	LeftInDoubt      int            `json:"left_in_doubt"`
	NotSent          int            `json:"not_sent"`
	AfterServerError int            `json:"after_server_error"`
}

// maxReason is how many characters of a reason are told: a campaign with fifty problems has a long one.
const maxReason = 500

// complete fills in what is the same in all messages, and bounds the reason.
func (m Message) complete() Message {
	m.Schema, m.Event = 1, "end"
	if reason := []rune(m.Reason); len(reason) > maxReason {
		m.Reason = string(reason[:maxReason]) + "…"
	}
	return m
}

func (m Message) json() []byte { return encode(m) }

// slack is the message as Slack's incoming webhooks take it, and those of Mattermost and others after them.
func (m Message) slack() []byte {
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(m.text()) // what Slack would read as links and mentions
	return encode(map[string]string{"text": text})
}

// encode writes JSON as it is read: the characters that only matter within HTML stay what they are.
func encode(v any) []byte {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // texts, numbers and times can always be encoded
	return []byte(b.String())
}

// text is the message in at most six lines for people.
func (m Message) text() string {
	name := m.RunKey
	if name == "" {
		name = "sendoff"
	}
	lines := []string{fmt.Sprintf("%s on %s: %s, exit code %d", name, m.Host, m.outcome(), m.ExitCode)}
	if m.Sandbox {
		lines = append(lines, "SANDBOX: nothing was sent to anyone")
	}
	if m.Reason != "" {
		reason := strings.Split(m.Reason, "\n")
		lines = append(lines, reason[:min(len(reason), 2)]...)
		if len(reason) > 2 {
			lines = append(lines, "…")
		}
	}
	if t := m.Totals; t != nil {
		lines = append(lines, t.text())
	}
	return strings.Join(lines, "\n")
}

func (m Message) outcome() string {
	switch {
	case m.State == "":
		return "did not begin"
	case m.Totals == nil:
		return "failed"
	}
	return m.State
}

// text lists the states that occur, and always accepted.
func (t *Totals) text() string {
	parts := []string{fmt.Sprintf("%d accepted", t.Accepted)}
	for _, part := range []struct {
		count int
		state string
	}{
		{t.Rejected, "rejected"}, {t.InDoubt, "in doubt"}, {t.LeftInDoubt, "left in doubt"}, {t.NotSent, "not yet sent"}, {t.skipped(), "left out"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.state))
		}
	}
	return fmt.Sprintf("%s; %d rows", strings.Join(parts, ", "), t.Rows)
}

func (t *Totals) skipped() int {
	sum := 0
	for _, n := range t.Skipped {
		sum += n
	}
	return sum
}
