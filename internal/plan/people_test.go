package plan

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
	"sendoff/internal/suppress"
)

// sentRun makes a run with a row in every state.
func sentRun(t *testing.T) *runstore.Run {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "audience.csv", "Mobile,Name,No\n07700 900000,Zoe,C0\n07700 900001,Ann,C1\n\n07700 900001,Ann,C1\n07700 900002,Ben,C2\n07700 900003,Cid,C3\n"+
		"07700 900004,Dan,C4\n07700 900005,Eve,C5\n07700 900006,Fay,C6\n07700 900007,Gus,C7\n")
	run := mustAcquire(t, filepath.Join(dir, "run"))
	mustBuild(t, testCampaign(t, dir, "audience: {file: audience.csv, country: GB, columns: {id: No}}\nsuppress: none\nmessage: Hi"), run)
	for row, state := range map[uint32]ledger.State{
		1: ledger.Accepted, 3: ledger.Rejected, 4: ledger.Begun, 5: ledger.InDoubt, 6: ledger.LeftInDoubt, 7: ledger.Released, 8: ledger.Accepted,
	} {
		if err := run.Ledger.Begin(row, ledger.Intent{Time: testTime}); err != nil {
			t.Fatal(err)
		}
		if state == ledger.Begun {
			continue
		}
		if err := run.Ledger.Record(row, ledger.Result{State: state, Time: testTime, MessageID: "m"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Ledger.Sync(); err != nil {
		t.Fatal(err)
	}
	return run
}

// The people of a run are planned for as it has them: its addresses, though no country is named here, its cells, and the lines of its file.
func TestPeopleOfARun(t *testing.T) {
	source, dir := sentRun(t), t.TempDir()
	build := func(lines string, sent ...suppress.Sent) (*runstore.Run, *Plan, error) {
		c, run := testCampaign(t, dir, lines+"\nmessage: \"Hi ${Name}\""), mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		with := config(c, run)
		with.AudienceRuns, with.AudiencePath, with.Sent = []*runstore.Run{source}, "run test", sent
		p, err := Build(context.Background(), with)
		if err == nil {
			checkBooks(t, p, run)
		}
		return run, p, err
	}
	for states, want := range map[string][]string{
		"accepted":             {"3 +447700900001 Ann", "11 +447700900007 Gus"},
		"[rejected, accepted]": {"3 +447700900001 Ann", "6 +447700900002 Ben", "11 +447700900007 Gus"},
		"in_doubt":             {"7 +447700900003 Cid", "8 +447700900004 Dan"},
		"left_in_doubt":        {"9 +447700900005 Eve"},
		"not_sent":             {"2 +447700900000 Zoe", "10 +447700900006 Fay"},
	} {
		run, p, err := build("audience: {run: spring, state: " + states + ", columns: {language: Name}}")
		if err != nil {
			t.Fatalf("%s: %v", states, err)
		}
		var got []string
		for _, r := range frozen(t, run) {
			got = append(got, fmt.Sprint(r.Line, " ", r.Address.Reveal(), " ", r.Field(p.Columns.Language)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", states, diff)
		}
		if p.Columns.Phone != 0 || p.Columns.ID != 2 || p.File.Format != "" {
			t.Errorf("%s: columns %+v, file %+v", states, p.Columns, p.File)
		}
	}

	write(t, dir, "optouts.txt", "+447700900007\n")
	lines := "audience: {run: spring, state: [rejected, accepted]}\nsuppress: [optouts.txt]"
	earlier := suppress.Sent{Name: "earlier-*", Runs: []string{"earlier-1"}, Keys: []uint64{campaign.PhoneAddress("+447700900002").Key()}}
	run, p, err := build(lines, earlier)
	if err != nil {
		t.Fatal(err)
	}
	wantSkips := map[int]string{1: "already_sent 0 earlier-*", 2: "suppressed 1 optouts.txt"}
	if diff := cmp.Diff(wantSkips, skips(t, run, 3)); diff != "" {
		t.Errorf("skipped rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(runstore.List{Runs: "earlier-*", Keys: []string{"earlier-1"}, Entries: 1, Matches: 1}, p.Lists[1]); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	m := run.Meta()
	if m.AudienceFile != "run test (rejected, accepted)" || m.AudienceDigest != PeopleDigest([]*runstore.Run{source}, []string{"accepted", "rejected"}) {
		t.Errorf("the audience is %q, %s", m.AudienceFile, m.AudienceDigest)
	}

	// Which runs are left out is a part of the plan, not who is in them.
	same := p.Digest
	for i, sent := range [][]suppress.Sent{{{Name: "earlier-*"}}, {{Name: "earlier"}}, {}} {
		if _, p, err := build(lines, sent...); err != nil || (p.Digest == same) != (i == 0) {
			t.Errorf("%+v: same digest: %t (%v)", sent, p.Digest == same, err)
		}
	}

	if _, _, err := build("audience: {run: spring, state: accepted, columns: {id: Nr}}"); err == nil || !strings.Contains(err.Error(), `did you mean "No"?`) {
		t.Errorf("a column that is not there: %v", err)
	}
}
