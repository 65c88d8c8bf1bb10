package cli

import (
	"slices"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/send"
	"sendoff/internal/sinch"
)

func TestWhySlow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 7, 18, 0, 0, time.UTC) // Monday, 08:18 in Berlin
	nine := send.Hindrance{Kind: send.HinderedByHours, Text: "waiting for 09:00 in Berlin", Until: now.Add(42 * time.Minute), People: 3120}
	wait := send.Hindrance{Kind: send.HinderedByWait, Text: "Sinch asks for patience", Until: now.Add(50 * time.Second)}
	queue := send.Hindrance{Kind: send.HinderedByQueue, Text: "1,200 of ours wait at Sinch, which hands on 20 a second"}
	warm := send.Hindrance{Kind: send.HinderedByWarmUp, Text: "the rate still rises"}
	slice := send.Hindrance{Kind: send.HinderedBySlice, Text: "country FR was halted", People: 1}
	for _, tc := range []struct {
		name    string
		found   []send.Hindrance
		limit   string
		lines   []string
		shortly string
	}{
		{"nothing", nil, "", nil, ""},
		{"a limit", nil, "as fast as the app hands on", []string{"as fast as the app hands on"}, ""},
		{"hours", []send.Hindrance{nine}, "",
			[]string{"why it is slow: waiting for 09:00 in Berlin: 3,120 people (until 09:00 CET, in 42 minutes)"}, "waiting for 09:00 in Berlin"},
		{"soon", []send.Hindrance{wait}, "",
			[]string{"why it is slow: Sinch asks for patience (until 08:18:50 CET, in 50 s)"}, "Sinch asks for patience, until 08:18:50 CET"},
		{"over", []send.Hindrance{{Kind: send.HinderedByWait, Text: "Sinch asks for patience", Until: now}}, "",
			[]string{"why it is slow: Sinch asks for patience"}, "Sinch asks for patience"},
		{"tomorrow", []send.Hindrance{{Kind: send.HinderedByOutage, Text: "no answer", Until: now.Add(26 * time.Hour)}}, "",
			[]string{"why it is slow: no answer (until Tue 10:18 CET, in 26 h)"}, "no answer, until Tue 10:18 CET"},
		{"next month", []send.Hindrance{{Kind: send.HinderedByStart, Text: "waiting for not_before, 23 Dec 2026 07:18 UTC", Until: now.AddDate(0, 1, 0)}}, "",
			[]string{"why it is slow: waiting for not_before, 23 Dec 2026 07:18 UTC (in 30 days)"}, "waiting for not_before, 23 Dec 2026 07:18 UTC"},
		{"others later", []send.Hindrance{later(nine, 1800, now.Add(26*time.Hour))}, "",
			[]string{"why it is slow: waiting for 09:00 in Berlin: 3,120 people (until 09:00 CET, in 42 minutes); 1,800 people later, the last from Tue 10:18 CET on"},
			"waiting for 09:00 in Berlin"},
		{"three", []send.Hindrance{nine, queue, slice}, "", []string{
			"why it is slow: waiting for 09:00 in Berlin: 3,120 people (until 09:00 CET, in 42 minutes)",
			"  and: 1,200 of ours wait at Sinch, which hands on 20 a second",
			"  and: country FR was halted: 1 person",
		}, "waiting for 09:00 in Berlin"},
		{"many", []send.Hindrance{wait, queue, warm, slice}, "as fast as the app hands on", []string{
			"why it is slow: Sinch asks for patience (until 08:18:50 CET, in 50 s)",
			"  and: 1,200 of ours wait at Sinch, which hands on 20 a second",
			"  and for 2 reasons more",
		}, "Sinch asks for patience, until 08:18:50 CET"},
	} {
		st := status{Hindrances: tc.found, Limit: tc.limit}
		if got := st.slow(berlin, now); !slices.Equal(got, tc.lines) {
			t.Errorf("%s:\n%q, want\n%q", tc.name, got, tc.lines)
		}
		if got := shortly(tc.found, berlin, now); got != tc.shortly {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.shortly)
		}
	}
}

// later is h with people whom it keeps back for longer.
func later(h send.Hindrance, people int, last time.Time) send.Hindrance {
	h.Later, h.Last = people, last
	return h
}

func TestTimeLeft(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	hours := func(people int, in time.Duration) send.Hindrance {
		return send.Hindrance{Kind: send.HinderedByHours, People: people, Until: now.Add(in)}
	}
	for _, tc := range []struct {
		name      string
		people    int64
		perSecond float64
		found     []send.Hindrance
		want      time.Duration
		isHeld    bool
	}{
		{"nobody is left", 0, 20, nil, 0, false},
		{"nobody knows how fast", 100, 0, nil, 0, false},
		{"a fraction", 3, 0.5, nil, 6 * time.Second, false},
		{"all wait", 1200, 20, []send.Hindrance{hours(1200, time.Hour)}, time.Hour + time.Minute, true},
		{"before it begins", 1200, 20, []send.Hindrance{{Kind: send.HinderedByStart, Until: now.Add(time.Hour)}}, time.Hour + time.Minute, true},
		{"some wait, and are the last", 7200, 20, []send.Hindrance{hours(1200, time.Hour)}, time.Hour + time.Minute, false},
		{"some wait less long than the others take", 1_440_000, 20, []send.Hindrance{hours(1200, time.Hour)}, 20 * time.Hour, false},
		{"others wait for longer", 2400, 20, []send.Hindrance{later(hours(1200, time.Hour), 1200, now.Add(9*time.Hour))}, 9*time.Hour + time.Minute, true},
		{"it is over", 1200, 20, []send.Hindrance{hours(1200, -time.Hour)}, time.Minute, true},
		{"an outage", 1200, 20, []send.Hindrance{{Kind: send.HinderedByOutage}}, 0, true},
		{"only slower", 1200, 20, []send.Hindrance{{Kind: send.HinderedByWarmUp, Until: now.Add(time.Hour)}, {Kind: send.HinderedByQueue}}, time.Minute, false},
	} {
		if got := timeLeft(tc.people, tc.perSecond, tc.found, now); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		if got := heldBack(tc.found, tc.people); got != tc.isHeld {
			t.Errorf("%s: held back %v", tc.name, got)
		}
	}
}

func TestLimit(t *testing.T) {
	for _, tc := range []struct {
		rate, flag     string
		drain, reached float64
		want           string
	}{
		{"auto", "", 20, 19, "as fast as the app hands on"},
		{"auto", "", 2000, 790, "as fast as Sinch takes requests of one project: 800 a second"},
		{"80%", "", 20, 16, "as fast as rate: 80% allows"},
		{"5", "", 20, 5, "as fast as rate: 5 allows"},
		{"80%", "50%", 20, 10, "as fast as --rate 50% allows"},
		{"80%", "auto", 20, 20, "as fast as the app hands on"},
		{"auto", "", 20, 3, ""}, // it has just begun, say
	} {
		rate, err := campaign.ParseRate(tc.rate)
		if err != nil {
			t.Fatal(err)
		}
		r := &runner{app: &sinch.App{OutboundRate: tc.drain}, campaign: &campaign.Campaign{Pace: campaign.Pace{Rate: rate}}}
		r.session = new(session)
		r.flags.rate = tc.flag
		if err := r.chooseRate(); err != nil {
			t.Fatal(err)
		}
		r.progress.Rate.Store(int64(r.rate))
		if got := r.limit(tc.reached); got != tc.want {
			t.Errorf("%+v: %q", tc, got)
		}
	}
}

func TestBacklogInWords(t *testing.T) {
	for _, tc := range []struct {
		queue, ours int64
		want        string
	}{
		{0, 0, "nothing waits in the app's queue; it hands on 20 a second"},
		{98, 100, "98 messages wait in the app's queue, about 98 of this run; it hands on 20 a second"},
		{96, 1, "96 messages wait in the app's queue, at least 1 of this run; it hands on 20 a second"}, // ours may be behind others
	} {
		st := status{Queue: tc.queue, QueueOurs: tc.ours, Drain: 20}
		if got := st.backlog(); len(got) != 1 || got[0] != tc.want {
			t.Errorf("%d, %d of ours: %q", tc.queue, tc.ours, got)
		}
	}
}
