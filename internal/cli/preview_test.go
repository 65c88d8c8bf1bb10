package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// ownIDs are what a previewed request has otherwise than the one that is sent: the ids of the run and its epoch.
var ownIDs = regexp.MustCompile(`[0-9A-Z]{26}/0|\\"run\\":\\"[0-9A-Z]{26}\\"|\\"epoch\\":\\"[0-9a-f]{8}\\"`)

// What a preview prints as the request is, but for the ids of the run, byte for byte what is posted, whatever stands in the spreadsheet; and of
// what stands there no terminal and no page obeys anything.
func TestPreviewIsWhatIsSent(t *testing.T) {
	for _, kind := range []string{"text", "card", "carousel", "list", "explicit", "channel specific"} {
		var message map[string]any
		if err := json.Unmarshal([]byte(messages[kind]), &message); err != nil {
			t.Fatal(err)
		}
		b := newMessageBench(t, message)
		preview := func(args ...string) string {
			t.Helper()
			out, err := b.command(append([]string{"preview", b.dir}, args...)...).Output()
			if err != nil {
				t.Fatalf("%v: %v", args, err)
			}
			return string(out)
		}
		previewed := preview("--json")
		if out, err := b.command("run", "--yes", "--quiet", b.dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		sent := b.server.Accepted()
		if len(sent) != 1 {
			t.Fatalf("%d messages were sent", len(sent))
		}
		without := func(body string) string { return ownIDs.ReplaceAllString(strings.TrimSpace(body), "") }
		if diff := cmp.Diff(without(string(sent[0].Request)), without(previewed)); diff != "" {
			t.Errorf("%s (-sent +previewed):\n%s", kind, diff)
		}
		for _, r := range preview() {
			if unicode.IsControl(r) && r != '\n' || r == '\u2028' {
				t.Fatalf("%s: the terminal gets %q", kind, r)
			}
		}
		page := filepath.Join(b.dir, "page.html")
		preview("--html", page)
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(page); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if strings.Contains(string(text), "<b>") || !strings.Contains(string(text), "&lt;b&gt;&amp;amp;&lt;/b&gt; 😀") {
			t.Errorf("%s: the page has the value otherwise than as text", kind)
		}
	}
}

// The commands that a preview prints send what it says.
func TestPreviewedCommandSends(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl in PATH")
	}
	b := newMessageBench(t, map[string]any{"text_message": map[string]any{"text": "Hi ${name} `id` $(id) !! \\"}})
	out, err := b.command("preview", b.dir, "--curl").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "send.sh")
	writeFile(t, file, string(out))
	cmd := exec.Command("sh", file)
	cmd.Env = append(b.env, "TOKEN="+token(t, b))
	if answer, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(answer), "message_id") {
		t.Fatalf("%v\n%s", err, answer)
	}
	previewed, err := b.command("preview", b.dir, "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	sent := b.server.Accepted()
	if len(sent) != 1 || string(sent[0].Request) != strings.TrimSpace(string(previewed)) {
		t.Errorf("sent\n%s\npreviewed\n%s", sent[0].Request, previewed)
	}
}

// token fetches a token of the bench's sandbox.
func token(t *testing.T, b *bench) string {
	t.Helper()
	c := b.server.Config()
	r, err := http.NewRequest(http.MethodPost, "http://localhost/oauth2/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(c.KeyID, c.KeySecret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.server.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || json.Unmarshal(body, &granted) != nil || granted.Token == "" {
		t.Fatalf("%v %s", err, body)
	}
	return granted.Token
}

func TestPowerShellCommand(t *testing.T) {
	rest := `","message":{"text_message":{"text":"it's \"Zoë\" 😀 $env:X ` + "`" + `n"}}}`
	literal := regexp.MustCompile(`(?s)^'(.*)' \+ \$env:SINCH_APP_ID \+ '(.*)' \|\n`).FindStringSubmatch(powerShellCommand(rest))
	if literal == nil {
		t.Fatal("the command does not begin with the body")
	}
	body := literal[1] + "APP" + strings.ReplaceAll(literal[2], "''", "'") // in single quotes a doubled quote is one, and nothing else means anything
	var got, want any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err, body)
	}
	if err := json.Unmarshal([]byte(`{"app_id":"APP`+rest), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || strings.ContainsFunc(body, func(r rune) bool { return r > 126 }) {
		t.Errorf("%s\n%s", diff, body)
	}
}
