package plan

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// people are n rows with numbers of their own, from the first on.
func people(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+447700900%03d,Ann,1\n", first+i)
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	const bad = "hello,Ann,1\n"
	for _, tc := range []struct {
		name string
		rows string
		more string // lines of the campaign
		want []string
	}{
		{"no rows", "", "", []string{"audience.csv: has a header and no rows, so there is nobody to send to"}},
		{"nobody", strings.Repeat(bad, 1200) + "+44,Ann,1\n", "", []string{
			"audience.csv: 0 of 1,201 rows can be sent to: 1,201 invalid",
			"audience.csv:2: phone: has a letter in it (1,200 rows, lines 2, 3, 4, 5, 6, …)",
			"audience.csv:1202: phone: is too short",
		}},
		{"nobody may be allowed, but not that no row can be used", bad + bad, "allow_empty: true", []string{
			"audience.csv: 0 of 2 rows can be sent to: 2 invalid",
			"audience.csv:2: phone: has a letter in it (2 rows, lines 2, 3)",
		}},
		{"nobody is allowed", "", "allow_empty: true", nil},
		{"several reasons", people(0, 2) + bad, "suppress: [list.txt]\nlimits: {min_recipients: 1}", []string{
			"audience.csv: 0 of 3 rows can be sent to: 2 suppressed, 1 invalid",
			"audience.csv:4: phone: has a letter in it",
		}},
		{"everybody suppressed", people(0, 2), "suppress: [list.txt]", []string{
			"audience.csv: 0 of 2 rows can be sent to: 2 suppressed",
		}},
		{"5 % of 20 rows are not too bad", people(0, 19) + bad, "", nil},
		{"10 % are", people(0, 18) + bad + bad, "", []string{
			"audience.csv: 2 of 20 rows cannot be used, and audience.max_bad_rows is 5%",
			"audience.csv:20: phone: has a letter in it (2 rows, lines 20, 21)",
		}},
		{"a share of a few rows says nothing", people(0, 1) + strings.Repeat(bad, 18), "", nil},
		{"a share of their own", people(0, 18) + bad + bad, "max_bad_rows: 10%", nil},
		{"a number of rows", people(0, 2) + bad, "max_bad_rows: 1", nil},
		{"more than that", people(0, 2) + bad + bad, "max_bad_rows: 1", []string{
			"audience.csv: 2 of 4 rows cannot be used, and audience.max_bad_rows is 1",
			"audience.csv:4: phone: has a letter in it (2 rows, lines 4, 5)",
		}},
		{"as many as may be", people(0, 3) + people(0, 3), "limits: {max_recipients: 3}", nil},
		{"more", people(0, 4), "limits: {max_recipients: 3}", []string{
			"campaign.yaml: 4 people would get a message, and limits.max_recipients is 3",
		}},
		{"fewer", people(0, 1) + people(0, 1), "limits: {min_recipients: 2}", []string{
			"campaign.yaml: 1 person would get a message, and limits.min_recipients is 2",
		}},
		{"missing value", people(0, 2) + "+447700900010,,1\n+447700900011, ,1\n", "", []string{
			"audience.csv:4: ${first_name}: no value (2 rows, lines 4, 5)",
		}},
		{"missing value of somebody who is left out anyway", people(0, 2) + "hello,,1\n", "", nil},
		{"not a number", "+447700900010,Ann,one\n", "", []string{"audience.csv:2: ${number}: not a number"}},
		{"long metadata", "+447700900010," + strings.Repeat("x", 1000) + ",1\n", "", []string{
			"audience.csv:2: message_metadata: more than the 1024 characters that the API takes",
		}},
		{"everything at once", people(0, 5) + "+447700900010,,1\n" + strings.Repeat(bad, 20), "limits: {max_recipients: 5}", []string{
			"audience.csv: 20 of 26 rows cannot be used, and audience.max_bad_rows is 5%",
			"audience.csv:7: ${first_name}: no value",
			"audience.csv:8: phone: has a letter in it (20 rows, lines 8, 9, 10, 11, 12, …)",
			"campaign.yaml: 6 people would get a message, and limits.max_recipients is 5",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "audience.csv", "phone,First name,number\n"+tc.rows)
			write(t, dir, "list.txt", "+447700900000\n+447700900001\n")
			audience := "audience: {file: audience.csv}"
			if strings.HasPrefix(tc.more, "max_bad_rows") || strings.HasPrefix(tc.more, "allow_empty") {
				audience, tc.more = "audience: {file: audience.csv, "+tc.more+"}", ""
			}
			c := testCampaign(t, dir, audience+"\n"+tc.more+`
metadata: {a: "${first_name}"}
params: {first_name: First name}
message: {location_message: {title: Here, coordinates: {latitude: "${number}", longitude: 1}}}`)
			run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
			p, err := Build(context.Background(), config(c, run))
			if tc.want == nil {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				checkBooks(t, p, run)
				return
			}
			var problems campaign.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v", err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, strings.TrimPrefix(p.Error(), dir+string(filepath.Separator)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "hello") {
				t.Error("a cell is shown")
			}
		})
	}
}

// Memory has room for a thousand people with what messages need of them, whatever else an export has.
func TestWideRows(t *testing.T) {
	dir := t.TempDir()
	note := strings.Repeat("x", 30_000)
	var text strings.Builder
	text.WriteString("phone,note\n")
	for i := range 600 {
		fmt.Fprintf(&text, "+447700900%03d,%s\n", i, note)
	}
	write(t, dir, "audience.csv", text.String())
	run := mustAcquire(t, filepath.Join(dir, "run"))
	_, err := Build(t.Context(), config(testCampaign(t, dir, "audience: audience.csv\nmessage: Hi"), run))
	if err == nil || !strings.Contains(err.Error(), "audience.csv:2: the rows from here to line 268 have more than 8 MB of text") {
		t.Errorf("Build = %v", err)
	}
}

// A message to a premium-rate number may cost somebody more than they think.
func TestPremiumNumbers(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "audience.csv", "phone\n+19005550123\n+447700900001\n")
	for allowed, want := range map[string]int{"": 1, ", allow_premium: true": 2, ", allow_premium: false": 1} {
		c := testCampaign(t, dir, "audience: {file: audience.csv, max_bad_rows: 1"+allowed+"}\nmessage: Hi")
		if p := mustBuild(t, c, mustAcquire(t, filepath.Join(t.TempDir(), "run"))); p.Eligible != want {
			t.Errorf("%q: %d people, want %d", allowed, p.Eligible, want)
		}
	}
}
