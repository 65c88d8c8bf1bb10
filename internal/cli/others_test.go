package cli

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// Whatever keeps the people of another run from being known is no bug, and says nothing about this run's own ledger.
func TestExitCodesOfOtherRuns(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{&runs.HeldError{Key: "x", Dir: "runs/x", Holder: "process 1 on a"}, exitBrake},
		{fmt.Errorf("the people of run x cannot be read: %w", runstore.ErrSnapshot), exitInput},
		{fmt.Errorf("the people of run x cannot be read: %w", ledger.ErrDamaged), exitInput},
		{errors.New("open runs: permission denied"), exitInput},
		{&runs.UnfinishedError{Key: "x", Dir: "runs/x"}, exitInput},
		{campaign.Problems{{Message: "there is no run"}}, exitInput},
	} {
		if got := exitCode(explainOther(tc.err, campaign.Problem{})); got != tc.want {
			t.Errorf("%v: exit code %d, want %d", tc.err, got, tc.want)
		}
	}
}

// On a screen that is too narrow for a list of runs, commands stand below their runs.
func TestFoldRuns(t *testing.T) {
	lines := []string{"RUN      STATE     TO GO ON", "vårrea   stopped   sendoff resume vår", "spring   finished  "}
	want := []string{"RUN      STATE     ", "vårrea   stopped\n    sendoff resume vår", "spring   finished  "}
	if got := foldRuns(lines, 30); !slices.Equal(got, want) {
		t.Errorf("foldRuns = %q, want %q", got, want)
	}
	if got := foldRuns(lines, 80); !slices.Equal(got, lines) {
		t.Errorf("foldRuns = %q on a wide screen", got)
	}
}
