package campaign

import "time"

// Canary says how many messages go out before everybody else's, and what the others wait for.
type Canary struct {
	Rows    int           // at least 1
	WaitFor CanaryWait    // what has to be known of them
	AtMost  time.Duration // how long that may take before the run stops; without a meaning where nobody waits
}

// CanaryWait says what the others wait for.
type CanaryWait string

// What there is to wait for.
const (
	CanaryAnswers   CanaryWait = "none"      // Sinch's answers alone
	CanaryDelivered CanaryWait = "delivered" // delivery receipts
)

// CanaryWaits are their names.
func CanaryWaits() []string { return []string{string(CanaryAnswers), string(CanaryDelivered)} }

// DefaultCanary is what holds where the campaign says nothing.
func DefaultCanary() Canary {
	return Canary{Rows: 10, WaitFor: CanaryAnswers, AtMost: 5 * time.Minute}
}

// Waits reports whether the others wait for delivery receipts.
func (c Canary) Waits() bool { return c.WaitFor == CanaryDelivered }

// Tolerates is how many of so many messages may fare badly: a fifth.
func (c Canary) Tolerates(of int) int { return of / 5 }

func canary(n *node) Canary {
	c := DefaultCanary()
	if rows := n.get("rows"); rows != nil {
		c.Rows = whole(rows)
	}
	if wait := n.get("wait_for"); wait != nil {
		c.WaitFor = CanaryWait(wait.text)
	}
	if most := n.get("at_most"); most != nil {
		c.AtMost = duration(most.text)
	}
	return c
}

func checkCanary(n *node, _ Value, label string) {
	if most := n.get("at_most"); most != nil && n.get("wait_for").string() != string(CanaryDelivered) {
		most.fail("without it nobody waits", "%s: at_most needs wait_for: delivered", label)
	}
}

func checkAtMost(n *node, _ Value, label string) {
	if d := duration(n.text); durationFormat().pattern.MatchString(n.text) && (d < 10*time.Second || d > 24*time.Hour) {
		n.fail("", "%s: 10s to 24h are possible", label)
	}
}
