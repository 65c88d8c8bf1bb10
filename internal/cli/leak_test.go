package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// What the people of [newLeakBench] have in common, and nothing else has.
const (
	leakName   = "Zoë Quillfeather"
	leakText   = "Wombat-Voucher"
	leakID     = "CUST-Yak-"
	leakPSID   = "73190044200"
	leakSecret = "sphinx-of-black-quartz"
	leakHook   = "hush-hush-webhook"
)

const leakCampaign = `name: leaks
message_content_type: CONTENT_MARKETING
audience:
  file: audience.csv
  columns: {phone: Mobile, messenger: PSID, id: Customer}
  country: GB
  max_bad_rows: 50%
suppress: [gone.csv]
window: any
notify: ["HOOK/` + leakHook + `"]
channel_priority_order: [MESSENGER, SMS]
metadata: {customer: "${id}"}
params: {code: {column: Code, on_empty: skip}}
message: "Hi ${Name}, ${code}. STOP to opt out"
`

// newLeakBench makes a campaign to people of every kind, and a sandbox with which everything goes wrong that can, and whose refusals repeat who they
// are about. The app keeps messages for so many days.
func newLeakBench(t *testing.T, retention int) *bench {
	t.Helper()
	c := testSandbox()
	c.KeySecret, c.DispatchRetention = leakSecret, retention
	b := &bench{dir: t.TempDir(), server: sandbox.New(c)}
	b.accepted = b.server.Accepted
	b.folder = filepath.Join(b.dir, "runs", "leaks")
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if who := regexp.MustCompile(`\+447700900\d*[05]"|"` + leakPSID + `\d*[05]"`).Find(body); who != nil && strings.HasSuffix(r.URL.Path, "messages:send") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":%q}}`, fmt.Sprintf("%s (%s) is not wanted", who, url.QueryEscape(string(who))))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	b.env = append(os.Environ(), asProgram+"=1")
	for name, value := range environment(b.server, web.URL) {
		b.env = append(b.env, name+"="+value)
	}
	faults, err := sandbox.ParseFaults("500:every=7\n502:every=11\n429:every=5\nreset-after:every=13\ntruncated:every=17\n500-html-after:every=19\n401:every=41\n")
	if err != nil {
		t.Fatal(err)
	}
	b.server.SetFaults(faults...)
	var audience strings.Builder
	audience.WriteString("Mobile,PSID,Customer,Name,Code\n")
	for i := range 120 {
		mobile, psid, code := fmt.Sprintf("+447700900%03d", i), "", fmt.Sprintf("%s-%03d", leakText, i)
		switch i % 10 {
		case 1:
			mobile, psid = "", fmt.Sprintf("%s%05d", leakPSID, i)
		case 2:
			psid = fmt.Sprintf("%s%05d", leakPSID, i)
		case 3:
			mobile = "0" + mobile[3:7] + " " + mobile[7:] // as people write it at home
		case 4:
			code = "" // skipped
		}
		fmt.Fprintf(&audience, "%s,%s,%s%03d,%s %d,%s\n", mobile, psid, leakID, i, leakName, i, code)
	}
	audience.WriteString("077OO900124,,A,letters,x\n+44 7700 900002,,B,again,x\n12,,C,short,x\n")
	writeFile(t, filepath.Join(b.dir, "audience.csv"), audience.String())
	writeFile(t, filepath.Join(b.dir, "gone.csv"), "phone\n+447700900006\n")
	writeFile(t, filepath.Join(b.dir, "optouts.csv"), "phone,identity,channel\n07700 900007,,\n,"+leakPSID+"00011,MESSENGER\n")
	writeFile(t, filepath.Join(b.dir, "campaign.yaml"), strings.Replace(leakCampaign, "HOOK", web.URL, 1))
	return b
}

// No number, name, id, text, token or secret stands in what is printed, or in a file of the run that is not for people's data, in whatever notation, whatever
// goes wrong.
func TestLeaks(t *testing.T) {
	b := newLeakBench(t, 0)
	strict, loose := leaks(true), leaks(false)
	for _, tc := range []struct {
		shows bool // texts of people, on purpose
		args  []string
	}{
		{false, []string{"check", b.dir}}, {true, []string{"plan", b.dir}}, {true, []string{"plan", "--json", "--rows", b.dir}}, {false, []string{"doctor", b.dir}},
		{true, []string{"run", "--yes", "--no-canary", "--limit", "40", b.dir}}, {false, []string{"status", b.dir}},
		{false, []string{"run", "--yes", "--json", "--no-canary", "--metrics-file", filepath.Join(b.dir, "a.prom"), b.dir}},
		{false, []string{"run", "--yes", b.dir}}, {false, []string{"status", b.dir}}, {false, []string{"status", "--json", b.dir}}, {false, []string{"status", filepath.Dir(b.dir)}},
		{false, []string{"reconcile", "--settle", "10ms", b.dir}}, {false, []string{"reconcile", "--assume", "sent", b.dir}},
		{false, []string{"report", b.dir}}, {false, []string{"report", "--json", b.dir}}, {false, []string{"run", "--yes", b.dir}},
		{false, []string{"run", "--sandbox", "--yes", "--run-key", "rehearsal", b.dir}},
	} {
		out, _ := b.command(tc.args...).CombinedOutput() // some end with other codes than 0
		known := strict
		if tc.shows {
			known = loose
		}
		known.search(t, "what "+strings.Join(tc.args, " ")+" prints", out)
	}
	searchWhileSending(t, b, strict)
	rep := b.checkBooks(t)
	for _, n := range []int{rep.Accepted, rep.Rejected, rep.InDoubt + rep.LeftInDoubt, rep.Skipped["suppressed"], rep.Skipped["invalid"], rep.Skipped["duplicate"], rep.Skipped["missing_value"]} {
		if n == 0 {
			t.Errorf("not all kinds of results are there, so this proves less: %+v", rep)
		}
	}
	if lists := strict.searchRun(t, b.runDir()); lists != 5 {
		t.Errorf("%d files with people's data were passed over, want 5", lists)
	}
	for _, name := range []string{"a.prom", filepath.Join("runs", ".gitignore")} {
		content, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Error(err)
		}
		strict.search(t, name, content)
	}
}

// searchWhileSending searches what a run has in its folder only as long as it sends, and what can be asked of it then.
func searchWhileSending(t *testing.T, b *bench, strict known) {
	t.Helper()
	cmd := b.command("run", "--yes", "--quiet", "--no-canary", "--rate", "20", "--run-key", "slow", b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it may have ended
	dir := filepath.Join(b.dir, "runs", "slow")
	waitFor(t, func() bool {
		info, err := os.Stat(filepath.Join(dir, runstore.StatusName))
		return err == nil && info.Size() > 0
	})
	before := b.server.AcceptedCount()
	for more := range 4 { // at the start, and when it has met with faults
		waitFor(t, func() bool { return b.server.AcceptedCount() > before+5*more })
		out, err := b.command("status", "--json", dir).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(`"live": true`)) {
			t.Errorf("status of a run that is sending: %v", err)
		}
		strict.search(t, "what status prints of a run that is sending", out)
		for _, name := range []string{runstore.StatusName, runstore.ControlName, runstore.LogName} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || len(content) == 0 {
				t.Errorf("%s of a run that is sending has %d bytes: %v", name, len(content), err)
			}
			strict.search(t, name, content)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // with exit code 7
}

// What is searched for is found in every notation: the people's own lists, and whoever leaks.
func TestLeaksAreFound(t *testing.T) {
	for _, leak := range []string{
		"+447700900123", "00447700900123", "07700900123", "07700 900123", "%2B447700900123", "tel:+44-7700-900123", "+44%207700%20900123",
		base64.StdEncoding.EncodeToString([]byte("+447700900123")), base64.StdEncoding.EncodeToString([]byte("to 447700900123")),
		base64.RawURLEncoding.EncodeToString([]byte(`{"a":"07700 900123"}`)), `Zo\u00eb Quillfeather 7`, "Zo%C3%AB+Quillfeather", "CUST-Yak-7", leakPSID + "00011", leakText + "-001",
		"Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x", "x " + leakSecret + " x", "http://127.0.0.1/" + leakHook,
		string(binary.LittleEndian.AppendUint64([]byte("abc"), 447700900123)), string(binary.BigEndian.AppendUint64([]byte("abc"), 447700900123)),
	} {
		if leaks(true).find([]byte("some text, "+leak+" and more")) == "" {
			t.Errorf("%q is not found", leak)
		}
	}
	if found := leaks(true).find([]byte(`+44 77·····123, row 447, "7700", MESSENGER ·····011`)); found != "" {
		t.Errorf("%s is found where it is not", found)
	}
}

// known are people's data and secrets, in every notation, under what they are called in a message.
type known map[string][][]byte

// leaks returns what must not be found; where texts are allowed, names and texts may.
func leaks(texts bool) known {
	k := known{}
	add := func(what string, notations ...string) {
		for _, text := range notations {
			ascii := strings.Trim(strconv.QuoteToASCII(text), `"`)
			for _, form := range append(base64Forms(text), text, url.QueryEscape(text), url.PathEscape(text), ascii) {
				k[what] = append(k[what], []byte(form))
			}
		}
	}
	add("a number", "7700900", "7700 900", "7700-900", "077OO900")
	add("an id of a channel", leakPSID)
	add("a secret", leakSecret, leakHook)
	k["a token"] = [][]byte{[]byte("eyJhbGciOi"), []byte("Bearer ey")}
	if texts {
		add("a name", leakName, "Quillfeather")
		add("a text", leakText)
		add("a customer's id", leakID)
	}
	return k
}

// base64Forms returns how a text looks in base64, whatever stands before and after it.
func base64Forms(text string) (forms []string) {
	for before, start := range []int{0, 2, 3} { // characters that depend on what stands before, too
		raw := append(make([]byte, before), text...)
		end := len(raw) * 8 / 6 // of those that depend on nothing behind
		forms = append(forms, base64.RawStdEncoding.EncodeToString(raw)[start:end], base64.RawURLEncoding.EncodeToString(raw)[start:end])
	}
	return forms
}

// find returns what of it a content holds; nothing where there is none.
func (k known) find(content []byte) string {
	for what, notations := range k {
		if slices.ContainsFunc(notations, func(text []byte) bool { return bytes.Contains(content, text) }) {
			return what
		}
	}
	for i := range max(len(content)-7, 0) { // the key of a number, as binary files could have it
		window := content[i : i+8]
		if binary.BigEndian.Uint64(window)/1000 == 447_700_900 || binary.LittleEndian.Uint64(window)/1000 == 447_700_900 {
			return "the key of a number"
		}
	}
	return ""
}

func (k known) search(t *testing.T, where string, content []byte) {
	t.Helper()
	if what := k.find(content); what != "" {
		t.Errorf("%s holds %s", where, what)
	}
}

// searchRun searches all files of a run but those that are said to hold people's data, of which it returns how many there are.
func (k known) searchRun(t *testing.T, dir string) (lists int) {
	t.Helper()
	ofPeople := []string{runstore.SnapshotName, runstore.RowsName, runstore.FailuresName, runstore.SkippedName, runstore.InDoubtName}
	searched := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if slices.Contains(ofPeople, d.Name()) {
			lists++
			return nil
		}
		searched++
		content, err := os.ReadFile(path)
		k.search(t, d.Name(), content)
		k.search(t, "the name of a file", []byte(path))
		return err
	})
	if err != nil || searched < 6 {
		t.Errorf("%d files were searched: %v", searched, err)
	}
	return lists
}
