package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/report"
	"sendoff/internal/resultpage"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// A run that was stopped, went on, and had some refused, leaves pages without a cell of its audience: the names are such that no word of ours has them.
func TestPagesHoldNoCell(t *testing.T) {
	b := newBench(t, 0)
	const rows = 60
	audience := "phone,name\n"
	for i := range rows {
		audience += fmt.Sprintf("+4477009%05d,Zoë-%03d\n", i, i)
	}
	writeFile(t, filepath.Join(b.dir, "audience.csv"), audience)
	b.server.SetFaults(parseFault(t, "400:every=9"))
	_ = b.command("run", "--yes", "--no-canary", "--limit", "20", b.dir).Run() // it ends with 7, which the page is asked about below
	_ = b.command("run", "--yes", "--no-canary", b.dir).Run()
	run, err := runstore.View(b.runDir())
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	rep, err := report.Collect(run)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{Env: Env{Now: time.Now}}
	if err := s.writeAudit(run, rep); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, name := range []string{runstore.PageName, runstore.PageFileName(run.Meta().Key), runstore.AuditName} {
		content, err := os.ReadFile(run.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(content)
		for i := range rows {
			for _, cell := range []string{fmt.Sprintf("77009%05d", i), fmt.Sprintf("Zoë-%03d", i)} {
				if strings.Contains(string(content), cell) {
					t.Errorf("%s holds %q", name, cell)
				}
			}
		}
	}
	if page := pages[runstore.PageName]; page != pages[runstore.PageFileName(run.Meta().Key)] || strings.Count(page, "&#43;44 77·····") != rows || !strings.Contains(page, "<mark>name</mark>") {
		t.Error("the page has no copy, or not everybody, or no message, so the search above proves less")
	}
	if n := len(run.Meta().Starts); n != 2 || rep.Rejected == 0 {
		t.Fatalf("%d starts, %d rejected", n, rep.Rejected)
	}
	first, last := run.Meta().Starts[0], run.Meta().Starts[1]
	if first.ExitCode != exitUnfinished || first.Ended.Before(first.Time) || first.Reason == "" || last.ExitCode != rep.ExitCode || last.User != userName() {
		t.Errorf("the starts are %+v and %+v", first, last)
	}
	for _, want := range []string{first.Reason, "row not accepted", runstore.SnapshotName, rep.PlanDigest, fmt.Sprintf("%s on %s", first.User, first.Host)} {
		if !strings.Contains(pages[runstore.AuditName], want) {
			t.Errorf("the audit page lacks %q", want)
		}
	}
	if err := runstore.Erase(b.runDir()); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(b.runDir(), "*.html")); len(left) > 0 || err != nil {
		t.Errorf("erased, the run leaves %v (%v)", left, err)
	}
}

// Several reports at once write the results one after another: each says what it has to say, and every file is whole.
func TestReportsTakeTurns(t *testing.T) {
	b := newBench(t, 300)
	if out, err := b.command(b.runArgs()...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var all sync.WaitGroup
	for i := range 8 {
		args := []string{"report", "--quiet", b.runDir()}
		if i%2 == 0 {
			args = append(args, "--full")
		}
		all.Go(func() {
			if out, err := b.command(args...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	all.Wait()
	if left, err := filepath.Glob(filepath.Join(b.runDir(), "*.tmp")); err != nil || len(left) > 0 {
		t.Errorf("they leave %v (%v)", left, err)
	}
	list, err := os.ReadFile(filepath.Join(b.runDir(), runstore.RowsName))
	if lines := strings.Count(string(list), "\n"); err != nil || lines != 301 {
		t.Errorf("report.csv has %d lines (%v)", lines, err)
	}
}

func parseFault(t *testing.T, text string) sandbox.Fault {
	t.Helper()
	f, err := sandbox.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnomalies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.jsonl")
	log := `{"level":"INFO","msg":"sending"}
{"level":"WARN","msg":"asked to wait","retry_after":"1s"}
{"level":"WARN","msg":"row not accepted","row":3}
{"level":"WARN","msg":"row not accepted","row":4}
{"level":"WARN","msg":"row not acc`
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := anomalies(path)
	want := []resultpage.Anomaly{{Message: "row not accepted", Times: 2}, {Message: "asked to wait", Times: 1}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err := anomalies(path + ".none"); got != nil || err != nil {
		t.Errorf("of no log: %v, %v", got, err)
	}
}
