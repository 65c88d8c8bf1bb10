package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// A profile that keeps people's data for less time than the campaign asks about it does not make it unknown.
func TestWhatIsStillAskedIsNotErased(t *testing.T) {
	now := time.Date(2026, time.November, 23, 6, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	folder := t.TempDir()
	runsFolder := filepath.Join(folder, "runs")
	for name, age := range map[string]time.Duration{"a-old": 61 * day, "a-asked": 59 * day, "b-old": 59 * day, "a-new": 29 * day} {
		dir := filepath.Join(runsFolder, name)
		run, err := runstore.Acquire(dir, runstore.Options{Key: name, Campaign: "c", Now: now.Add(-age)})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(run.Path(runstore.RowsName), []byte("phone\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run.Ledger.Begin(0, ledger.Intent{Time: now}); err != nil {
			t.Fatal(err)
		}
		if err := run.Update(func(m *runstore.Meta) { m.State = runstore.Finished }); err != nil {
			t.Fatal(err)
		}
		if err := run.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r := &runner{session: &session{}, campaign: &campaign.Campaign{
		Path: filepath.Join(folder, "campaign.yaml"), Suppress: []campaign.SuppressionList{{File: "optouts.csv"}, {Runs: "a-*", Within: 60 * day}, {Runs: "b-*"}},
	}}
	r.Stderr = t.Output()
	r.eraseOld(filepath.Join(runsFolder, "own"), "c", 30*day, now)
	for name, want := range map[string]bool{"a-old": false, "a-asked": true, "b-old": false, "a-new": true} {
		if got := runstore.HasPeople(filepath.Join(runsFolder, name)); got != want {
			t.Errorf("%s has people's data: %v, want %v", name, got, want)
		}
	}
}
