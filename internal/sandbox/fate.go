package sandbox

import (
	"slices"
	"strings"
	"time"
)

// Outcome is what becomes of a message behind the queue: one of those below, or the code of the reason for which every
// channel fails it, such as RECIPIENT_NOT_REACHABLE. BAD_REQUEST fails before any channel.
type Outcome string

// The outcomes that are no failures.
const (
	Delivered Outcome = "delivered" // QUEUED_ON_CHANNEL, DELIVERED
	Read      Outcome = "read"      // QUEUED_ON_CHANNEL, READ, and no DELIVERED
	Switched  Outcome = "switched"  // delivered by the last channel to try; the others fail, as does one that is alone
	Silent    Outcome = "silent"    // no receipt ever
	Shuffled  Outcome = "shuffled"  // as delivered, but the last callback first, and every one twice
	Early     Outcome = "early"     // as delivered, before the answer to the request leaves
	Late      Outcome = "late"      // as delivered, [Config.LateAfter] later
	Stops     Outcome = "stops"     // as delivered, and then the person replies STOP
	OptsOut   Outcome = "opts_out"  // as delivered, and then the person is on the list of those who get no messages at all
)

// standardOutcomes returns the table of the package's documentation.
func standardOutcomes() map[string]Outcome {
	return map[string]Outcome{
		"88": Stops,
		"89": OptsOut,
		"90": "RECIPIENT_NOT_REACHABLE",
		"91": Read,
		"92": Switched,
		"93": "RECIPIENT_NOT_OPTED_IN",
		"94": Silent,
		"95": Shuffled,
		"96": Early,
		"97": "RATE_LIMITED",
		"98": Late,
		"99": "BAD_REQUEST",
	}
}

// known reports whether o is an outcome.
func (o Outcome) known() bool {
	switch o {
	case Delivered, Read, Switched, Silent, Shuffled, Early, Late, Stops, OptsOut:
		return true
	}
	return o.code() != "" && strings.Trim(string(o), "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// code returns the reason for which o fails; "" where it does not.
func (o Outcome) code() string {
	if o == "" || o[0] < 'A' || o[0] > 'Z' {
		return ""
	}
	return string(o)
}

// outcome returns what becomes of messages to an identity: what its longest ending that has an outcome says.
func (c Config) outcome(identity string) Outcome {
	for from := range identity {
		if o, ok := c.Outcomes[identity[from:]]; ok {
			return o
		}
	}
	if o, ok := c.Outcomes[""]; ok {
		return o
	}
	return Delivered
}

// scene is one thing that happens to a message, and that a callback tells.
type scene struct {
	at     time.Duration // since it left the queue
	on     channelIdentity
	status string // of the receipt; "": it is handed to the channel
	reason *reason
	answer Outcome // Stops or OptsOut: what the person does; it has no status
}

// story returns what happens to a message that is tried on some channels, one after the other.
func (c Config) story(attempts []channelIdentity, outcome Outcome) (scenes []scene) {
	var now time.Duration
	for i, on := range attempts {
		scenes = append(scenes, scene{at: now, on: on})
		if outcome == Silent {
			return scenes
		}
		scenes = append(scenes, scene{at: now, on: on, status: "QUEUED_ON_CHANNEL"})
		if outcome == Late {
			now += c.LateAfter
		} else if outcome != Early {
			now += c.ReceiptAfter
		}
		last := i == len(attempts)-1
		code := outcome.code()
		if outcome == Switched && (!last || i == 0) {
			code = "RECIPIENT_NOT_REACHABLE"
		}
		switch {
		case code != "" && last:
			return append(scenes, scene{at: now, on: on, status: "FAILED", reason: channelReason(code)})
		case code != "":
			scenes = append(scenes, scene{at: now, on: on, status: "SWITCHING_CHANNEL", reason: channelReason(code)})
			continue
		case on.Channel == "TELEGRAM": // which reports no more
		case outcome == Read:
			scenes = append(scenes, scene{at: now, on: on, status: "READ"})
		default:
			scenes = append(scenes, scene{at: now, on: on, status: "DELIVERED"})
		}
		if outcome == Stops || outcome == OptsOut {
			scenes = append(scenes, scene{at: now + c.ReceiptAfter, on: on, answer: outcome})
		}
		return scenes
	}
	return scenes
}

// reversed returns scenes with the last first, and the times as they were.
func reversed(scenes []scene) []scene {
	all := slices.Clone(scenes)
	slices.Reverse(all)
	for i := range all {
		all[i].at = scenes[i].at
	}
	return all
}

// doubled returns every scene twice.
func doubled(scenes []scene) (all []scene) {
	for _, sc := range scenes {
		all = append(all, sc, sc)
	}
	return all
}

// channelReason returns a reason that a channel gives.
func channelReason(code string) *reason {
	return &reason{Code: code, Description: "The underlying channel reported: " + inWords(code), SubCode: "UNSPECIFIED_SUB_CODE"}
}

// ownReason returns a reason that the API gives before any channel.
func ownReason(code string) *reason {
	return &reason{Code: code, Description: inWords(code), SubCode: "UNSPECIFIED_SUB_CODE"}
}

// inWords returns a code as a sentence has it.
func inWords(code string) string { return strings.ReplaceAll(strings.ToLower(code), "_", " ") }
