package plan

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// Nobody gets a message who is not on the guard's list, and that who is suppressed stays the reason where both hold.
func TestGuardOnlyTo(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,id\n+447700900001,C1\n+447700900002,C2\n+447700900003,C3\n+447700900004,C4\n+447700900005,C5\n")
	write(t, dir, "optouts.csv", "+447700900002\n+447700900005\n")
	seeds := write(t, t.TempDir(), "seeds.csv", "phone,id\n07700 900001,\n,C2\n,C3\n+447700900009,C4\n")
	c := testCampaign(t, dir, "audience: {file: audience.csv, country: GB}\nsuppress: [optouts.csv]\nmessage: Hi")
	run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
	with := config(c, run)
	with.Guard = Guard{Name: "profile staging", OnlyTo: seeds}
	p, err := Build(context.Background(), with)
	if err != nil {
		t.Fatal(err)
	}
	checkBooks(t, p, run)
	want := map[int]string{1: "suppressed 1 optouts.csv", 3: "not_listed 0", 4: "suppressed 2 optouts.csv"}
	got := skips(t, run, 5)
	got[3], _, _ = strings.Cut(got[3], " "+string(filepath.Separator)) // the ledger shortens the digits of this test's folder
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("skipped rows (-want +got):\n%s", diff)
	}
	if l := run.Meta().Lists; len(l) != 2 || l[0].Only || l[0].Matches != 2 || !l[1].Only || l[1].Matches != 1 || l[1].Entries != 4 || l[1].File != seeds {
		t.Errorf("lists = %+v", l)
	}
	without := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	if without.Digest == p.Digest || without.Eligible != 3 {
		t.Errorf("without the guard %d are eligible, and the digest is the same: %t", without.Eligible, without.Digest == p.Digest)
	}
}

func TestGuardRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		limits string
		guard  Guard
		seeds  string
		want   string
	}{
		{"smaller than the campaign's", "limits: {max_recipients: 4}", Guard{MaxRecipients: 2}, "", "profiles.yaml: 3 people would get a message, and max_recipients of profile staging is 2"},
		{"larger than the campaign's", "limits: {max_recipients: 2}", Guard{MaxRecipients: 4}, "", "campaign.yaml: 3 people would get a message, and limits.max_recipients is 2"},
		{"alone", "", Guard{MaxRecipients: 2}, "", "profiles.yaml: 3 people would get a message, and max_recipients of profile staging is 2"},
		{"enough", "", Guard{MaxRecipients: 3}, "", ""},
		{"after the list", "", Guard{OnlyTo: "seeds.csv", MaxRecipients: 1}, "+447700900001\n", ""},
		{"missing list", "", Guard{OnlyTo: "seeds.csv"}, "", "seeds.csv: there is no such file"},
		{"list of nobody", "", Guard{OnlyTo: "seeds.csv"}, "phone\n", "seeds.csv: nobody can be read from this list (only_to), so nobody may be written to"},
		{"unreadable row", "", Guard{OnlyTo: "seeds.csv"}, "+447700900001\n0770\n", "seeds.csv: 1 of 2 rows of this list (only_to) cannot be read as an address or id"},
		{"others alone", "", Guard{OnlyTo: "seeds.csv"}, "+447700900009\n", "audience.csv: 0 of 3 rows can be sent to: 3 not listed"},
	} {
		dir := t.TempDir()
		write(t, dir, "audience.csv", "phone,First name,number\n"+people(1, 3))
		if tc.seeds != "" {
			write(t, dir, "seeds.csv", tc.seeds)
		}
		with := config(testCampaign(t, dir, "audience: audience.csv\n"+tc.limits+"\nmessage: Hi"), mustAcquire(t, filepath.Join(t.TempDir(), "run")))
		with.Guard = tc.guard
		with.Guard.Name, with.Guard.File = "profile staging", filepath.Join(dir, "profiles.yaml")
		if with.Guard.OnlyTo != "" {
			with.Guard.OnlyTo = filepath.Join(dir, with.Guard.OnlyTo)
		}
		_, err := Build(context.Background(), with)
		got := ""
		if problems, ok := err.(campaign.Problems); ok {
			got = problems[0].Error()[len(dir)+1:]
		} else if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}
