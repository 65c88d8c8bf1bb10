package cli

import (
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/send"
	"sendoff/internal/sinch"
)

// The line of a bar says the reason instead of a pace where nothing may leave; the one that stands alone says everything.
func TestProgressLine(t *testing.T) {
	r := &runner{session: new(session), campaign: &campaign.Campaign{TimeZone: time.UTC}, app: new(sinch.App)}
	r.settler = r.newSettler(nil)
	w := &watcher{runner: r}
	p := &w.progress
	p.Total.Store(9588)
	p.Accepted.Store(1204)
	p.InFlight.Store(14)
	p.Rate.Store(20)
	check := func(what, line, full string) {
		t.Helper()
		if got := w.line(nil); got != line {
			t.Errorf("%s: %q, want %q", what, got, line)
		}
		if got := w.fullLine(); got != full {
			t.Errorf("%s, in full: %q, want %q", what, got, full)
		}
	}
	check("it has just begun", "1,204 of 9,588 sent, 7 minutes left", "1,204 of 9,588 sent, 14 in flight, 7 minutes left")
	w.speed.tell(time.Now().Add(-10*time.Second), 0, false)
	w.speed.tell(time.Now(), 160, false)
	p.InDoubt.Store(1)
	check("it goes on", "1,204 of 9,588 sent, 1 in doubt, 16/s, 9 minutes left", "1,204 of 9,588 sent, 1 in doubt, 14 in flight, 16/s, 9 minutes left")
	w.valve.Pause()
	check("a pause", "1,204 of 9,588 sent, 1 in doubt, paused", "1,204 of 9,588 sent, 1 in doubt, paused, 14 in flight, 16/s")
	w.valve.Continue()
	until := time.Now().Add(30 * time.Hour)
	wait := send.Hindrance{Kind: send.HinderedByWait, Text: "Sinch asks for patience", Until: until}
	if got, want := w.line([]send.Hindrance{wait}), "1,204 of 9,588 sent, 1 in doubt; Sinch asks for patience, until "+until.UTC().Format("Mon 15:04 MST"); got != want {
		t.Errorf("Sinch asks for patience: %q, want %q", got, want)
	}
}
