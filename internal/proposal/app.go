package proposal

import (
	"fmt"
	"math"
	"time"

	"sendoff/internal/prose"
)

// App is what sending does to the app that it goes through, and what that keeps and does anyway.
type App struct {
	Mode     string  `json:"mode"`               // in which it processes these messages
	Days     int     `json:"retention_days"`     // for how long Sinch keeps their texts; 0: not at all
	Contacts bool    `json:"creates_contacts"`   // whoever gets a message becomes a contact with a conversation
	Rate     float64 `json:"rate"`               // messages a second that it hands on
	Queue    int64   `json:"queue"`              // messages that wait for that now
	Webhooks *int    `json:"webhooks,omitempty"` // to which callbacks of these messages go; nil: nobody knows

	Receipts []string `json:"receipts_to,omitempty"` // the hosts of those webhooks that hear what became of messages

	Callbacks    int     `json:"callbacks_per_message,omitempty"` // to all webhooks together, by estimate
	CallbackRate float64 `json:"callback_rate,omitempty"`         // callbacks a second that it makes at most; 0: nobody knows
}

// effects says in a sentence each what sending to so many people, at so many a second, does to the app, as far as it does anything.
func (a *App) effects(people int, rate float64) []string {
	var sentences []string
	add := func(format string, args ...any) { sentences = append(sentences, fmt.Sprintf(format, args...)) }
	if a.Contacts {
		add("The app is in CONVERSATION mode: up to %s would be created at Sinch and kept %s. For a campaign set processing_strategy: DISPATCH_ONLY.",
			prose.Counted(people, "contact and conversation", "contacts and conversations"), prose.Counted(a.Days, "day", "days"))
	}
	if n := people * a.Callbacks; n > 0 {
		add("%s: about %s over the next %s.%s callback_url sends them elsewhere.", Receive(*a.Webhooks), prose.About(n),
			prose.Lasting(takes(people, rate)), a.lag(people, rate))
		if len(a.Receipts) > 0 {
			sentences = append(sentences, a.ReceiptsGo())
		}
	}
	if takes(int(a.Queue), a.Rate) >= 2*time.Second { // less is always on its way
		sentences = append(sentences, Waiting(a.Queue, a.Rate, "of others"))
	}
	return sentences
}

// ReceiptsGo says where delivery receipts go to, by host.
func (a *App) ReceiptsGo() string {
	if len(a.Receipts) == 0 {
		return "No webhook hears of MESSAGE_DELIVERY, so that nobody gets delivery receipts."
	}
	return "Delivery receipts go to " + prose.Listed(a.Receipts) + "."
}

// ReceiptsTake is how long the app takes to make the callbacks of messages to so many people; 0 where nobody knows.
func (a *App) ReceiptsTake(people int) time.Duration {
	if a.CallbackRate <= 0 {
		return 0
	}
	return takes(people*a.Callbacks, a.CallbackRate)
}

// Waiting says what waits in an app's queue already, of whom, and for how long.
func Waiting(queue int64, rate float64, whose string) string {
	them := "them"
	if queue == 1 {
		them = "it"
	}
	return fmt.Sprintf("The queue already holds %s %s: it takes %s to send %s on.",
		prose.Counted(queue, "message", "messages"), whose, prose.Lasting(takes(int(queue), rate)), them)
}

// Receive says of how many webhooks this is about.
func Receive(webhooks int) string {
	return prose.Counted(webhooks, "webhook receives", "webhooks receive") + " this app's callbacks"
}

// lag says how late the last callbacks come, where the app makes them more slowly than messages cause them.
func (a *App) lag(people int, rate float64) string {
	if a.CallbackRate <= 0 {
		return ""
	}
	late := takes(people*a.Callbacks, a.CallbackRate) - takes(people, rate)
	if late < time.Minute {
		return ""
	}
	return fmt.Sprintf(" The app makes %v a second, so the last come %s late.", a.CallbackRate, prose.Lasting(late))
}

// takes is how long so many take at so many a second.
func takes(n int, rate float64) time.Duration {
	return time.Duration(min(float64(n)/rate*float64(time.Second), math.MaxInt64/2))
}
