package plan

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// lookAt opens a look into a campaign's audience.
func lookAt(t *testing.T, c *campaign.Campaign) *Look {
	t.Helper()
	look, problems, err := OpenLook(config(c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
	if err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	t.Cleanup(look.Close)
	return look
}

// Who looks sees what a plan decides, row by row, duplicates included.
func TestLookAsBuild(t *testing.T) {
	several := t.TempDir()
	write(t, several, "audience.csv", severalPeople)
	many := t.TempDir()
	var text strings.Builder
	for i := range 2_500 { // more than two frames
		fmt.Fprintf(&text, "+4477009%05d\n", i%1_700)
	}
	write(t, many, "audience.csv", "phone\n"+text.String())
	for name, c := range map[string]*campaign.Campaign{
		"every kind": everyKindCampaign(t),
		"several addresses": severalCampaign(t, several, "channel_priority_order: [LINE, MESSENGER, WHATSAPP, SMS]\nsuppress: none\n"+
			"audience: {file: audience.csv, country: GB, max_bad_rows: 5, columns: {phone: Mobile, whatsapp: WA, messenger: PSID, line: LINE, id: No}}"),
		"many": testCampaign(t, many, "audience: audience.csv\nmessage: Hi"),
	} {
		run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
		p := mustBuild(t, c, run)
		look, got := lookAt(t, c), map[int]string{}
		var people []*campaign.Recipient
		for l, err := range look.Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			r := *l.Recipient
			r.Fields, r.Others = slices.Clone(r.Fields), slices.Clone(r.Others)
			people = append(people, &r)
			if l.Skip.Reason != 0 {
				got[l.Row] = strings.TrimSpace(fmt.Sprintf("%v %d %s", campaign.SkipReason(l.Skip.Reason), l.Skip.Number, l.Skip.Detail))
			}
			if l.Sent() != (l.Size > 0) {
				t.Errorf("%s: row %d is sent %v, and has %d bytes", name, l.Row, l.Sent(), l.Size)
			}
		}
		before, err := look.Before(t.Context(), people)
		if err != nil {
			t.Fatal(err)
		}
		for row, line := range before {
			got[row] = fmt.Sprintf("duplicate %d", line)
		}
		if diff := cmp.Diff(skips(t, run, p.Rows), got); diff != "" || len(people) != p.Rows {
			t.Errorf("%s: %d rows (-planned +seen):\n%s", name, len(people), diff)
		}
		for i := range people { // each for itself, as somebody asks for a row
			one, err := look.Before(t.Context(), people[i:i+1])
			if err != nil || one[i] != before[i] {
				t.Fatalf("%s: row %d comes behind line %d, alone %d, %v", name, i, before[i], one[i], err)
			}
			if i == 20 {
				break
			}
		}
	}
}

// A list that is not there does not keep anybody from looking; a message that cannot be filled does.
func TestLookMindsTheMessageAlone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone,name\n+447700900001,Ann\n+447700900002,\n")
	open := func(lines string) (*Look, campaign.Problems, error) {
		return OpenLook(config(testCampaign(t, dir, "audience: audience.csv\n"+lines), mustAcquire(t, filepath.Join(t.TempDir(), "run"))))
	}
	look, problems, err := open("suppress: [none.csv]\nlimits: {max_recipients: 1}\nmessage: \"Hi ${name}\"")
	if err != nil || len(problems) != 1 {
		t.Fatal(problems, err)
	}
	defer look.Close()
	var stops []string
	for l, err := range look.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if l.Stops != nil {
			stops = append(stops, fmt.Sprintf("%d %v", l.Line, l.Stops))
		}
	}
	if diff := cmp.Diff([]string{"3 ${name}: no value"}, stops); diff != "" {
		t.Error(diff)
	}
	if _, _, err := open("message: \"Hi ${nmae}\""); err == nil || !strings.Contains(err.Error(), "${nmae}") {
		t.Errorf("a message that cannot be filled: %v", err)
	}
	if _, _, err := open("message: Hi\nsuppress: none\n"); err != nil {
		t.Error(err)
	}
}
