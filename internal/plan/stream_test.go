package plan

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sendoff/campaign"
)

// Rows come out in their order and whole, also where they are so long that the reader's batches are smaller than frames, and each row is
// decided about as it would be alone.
func TestStream(t *testing.T) {
	for _, tc := range []struct {
		name       string
		rows, cell int // number of rows, length of a cell
	}{
		{"short rows", 25_123, 3},
		{"long rows", 2_750, 7_500},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			var text strings.Builder
			w := csv.NewWriter(&text)
			want := make([][]string, tc.rows)
			for i := range want {
				want[i] = []string{fmt.Sprintf("+1%d5550%d", 201+i/100%200, 100+i%100), strings.Repeat(string(rune('a'+i%26)), tc.cell), fmt.Sprint(i)}
				switch i % 50 {
				case 7:
					want[i][0] = "x"
				case 8:
					want[i] = want[i][:2]
				case 9:
					want[i][2] = ""
				}
			}
			if err := w.WriteAll(append([][]string{{"phone", "text", "n"}}, want...)); err != nil {
				t.Fatal(err)
			}
			write(t, dir, "audience.csv", text.String())
			c := testCampaign(t, dir, "audience: {file: audience.csv, max_bad_rows: 50%}\nparams: {n: {column: n, on_empty: skip}}\nmessage: \"${n}\"")
			run := mustAcquire(t, filepath.Join(t.TempDir(), "run"))
			mustBuild(t, c, run)

			rows, skipped := frozen(t, run), skips(t, run, tc.rows)
			if len(rows) != tc.rows {
				t.Fatalf("%d rows are frozen", len(rows))
			}
			taken := make(map[campaign.Address]int)
			for i, r := range rows {
				if r.Row != i || r.Line != i+2 || strings.Join(r.Fields, "|") != strings.Join(want[i], "|") {
					t.Fatalf("row %d is frozen as row %d of line %d", i, r.Row, r.Line)
				}
				wantSkip := ""
				switch line, isTaken := taken[r.Address]; {
				case i%50 == 7:
					wantSkip = "invalid 0 phone: has a letter in it"
				case i%50 == 8:
					wantSkip = "invalid 0 row: number of cells is not that of the header"
				case i%50 == 9:
					wantSkip = "missing_value 0 ${n}: no value"
				case isTaken:
					wantSkip = fmt.Sprintf("duplicate %d", line)
				default:
					taken[r.Address] = r.Line
				}
				if skipped[i] != wantSkip {
					t.Fatalf("row %d is skipped as %q, want %q", i, skipped[i], wantSkip)
				}
			}
		})
	}
}
