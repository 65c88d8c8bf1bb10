package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sendoff/internal/sandbox"
)

// No number, token or secret stands in anything that is printed, or in a file that is said to hold no people's data, whatever goes wrong.
func TestPrivacy(t *testing.T) {
	faults := []string{"400:every=9", "500:every=7", "502:every=11", "429:every=5", "reset-after:every=13", "truncated:every=17"}
	b := newBench(t, 200)
	var parsed []sandbox.Fault
	for _, text := range faults {
		f, err := sandbox.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	b.server.SetFaults(parsed...)
	writeFile(t, filepath.Join(b.dir, "audience.csv"), benchAudience(200)+"077OO900124,letters\n+44 7700 900001,again\n12,short\n")
	var printed bytes.Buffer
	for _, args := range [][]string{
		{"check", b.dir}, {"plan", b.dir}, {"plan", "--json", b.dir}, {"run", "--yes", "--no-canary", b.dir}, {"run", "--yes", "--json", b.dir},
		{"status", b.dir}, {"status", "--json", b.dir}, {"report", "--full", b.dir},
	} {
		out, _ := b.command(args...).CombinedOutput() // some end with other codes than 0
		if args[0] == "plan" || args[0] == "check" {
			out = withoutSamples(out)
		}
		printed.Write(out)
	}
	refuse(t, "what was printed", printed.Bytes())

	withPeople := []string{"audience.snap", "report.csv", "failures.csv", "skipped.csv", "in-doubt.csv"}
	seen := 0
	err := filepath.WalkDir(b.runDir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, name := range withPeople {
			if d.Name() == name {
				return nil
			}
		}
		content, err := os.ReadFile(path)
		seen++
		refuse(t, d.Name(), content)
		return err
	})
	if err != nil || seen < 5 {
		t.Errorf("%d files were read: %v", seen, err)
	}
	masked, err := os.ReadFile(filepath.Join(b.runDir(), "skipped.csv"))
	if err != nil || !bytes.Contains(masked, []byte("077OO900124")) {
		t.Errorf("skipped.csv has not the original columns, so the search above proves nothing (%v)", err)
	}
}

// A profile's secret stands in nothing that is printed or kept, whether the profile holds it itself or a command prints it, which then fails.
func TestPrivacyOfProfiles(t *testing.T) {
	b := newBench(t, 20)
	c := b.server.Config()
	profiles := filepath.Join(t.TempDir(), "profiles.yaml")
	writeFile(t, profiles, "good: {app_id: "+c.AppID+", key_secret: "+c.KeySecret+"}\n"+
		"failing: {app_id: "+c.AppID+", key_secret_command: \"echo "+c.KeySecret+" && exit 1\"}\n"+
		"wrong: {app_id: "+c.AppID+", key_id: other, key_secret: "+c.KeySecret+"-2}\n")
	b.env = append(b.env, "SENDOFF_PROFILES="+profiles)
	var printed bytes.Buffer
	for _, args := range [][]string{
		{"profile", "list"}, {"profile", "show", "good"}, {"profile", "show", "failing"}, {"profile", "check", "good"}, {"profile", "check", "failing"},
		{"profile", "check", "wrong"}, {"doctor", b.dir, "--profile", "good"}, {"run", "--yes", "--profile", "wrong", b.dir},
		{"run", "--yes", "--profile", "failing", b.dir}, {"run", "--yes", "--json", "--profile", "good", b.dir}, {"status", b.dir}, {"report", b.dir},
	} {
		out, _ := b.command(args...).CombinedOutput() // some end with other codes than 0
		printed.Write(out)
	}
	refuse(t, "what was printed", printed.Bytes())
	for _, want := range []string{"has failed: exit status 1", "SINCH_KEY_ID, SINCH_KEY_SECRET. Nothing was sent", "everything adds up", `"profile": "good"`} {
		if !bytes.Contains(printed.Bytes(), []byte(want)) {
			t.Errorf("%q was not printed, so the search above proves less:\n%s", want, &printed)
		}
	}
	files, err := os.ReadDir(b.runDir())
	if err != nil || len(files) < 5 {
		t.Errorf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(b.runDir(), f.Name()))
		if err != nil {
			t.Error(err)
		}
		if bytes.Contains(content, []byte(c.KeySecret)) {
			t.Errorf("%s holds the secret", f.Name())
		}
	}
}

// number is what could be a part of a telephone number of this test's people, written in any way.
var number = regexp.MustCompile(`7700 ?9\d{5}|077OO`)

func refuse(t *testing.T, where string, content []byte) {
	t.Helper()
	if m := number.Find(content); m != nil {
		t.Errorf("%s holds a number", where)
	}
	for _, secret := range []string{sandbox.DefaultKeySecret, "eyJ", "Bearer"} {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("%s holds a secret or a token", where)
		}
	}
}

// withoutSamples takes out the texts that plan shows on purpose.
func withoutSamples(out []byte) []byte {
	var kept []string
	for _, line := range strings.Split(string(out), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "line ") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n"))
}
