package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"sendoff/internal/sandbox"
)

// outputSchemas are the strict schemas of all outputs, by their names.
func outputSchemas(t *testing.T) map[string]*jsonschema.Resolved {
	t.Helper()
	all := map[string]*jsonschema.Resolved{}
	for _, o := range outputs() {
		s, err := o.schema(true)
		if err != nil {
			t.Fatal(err)
		}
		if all[o.name], err = s.Resolve(nil); err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
	}
	return all
}

// Whatever a command prints with --json is as its schema says, in every field, and has a version.
func TestOutputsMatchTheirSchemas(t *testing.T) {
	schemas := outputSchemas(t)
	b := newBench(t, 12)
	bad, seeds := filepath.Join(b.dir, "bad"), filepath.Join(b.dir, "seeds.csv")
	if err := os.Mkdir(bad, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(bad, "campaign.yaml"), "name: bad\nmesage: x\n")
	writeFile(t, seeds, "phone\n+447700900999\n")
	for _, tc := range []struct {
		schema string
		code   int
		args   []string
	}{
		{"check", exitOK, []string{"check", b.dir}},
		{"check", exitInput, []string{"check", bad}},
		{"plan", exitOK, []string{"plan", b.dir}},
		{"plan", exitOK, []string{"plan", "--rows", b.dir}},
		{"plan", exitOK, []string{"run", "--dry-run", b.dir}},
		{"test", exitOK, []string{"test", "--yes", "--to", seeds, b.dir}},
		{"run", exitUnfinished, []string{"run", "--yes", "--limit", "3", b.dir}},
		{"status", exitOK, []string{"status", b.dir}},
		{"report", exitOK, []string{"report", b.dir}},
		{"report", exitInput, []string{"report", "--min-delivered", "95%", b.dir}},
		{"run", exitOK, []string{"resume", "--yes", b.runDir()}},
		{"run", exitOK, []string{"run", "--yes", b.dir}},
		{"run", exitOK, []string{"reconcile", b.runDir()}},
		{"list", exitOK, []string{"status", filepath.Dir(b.runDir())}},
		{"run", exitUnfinished, []string{"run", "--yes", "--limit", "3", "--run-key", "other", b.dir}},
		{"run", exitOK, []string{"cancel", "--yes", "--run-key", "other", b.dir}},
		{"error", exitInput, []string{"run", "--yes", bad}},
		{"error", exitInput, []string{"run", "--yes", "--quiet", bad}},
		{"error", exitInput, []string{"report", filepath.Join(b.dir, "nosuch")}},
		{"error", exitInput, []string{"doctor"}},
		{"error", exitInput, []string{"run", "--nonsense"}},
	} {
		out, code := b.json(t, tc.args...)
		if code != tc.code {
			t.Errorf("%v: exit %d, want %d\n%s", tc.args, code, tc.code, out)
			continue
		}
		validate(t, schemas[tc.schema], tc.args, out)
	}
}

// So do those of commands that need receipts.
func TestOutputsOfReceiptsMatchTheirSchemas(t *testing.T) {
	schemas := outputSchemas(t)
	config := testSandbox()
	config.DispatchRetention, config.KeepStatus = 1, true
	config.ReceiptAfter = time.Hour // what is imported is all that is known
	b := &bench{dir: t.TempDir(), server: sandbox.New(config)}
	b.serve(t)
	b.writeCampaign(t, 5)
	if out, code := b.json(t, "run", "--yes", b.dir); code != exitOK {
		t.Fatalf("run: exit %d\n%s", code, out)
	}
	var callbacks strings.Builder
	accepted := slices.Clone(b.accepted())
	slices.SortFunc(accepted, func(a, b sandbox.Message) int { return bytes.Compare(a.Request, b.Request) }) // the first row's first
	for i, m := range accepted[:2] {
		status := []string{`"FAILED","reason":{"code":"RATE_LIMITED"}`, `"READ"`}[i]
		var request struct {
			Metadata string `json:"message_metadata"`
		}
		if err := json.Unmarshal(m.Request, &request); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&callbacks, `{"app_id":"01SA","event_time":"2026-03-28T10:00:00Z","message_delivery_report":`+
			`{"message_id":%q,"status":%s,"channel_identity":{"channel":"SMS","identity":"447700900001"},"metadata":%q}}`+"\n",
			m.ID, status, request.Metadata)
	}
	kept := filepath.Join(b.dir, "kept.jsonl")
	writeFile(t, kept, callbacks.String())
	for _, tc := range []struct {
		schema string
		code   int
		holds  string
		args   []string
	}{
		{"import", exitOK, `"receipts": 2`, []string{"receipts", "import", b.dir, kept}},
		{"fetch", exitOK, `"messages": 5`, []string{"receipts", "fetch", b.runDir()}},
		{"report", exitRejections, `"met": false`, []string{"report", "--min-delivered", "100%", b.dir}},
		{"why", exitOK, "", []string{"why", b.runDir(), "line:2"}},
		{"retry", exitOK, `"accepted": 1`, []string{"retry", "--yes", b.dir}},
		{"why", exitOK, "retry-1", []string{"why", b.dir, "line:2"}},
		{"report", exitOK, `"together"`, []string{"report", b.dir}},
		{"status", exitOK, `"moved": 1`, []string{"status", b.dir}},
	} {
		out, code := b.json(t, tc.args...)
		if code != tc.code || !bytes.Contains(out, []byte(tc.holds)) {
			t.Errorf("%v: exit %d, want %d and %s\n%s", tc.args, code, tc.code, tc.holds, out)
			continue
		}
		validate(t, schemas[tc.schema], tc.args, out)
	}
}

// What a process says of itself while it sends has a schema too.
func TestLiveStatusMatchesItsSchema(t *testing.T) {
	schemas := outputSchemas(t)
	b := newBench(t, 200)
	sending := b.command("run", "--yes", "--quiet", "--rate", "1", b.dir)
	if err := sending.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sending.Process.Kill(); _ = sending.Wait() }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		out, _ := b.json(t, "status", b.dir)
		if bytes.Contains(out, []byte(`"state": "running"`)) {
			validate(t, schemas["status"], []string{"status"}, out)
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not send:\n%s", out)
		}
	}
	out, code := b.json(t, "report", b.dir)
	if code != exitOK || !bytes.Contains(out, []byte(`"live": true`)) {
		t.Errorf("report: exit %d\n%s", code, out)
	}
	validate(t, schemas["report"], []string{"report"}, out)
}

// An error for machines has the exit code, and every problem with its place.
func TestErrorForMachines(t *testing.T) {
	b := newBench(t, 1)
	writeFile(t, filepath.Join(b.dir, "campaign.yaml"), "name: bad\nmesage: x\n")
	for _, args := range [][]string{{"run", "--yes", b.dir}, {"plan", b.dir}} {
		out, _ := b.json(t, args...)
		var got errorResult
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if got.Schema != 1 || got.Error.Code != exitInput || len(got.Error.Problems) == 0 {
			t.Errorf("%v: %+v", args, got)
			continue
		}
		if p := got.Error.Problems[0]; p.Line == 0 || p.Column == 0 || p.Message == "" || !strings.HasSuffix(p.File, "campaign.yaml") {
			t.Errorf("%v: %+v", args, p)
		}
	}
	var got errorResult
	out, _ := b.json(t, "stauts")
	if err := json.Unmarshal(out, &got); err != nil || len(got.Error.Hints) != 1 || got.Error.Hints[0] != "did you mean sendoff status?" {
		t.Errorf("%v, %s", err, out)
	}
	cmd := b.command("run", b.dir)
	if out, _ := cmd.Output(); len(out) > 0 {
		t.Errorf("without --json: %s", out)
	}
}

// json runs a command with --json, and returns what it prints and its exit code.
func (b *bench) json(t *testing.T, args ...string) ([]byte, int) {
	t.Helper()
	at := 1
	if args[0] == "receipts" { // whose commands are words of two
		at = 2
	}
	cmd := b.command(slices.Insert(slices.Clone(args), at, "--json")...)
	out, _ := cmd.Output()
	return out, cmd.ProcessState.ExitCode()
}

func validate(t *testing.T, schema *jsonschema.Resolved, args []string, out []byte) {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Errorf("%v: %v\n%s", args, err, out)
		return
	}
	if v["schema"] != 1.0 {
		t.Errorf("%v: schema %v, want 1", args, v["schema"])
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%v: %v\n%s", args, err, out)
	}
}

// A published schema is one, and allows what a later version adds.
func TestPublishedSchemas(t *testing.T) {
	b := newBench(t, 1)
	for _, name := range outputNames() {
		out, err := b.command("schema", "--of", name).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var s jsonschema.Schema
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Title != "sendoff "+name || s.Description == "" || bytes.Contains(out, []byte(`"additionalProperties": false`)) {
			t.Errorf("%s:\n%s", name, out)
		}
	}
	if out, err := b.command("schema", "--of", "nonsense").CombinedOutput(); err == nil || !strings.Contains(string(out), "--of wants campaign, report") {
		t.Errorf("%v, %s", err, out)
	}
}
