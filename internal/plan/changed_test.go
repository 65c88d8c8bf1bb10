package plan

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sendoff/campaign"
)

// A file that somebody still writes to while it is read is read again once; if that goes on, nothing of it may be used.
func TestFeedThatChanges(t *testing.T) {
	const rows = 50_000 // many more than are on their way when the first of them are counted
	for _, test := range []struct{ changes, want int }{{0, rows}, {1, rows + 1}, {2, 0}} {
		dir := t.TempDir()
		var text strings.Builder
		text.WriteString("phone\n")
		for i := range rows {
			fmt.Fprintf(&text, "+4477009%05d\n", i)
		}
		path := write(t, dir, "a.csv", text.String())
		c := config(testCampaign(t, dir, "audience: a.csv\nmessage: Hi"), mustAcquire(t, filepath.Join(dir, "run")))
		made := 0
		c.Progress = func(p Progress) {
			if p.Rows == 0 || p.Rows > 1000 || made == test.changes { // once for each reading
				return
			}
			made++
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = fmt.Fprintf(f, "+4477008%05d\n", made)
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				t.Error(err)
			}
		}
		p, err := Build(t.Context(), c)
		var problems campaign.Problems
		switch {
		case test.want > 0 && (err != nil || p.Rows != test.want):
			t.Errorf("%d changes: %+v, %v; want %d rows", test.changes, p, err, test.want)
		case test.want == 0 && (!errors.As(err, &problems) || !strings.Contains(err.Error(), "changed while it was read")):
			t.Errorf("%d changes: %v", test.changes, err)
		}
		if made != test.changes {
			t.Errorf("the file was changed %d times, want %d", made, test.changes)
		}
	}
}
