package sandbox

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Every line of the table of outcomes, on the numbers reserved for fiction in three countries.
func TestOutcomes(t *testing.T) {
	const queued = "SMS SUBMIT, SMS QUEUED_ON_CHANNEL, "
	for _, tc := range []struct{ number, want string }{
		{"+447700900001", queued + "SMS DELIVERED"},
		{"+447700900088", queued + "SMS DELIVERED, SMS STOP"},
		{"+447700900089", queued + "SMS DELIVERED, SMS OPT_OUT_SUCCEEDED"},
		{"+447700900990", queued + "SMS FAILED RECIPIENT_NOT_REACHABLE"},
		{"+12025550191", queued + "SMS READ"},
		{"+46701740692", queued + "SMS FAILED RECIPIENT_NOT_REACHABLE"},
		{"+447700900093", queued + "SMS FAILED RECIPIENT_NOT_OPTED_IN"},
		{"+447700900094", "SMS SUBMIT"},
		{"+447700900095", "SMS DELIVERED, SMS DELIVERED, SMS QUEUED_ON_CHANNEL, SMS QUEUED_ON_CHANNEL, SMS SUBMIT, SMS SUBMIT"},
		{"+447700900096", queued + "SMS DELIVERED"},
		{"+447700900097", queued + "SMS FAILED RATE_LIMITED"},
		{"+447700900098", strings.TrimSuffix(queued, ", ")},
		{"+447700900099", "SMS FAILED BAD_REQUEST"},
	} {
		t.Run(tc.number, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{}
				s := New(Config{Callbacks: Callbacks{Transport: r}})
				defer s.Close() // of what is late
				hook(t, s, onSubmit, onDelivery, onInbound, onOptOut)
				send(t, s, textTo(tc.number))
				time.Sleep(time.Hour)
				if got := strings.Join(r.told(t), ", "); got != tc.want {
					t.Errorf("told %s, want %s", got, tc.want)
				}
			})
		})
	}
}

func TestOutcomeLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{LateAfter: 5 * time.Hour})
		start := time.Now()
		send(t, s, textTo("+447700900098"))
		time.Sleep(24 * time.Hour)
		got := r.received()
		if late := got[len(got)-1].at.Sub(start); len(got) != 3 || late < 5*time.Hour || late > 5*time.Hour+time.Second {
			t.Errorf("%d callbacks, the last after %v", len(got), late)
		}
	})
}

// Each channel has its turn until one takes the message.
func TestChannelsSwitch(t *testing.T) {
	for _, tc := range []struct{ number, order, want string }{
		{"+447700900092", `[]`, "RCS SUBMIT, RCS QUEUED_ON_CHANNEL, RCS SWITCHING_CHANNEL RECIPIENT_NOT_REACHABLE, SMS SUBMIT, SMS QUEUED_ON_CHANNEL, SMS DELIVERED"},
		{"+447700900092", `["SMS","RCS"]`, "SMS SUBMIT, SMS QUEUED_ON_CHANNEL, SMS SWITCHING_CHANNEL RECIPIENT_NOT_REACHABLE, RCS SUBMIT, RCS QUEUED_ON_CHANNEL, RCS DELIVERED"},
		{"+447700900097", `[]`, "RCS SUBMIT, RCS QUEUED_ON_CHANNEL, RCS SWITCHING_CHANNEL RATE_LIMITED, SMS SUBMIT, SMS QUEUED_ON_CHANNEL, SMS FAILED RATE_LIMITED"},
		{"+447700900001", `["RCS","SMS"]`, "RCS SUBMIT, RCS QUEUED_ON_CHANNEL, RCS DELIVERED"},
		{"+447700900001", `["SMS","WHATSAPP"]`, "SMS FAILED CHANNEL_CONFIGURATION_MISSING"}, // though the first would do
	} {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{Channels: []string{"SMS", "RCS"}})
			sendWith(t, s, `{"channel_priority_order":`+tc.order+`,"recipient":{"identified_by":{"channel_identities":[
				{"channel":"RCS","identity":"`+tc.number+`"},{"channel":"SMS","identity":"`+tc.number+`"}]}}}`)
			time.Sleep(time.Minute)
			if got := strings.Join(r.told(t), ", "); got != tc.want {
				t.Errorf("%s %s: told %s, want %s", tc.number, tc.order, got, tc.want)
			}
		})
	}
}

// A message that finds no channel to go to is accepted, and fails.
func TestNoChannel(t *testing.T) {
	for order, want := range map[string]string{
		`[]`:      "RCS FAILED CHANNEL_CONFIGURATION_MISSING", // the app's
		`["SMS"]`: "RCS FAILED NO_CHANNELS_LEFT",              // the recipient's
	} {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{Channels: []string{"SMS"}})
			sendWith(t, s, `{"channel_priority_order":`+order+`,"recipient":{"identified_by":{"channel_identities":[
				{"channel":"RCS","identity":"+447700900001"}]}}}`)
			time.Sleep(time.Minute)
			if got := r.told(t); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: told %v, want %s", order, got, want)
			}
		})
	}
}

func TestTelegramReportsNoMore(t *testing.T) {
	scenes := Config{}.withDefaults().story([]channelIdentity{{Channel: "TELEGRAM"}}, Delivered)
	if len(scenes) != 2 || scenes[1].status != "QUEUED_ON_CHANNEL" {
		t.Errorf("scenes %+v", scenes)
	}
}

func TestOutcomesAreConfigured(t *testing.T) {
	c := Config{Outcomes: map[string]Outcome{"7": Read, "007": "CHANNEL_FAILURE", "": Silent}}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	for identity, want := range map[string]Outcome{"447700900007": "CHANNEL_FAILURE", "447700900017": Read, "447700900001": Silent, "": Silent} {
		if got := c.outcome(identity); got != want {
			t.Errorf("outcome(%q) = %q, want %q", identity, got, want)
		}
	}
	if got := (Config{Outcomes: map[string]Outcome{"7": Read}}).outcome("1"); got != Delivered {
		t.Errorf("outcome without an entry = %q", got)
	}
	for _, wrong := range []Outcome{"", "lost", "Read", "READ 1"} {
		if err := (Config{Outcomes: map[string]Outcome{"1": wrong}}).Check(); err == nil || !strings.Contains(err.Error(), "unknown outcome") {
			t.Errorf("Check() of %q = %v", wrong, err)
		}
	}
}

func TestReversed(t *testing.T) {
	got := reversed([]scene{{at: 1, status: "a"}, {at: 2, status: "b"}, {at: 5, status: "c"}})
	if want := []scene{{at: 1, status: "c"}, {at: 2, status: "b"}, {at: 5, status: "a"}}; !slices.Equal(got, want) {
		t.Errorf("reversed %v, want %v", got, want)
	}
}

// What people answer has the shape of the API, goes to those who listen to it alone, and is obeyed by the sandbox itself.
func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		s := New(Config{Callbacks: Callbacks{Transport: r}, Mode: Conversation})
		hook(t, s, onInbound, onOptOut)
		id := sendWith(t, s, `{"message_metadata":"m","correlation_id":"c","recipient":{"identified_by":{"channel_identities":[
			{"channel":"SMS","identity":"+447700900088"}]}}}`)
		optedOut := `{"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900089"}]}}}`
		sendWith(t, s, optedOut)
		time.Sleep(time.Minute)
		got := r.received()
		if len(got) != 2 {
			t.Fatalf("%d callbacks", len(got))
		}
		reply, notice := decodeAs[event](t, got[0].body), decodeAs[event](t, got[1].body)
		if m := reply.Message; m == nil || m.Direction != "TO_APP" || m.Content.Text.Text != "STOP" || m.Content.ReplyTo.MessageID != id || m.ContactID == "" ||
			m.Identity.Identity != "447700900088" || m.Metadata != "m" || reply.CorrelationID != "c" || m.ProcessingMode != Conversation {
			t.Errorf("reply %s", got[0].body)
		}
		if n := notice.OptOut; n == nil || n.Channel != "SMS" || n.Identity != "447700900089" || n.Status != "OPT_OUT_SUCCEEDED" || n.RequestID == "" || n.ContactID == "" {
			t.Errorf("notice %s", got[1].body)
		}
		list := call(t, s, "GET", "/apps/"+DefaultAppID+"/consents/"+optOutAll, "")
		if !strings.Contains(list.body, `"447700900089"`) || strings.Contains(list.body, "900088") {
			t.Errorf("list of those who opted out: %s", list.body)
		}
		sendWith(t, s, optedOut) // which fails now
		time.Sleep(time.Minute)
		if got := r.received(); len(got) != 2 {
			t.Errorf("after opting out: %s", got[2].body)
		}
	})
}
