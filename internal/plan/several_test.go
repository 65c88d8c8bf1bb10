package plan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

// severalLosses finds the duplicates among rows with any number of keys.
func severalLosses(t *testing.T, rows [][]uint64, limit int) []loss {
	t.Helper()
	dir := t.TempDir()
	s := newSpool(filepath.Join(dir, "spool"), limit)
	defer s.close()
	for row, keys := range rows {
		for _, key := range keys {
			if err := s.add(partOf(key), record{key: key, row: uint32(row), line: uint32(row + 2), slice: uint32(row + 7)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var found []loss
	err := findSeveral(context.Background(), s, len(rows), func(loser record, winner uint32) error {
		if loser.slice != loser.row+7 {
			t.Errorf("row %d comes out with slice %d", loser.row, loser.slice)
		}
		found = append(found, loss{loser.row, winner})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("addresses lie in %v, %v", entries, err)
	}
	return found
}

func TestFindSeveral(t *testing.T) {
	for _, tc := range []struct {
		name string
		rows [][]uint64
		want []loss
	}{
		{"B has what A and C have", [][]uint64{{1}, {1, 2}, {2}}, []loss{{1, 2}}},
		{"C has what B, left out, has", [][]uint64{{1}, {1, 2}, {2, 3}, {3}}, []loss{{1, 2}, {3, 4}}},
		{"the earliest winner is named", [][]uint64{{5}, {9}, {9, 5}}, []loss{{2, 2}}},
		{"nobody shares", [][]uint64{{1, 2}, {3, 4}, {5}}, nil},
	} {
		if diff := cmp.Diff(tc.want, severalLosses(t, tc.rows, spoolRecords)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// Whoever walks the rows with a map says the same; and where everybody has one key, so does the fast way.
func TestFindSeveralAgreesWithAMap(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		people, most := 1+random.Uint64N(3000), 1+int(seed%4)
		rows := make([][]uint64, random.IntN(2000))
		single := make([]uint64, len(rows))
		for i := range rows {
			for range 1 + random.IntN(most) {
				key := 447700900000 + random.Uint64N(people)
				if random.IntN(2) == 0 {
					key |= 1 << 63
				}
				if !slices.Equal(rows[i], []uint64{key}) {
					rows[i] = append(rows[i], key)
				}
			}
			single[i] = rows[i][0]
		}
		var want []loss
		taken := map[uint64]uint32{}
		for row, keys := range rows {
			winner := uint32(0)
			for _, key := range keys {
				if line := taken[key]; line != 0 && (winner == 0 || line < winner) {
					winner = line
				}
			}
			if winner != 0 {
				want = append(want, loss{uint32(row), winner})
				continue
			}
			for _, key := range keys {
				taken[key] = uint32(row + 2)
			}
		}
		for _, limit := range []int{1, 7, spoolRecords} {
			if diff := cmp.Diff(want, severalLosses(t, rows, limit)); diff != "" {
				t.Fatalf("seed %d, %d records in memory (-want +got):\n%s", seed, limit, diff)
			}
		}
		if most == 1 && !cmp.Equal(want, losses(t, single, spoolRecords)) {
			t.Errorf("seed %d: both ways disagree", seed)
		}
	}
}

func severalCampaign(t *testing.T, dir, lines string) *campaign.Campaign {
	t.Helper()
	path := filepath.Join(dir, "campaign.yaml")
	text := "name: test\nmessage_content_type: CONTENT_MARKETING\nopt_out: elsewhere\nmessage: Hi\n" + lines + "\n"
	c, err := campaign.Parse(path, []campaign.Source{{Name: path, Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// addresses returns the rows' addresses as they are frozen.
func addresses(t *testing.T, run *runstore.Run) []string {
	t.Helper()
	var all []string
	for _, r := range frozen(t, run) {
		var texts []string
		for _, i := range r.Identities() {
			texts = append(texts, i.Stored())
		}
		all = append(all, strings.Join(texts, " "))
	}
	return all
}

const severalPeople = `Mobile,WA,PSID,LINE,No
+447700900001,,1000000001,,C1
07700 900002,07700 900012,,U2,C2
,,1000000001,U3,C3
+447700900004,yes,1.0E+15,,C4
0770O,,000004,,C5
0770O,,,,C6
,,,,C7
+447700900008,,,U3,C8
+447700900012,,,,C9
+447700900008,,,,C10
`

func TestSeveralAddresses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", severalPeople)
	run := mustAcquire(t, filepath.Join(dir, "run"))
	c := severalCampaign(t, dir, "channel_priority_order: [LINE, MESSENGER, WHATSAPP, SMS]\nsuppress: none\n"+
		"audience: {file: audience.csv, country: GB, max_bad_rows: 5, columns: {phone: Mobile, whatsapp: WA, messenger: PSID, line: LINE, id: No}}")
	p := mustBuild(t, c, run)
	if diff := cmp.Diff([]string{
		"+447700900001 MESSENGER:1000000001",
		"+447700900002 WHATSAPP:+447700900012 LINE:U2",
		"MESSENGER:1000000001 LINE:U3",
		"+447700900004",
		"MESSENGER:000004",
		"",
		"",
		"+447700900008 LINE:U3",
		"+447700900012",
		"+447700900008",
	}, addresses(t, run)); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	// Line 9 may have LINE:U3, since line 4, which had it first, is not sent to.
	none := "row: has no address for any channel of the campaign"
	if diff := cmp.Diff(map[int]string{
		2: "duplicate 2", 5: "invalid 0 " + none, 6: "invalid 0 " + none, 8: "duplicate 3", 9: "duplicate 9",
	}, skips(t, run, 10)); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	var found []string
	for _, f := range p.Findings {
		found = append(found, fmt.Sprint(f.Message, " ", f.Warning, " ", f.Lines))
	}
	if diff := cmp.Diff([]string{
		"Mobile: possible, but no number of this kind is assigned true [2 3 5 9 10]",
		"WA: possible, but no number of this kind is assigned true [3]",
		"WA: has a letter in it true [5]",
		"PSID: a spreadsheet has replaced the id by a rounded figure such as 1.2E+15 true [5]",
		"Mobile: has a letter in it true [6 7]",
		none + " false [7 8]",
	}, found); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if strings.Contains(fmt.Sprintf("%+v", p), "1000000001") {
		t.Error("an id is in the plan")
	}
}

// A column of a channel that the campaign tries, and that has the channel's name, needs no mapping. Others with such names are what they were.
func TestColumnsByName(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,messenger,whatsapp,line,reason,contact_id\n+447700900001,1000000001,yes,7,because,17\n")
	for _, tc := range []struct{ lines, want, problem string }{
		{"channel_priority_order: [MESSENGER, WHATSAPP]\naudience: audience.csv", "+447700900001 MESSENGER:1000000001", ""},
		{"channel_priority_order: [SMS]\naudience: audience.csv", "+447700900001", ""},
		{"channel_priority_order: [LINE]\naudience: audience.csv", "", "no column gives an address on LINE"},
		{"channel_priority_order: [TELEGRAM]\naudience: audience.csv", "", "audience: {columns: {telegram: …}}; the columns are phone, "},
		{"channel_priority_order: [LINE]\naudience: {file: audience.csv, columns: {line: contact_id}}", "+447700900001 LINE:17", ""},
	} {
		run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		_, err := Build(context.Background(), config(severalCampaign(t, dir, tc.lines+"\nsuppress: none"), run))
		if tc.problem != "" {
			if err == nil || !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("%s: %v, want %q", tc.lines, err, tc.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tc.lines, err)
		} else if diff := cmp.Diff([]string{tc.want}, addresses(t, run)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.lines, diff)
		}
	}
}

// An audience without phone numbers, and the same people for a campaign that cannot reach them.
func TestNoNumbers(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "Contact,Name\n01EXA07N79THJ20WSN6AS30TMW,Ann\n,Ben\n")
	run := mustAcquire(t, filepath.Join(dir, "run"))
	c := severalCampaign(t, dir, "channel_priority_order: [SMS]\nsuppress: none\naudience: {file: audience.csv, columns: {contact_id: Contact}}")
	if p := mustBuild(t, c, run); p.Eligible != 1 || p.Skipped[campaign.Invalid] != 1 {
		t.Errorf("plan %+v", p)
	}
	again := severalCampaign(t, t.TempDir(), "channel_priority_order: [SMS]\nsuppress: none\naudience: {run: test, state: not_sent}\nprocessing_strategy: DISPATCH_ONLY")
	with := config(again, mustAcquire(t, filepath.Join(t.TempDir(), "run")))
	with.AudienceRuns = []*runstore.Run{run}
	if _, err := Build(context.Background(), with); err == nil || !strings.Contains(err.Error(), "its people are contacts, which processing_strategy: DISPATCH_ONLY does not know") {
		t.Errorf("contacts in DISPATCH mode: %v", err)
	}
	again = severalCampaign(t, t.TempDir(), "channel_priority_order: [MESSENGER]\nsuppress: none\naudience: {run: test, state: not_sent}")
	with.Campaign = again
	if p, err := Build(context.Background(), with); err != nil || p.Eligible != 1 {
		t.Errorf("the same contact again: %+v, %v", p, err)
	}
}
