package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

// A run is told before those who were sent to again in its retry, both behind what is newer; receipts say which channel it was, and that somebody
// has it twice.
func TestWhyFollowsRetries(t *testing.T) {
	b := newBench(t, 3)
	first, later := b.runDir(), filepath.Join(b.dir, "runs", "later")
	retry := filepath.Join(first, runstore.RetryPrefix+"1")
	for _, args := range [][]string{
		{"run", "--yes", "--quiet", "--no-canary", b.dir},
		{"run", "--yes", "--quiet", "--no-canary", b.dir, "--run-key", "crash-retry-1", "--run-dir", retry},
		{"run", "--yes", "--quiet", "--no-canary", b.dir, "--run-key", "later", "--run-dir", later},
	} {
		if out, err := b.command(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	run, err := runstore.Resume(first, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Ledger.Move([]uint32{1}, 1); err != nil {
		t.Fatal(err)
	}
	e, err := run.Ledger.Reader().Entry(1)
	if err != nil {
		t.Fatal(err)
	}
	log, err := receipts.OpenLog(run.Path(runstore.ReceiptsName), ulid.MustParse(run.Meta().RunID))
	if err != nil {
		t.Fatal(err)
	}
	record := func(s delivery.Status, code string, c campaign.Channel, after time.Duration) receipts.Record {
		return receipts.Record{
			Row: 1, Status: s, Reason: delivery.ParseReason(code), Channel: c.Index(), MessageID: e.MessageID, Time: e.Time.Add(after), Heard: e.Time.Add(after),
		}
	}
	second := record(delivery.Delivered, "", campaign.SMS, 3*time.Second)
	second.MessageID = "01HZX3Q4R5S6T7V8W9X0YZABCD"
	failed := record(delivery.Failed, "RECIPIENT_INVALID_CHANNEL_IDENTITY", campaign.SMS, 2*time.Second)
	if err := log.Append(record(delivery.Switching, "RECIPIENT_NOT_REACHABLE", campaign.RCS, time.Second), failed, second); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}

	cmd := b.command("why", "-", b.dir)
	cmd.Env = append(cmd.Env, "COLUMNS=2000")
	cmd.Stdin = strings.NewReader("+44 7700 900001\n")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	var told [][]string
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); len(words) > 3 && words[0] != `"Hi` {
			told = append(told, []string{words[0], strings.Join(words[3:5], " ")})
		}
	}
	want := [][]string{
		{"+44", "runs looked"}, {"later", "SENT, ARRIVAL"}, {"crash", "FAILED at"}, {"crash", "A SECOND"}, {"crash-retry-1", "SENT, ARRIVAL"},
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, out.String())
	}
	for _, part := range []string{
		"[RECIPIENT_NOT_REACHABLE]; then SMS: the number or id does not exist on this channel [RECIPIENT_INVALID_CHANNEL_IDENTITY]. Sent again in retry-1.",
		"A SECOND MESSAGE, DELIVERED by SMS at ",
	} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is missing:\n%s", part, out.String())
		}
	}
	refuse(t, "what was printed", append(out.Bytes(), said.Bytes()...))
}
