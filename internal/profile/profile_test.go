package profile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
)

const hush = "hush-secret-1"

// write makes a file that its owner alone may read, and returns its path.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t testing.TB, path string) []*Profile {
	t.Helper()
	all, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "profiles.yaml", "\ufeff# mine\nproduction: {project_id: 0123, app_id: 01HZX3, region: eu, key_id: 1e3, key_secret_command: \"op read x\"}\r\n"+
		"staging:\r\n  project_id: \"p: 2\"   # the small one\r\n  endpoint: https://127.0.0.1:1\n  key_secret_file: staging.key\n"+
		"  only_to: seeds.csv\n  max_recipients: 20\n  keep: 90d\n")
	all := load(t, path)
	if len(all) != 2 || Find(all, "nosuch") != nil {
		t.Fatalf("%d profiles", len(all))
	}
	p, s := Find(all, "production"), Find(all, "staging")
	if p.Line != 2 || p.File != path || p.ProjectID != "0123" || p.AppID != "01HZX3" || p.Region != "eu" || p.KeyID != "1e3" || p.SecretFrom() != "key_secret_command" {
		t.Errorf("production = %+v", p)
	}
	if s.Line != 3 || s.ProjectID != "p: 2" || s.Endpoint != "https://127.0.0.1:1" || s.OnlyTo != filepath.Join(dir, "seeds.csv") ||
		s.MaxRecipients != 20 || s.Keep != 90*24*time.Hour || s.SecretFrom() != filepath.Join(dir, "staging.key") {
		t.Errorf("staging = %+v", s)
	}
	for _, text := range []string{"", "# none yet\n", "\n\n"} {
		if all := load(t, write(t, dir, "none.yaml", text)); len(all) != 0 {
			t.Errorf("%q holds %d profiles", text, len(all))
		}
	}
	if all := load(t, filepath.Join(dir, "nosuch.yaml")); len(all) != 0 {
		t.Errorf("no file holds %d profiles", len(all))
	}
}

// A file that says anything else than it should is refused whole, where it says it, and never with what could be a secret.
func TestRefused(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"unknown key", "a:\n  projectid: x\n", `2:3: unknown key "projectid" | did you mean "project_id"?`},
		{"unknown key that may be a secret", "a:\n  hush+secret: x\n", `2:3: unknown key "…" | `},
		{"key twice", "a:\n  app_id: x\n  app_id: y\n", `3:3: "app_id" stands here a second time; first in line 2 | keep one of the two`},
		{"profile twice", "a:\n  app_id: x\nb: {app_id: y}\na:\n  app_id: z\n", `4:1: "a" stands here a second time; first in line 1 | keep one of the two`},
		{"two secrets", "a:\n  key_secret: hush\n  key_secret_file: x\n", `3:3: key_secret_file stands beside key_secret | keep one of the two`},
		{"all at once", "a:\n  app: x\n  max_recipients: 0\n  keep: long\nb: {region: mars}\n",
			`2:3: unknown key "app" | did you mean "app_id"?; 3:19: max_recipients: a whole number from 1 on is wanted | ; ` +
				`4:9: keep: an age is wanted | such as 20h or 90d; 5:13: region: us, eu or br is wanted | the one in which the app was created`},
		{"number in quotes", "a: {max_recipients: \"20\"}\n", `1:21: max_recipients: a whole number from 1 on is wanted | `},
		{"odd number", "a:\n  max_recipients: 0x14\n", `2:19: max_recipients: a whole number from 1 on is wanted | `},
		{"no text", "a:\n  app_id:\n", `2:3: app_id: a text is wanted here | write a text behind the colon, or remove the line`},
		{"empty text", "a:\n  app_id: \"\"\n", `2:11: app_id: a text is wanted here | write a text behind the colon, or remove the line`},
		{"group", "a:\n  app_id: {x: y}\n", `2:11: app_id: a text is wanted here | write a text behind the colon, or remove the line`},
		{"list", "a:\n  app_id: [x]\n", `2:11: only keys and texts are wanted in this file | a text that begins with a sign must stand in "quotes"`},
		{"block", "a:\n  key_secret: |\n    hush\n", `2:15: only keys and texts are wanted in this file | a text that begins with a sign must stand in "quotes"`},
		{"anchor", "a: &x\n  app_id: y\n", `1:4: only keys and texts are wanted in this file | a text that begins with a sign must stand in "quotes"`},
		{"tag", "a:\n  app_id: !!str y\n", `2:11: only keys and texts are wanted in this file | a text that begins with a sign must stand in "quotes"`},
		{"second document", "a: {app_id: x}\n---\nb: {app_id: y}\n", `2:1: only keys and texts are wanted in this file | a text that begins with a sign must stand in "quotes"`},
		{"nothing in it", "a:\n", `1:1: there is nothing in it | ` + shapeHint},
		{"no map", "a: hush\n", `1:4: keys are wanted here | ` + shapeHint},
		{"no profiles", "hush\n", `1:1: keys are wanted here | ` + shapeHint},
		{"name", "a b:\n  app_id: x\n", `1:1: a profile's name consists of letters, digits, ".", "_" and "-", and begins with one of the first two | `},
		{"broken", "a:\n  key_secret: \"hush\n", `2:15: the file cannot be read as YAML from here on | ` + shapeHint},
		{"deep", strings.Repeat("a: {", 5) + "\n", `1:12: only keys and texts are wanted in a profile | ` + shapeHint},
		{"large", "#" + strings.Repeat("x", maxSize), `0:0: is larger than 64 kB | `},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Load(write(t, t.TempDir(), "p.yaml", tc.text))
			var problems campaign.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load = %v, want problems", err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%d:%d: %s | %s", p.Line, p.Column, p.Message, p.Hint))
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), tc.want)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Error("what could be a secret is shown")
			}
		})
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := t.TempDir()
	path := write(t, dir, "p.yaml", "a: {key_secret_file: a.key}\n")
	key := write(t, dir, "a.key", hush)
	p := load(t, path)[0]
	for _, mode := range []os.FileMode{0o640, 0o604, 0o601, 0o644} {
		if err := errors.Join(os.Chmod(path, mode), os.Chmod(key, mode)); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "chmod 600 '"+path+"'") {
			t.Errorf("Load of a file of mode %v: %v", mode, err)
		}
		if _, err := p.Secret(t.Context(), nil, io.Discard); err == nil || !strings.Contains(err.Error(), "chmod 600 '"+key+"'") {
			t.Errorf("Secret in a file of mode %v: %v", mode, err)
		}
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("Load of a folder: %v", err)
	}
}

func TestSecret(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	dir := t.TempDir()
	write(t, dir, "good.key", hush+"\n")
	write(t, dir, "empty.key", "\n")
	for _, tc := range []struct{ setting, want, wrong string }{
		{"key_secret: " + hush, hush, ""},
		{"key_secret_file: good.key", hush, ""},
		{"key_secret_file: nosuch.key", "", "p.yaml:2: key_secret_file of profile a names " + filepath.Join(dir, "nosuch.key") + ", which is not there"},
		{"key_secret_file: empty.key", "", "which is empty"},
		{"key_secret_command: cat good.key; echo more", hush, ""},
		{"key_secret_command: \"head -n 1 && echo asked >&2\"", "typed", ""},
		{"key_secret_command: echo " + hush + "; exit 3", "", "p.yaml:2: key_secret_command of profile a has failed: exit status 3"},
		{"key_secret_command: echo; echo " + hush, "", "has printed nothing on its first line"},
		{"key_id: none", "", ""},
	} {
		var said strings.Builder
		p := load(t, write(t, dir, "p.yaml", "a:\n  "+tc.setting+"\n"))[0]
		got, err := p.Secret(t.Context(), strings.NewReader("typed\n"), &said)
		if got != tc.want || (err == nil) != (tc.wrong == "") {
			t.Errorf("%s gives %q, %v", tc.setting, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), tc.wrong) || strings.Contains(err.Error(), hush) || exitsWith(err) == nil) {
			t.Errorf("%s: %v, want %s", tc.setting, err, tc.wrong)
		}
		if asked := strings.Contains(tc.setting, "asked"); asked != (said.String() == "asked\n") {
			t.Errorf("%s: standard error is %q", tc.setting, said.String())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := load(t, write(t, dir, "p.yaml", "a: {key_secret_command: sleep 60}\n"))[0]
	if _, err := p.Secret(ctx, nil, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("Secret after the end = %v", err)
	}
}

func exitsWith(err error) campaign.Problems {
	var problems campaign.Problems
	_ = errors.As(err, &problems)
	return problems
}

// TestShowsNoSecret prints a profile in every way that somebody may print it by mistake.
func TestShowsNoSecret(t *testing.T) {
	p := load(t, write(t, t.TempDir(), "p.yaml", "a: {key_secret: "+hush+"}\n"))[0]
	var out strings.Builder
	for _, thing := range []any{p, *p, []*Profile{p}, map[string]Profile{"a": *p}, struct{ p Profile }{*p}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, thing)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("thing", "thing", thing)
		b, _ := json.Marshal(thing)
		out.Write(b)
	}
	for _, never := range []string{hush, fmt.Sprintf("%x", hush)} {
		if strings.Contains(out.String(), never) {
			t.Errorf("%s was printed", never)
		}
	}
	if got, err := p.Secret(t.Context(), nil, io.Discard); got != hush || err != nil {
		t.Errorf("Secret = %q, %v", got, err)
	}
}

func TestPath(t *testing.T) {
	base := map[string]string{"windows": "AppData", "darwin": "HOME"}[runtime.GOOS]
	if base == "" {
		base = "XDG_CONFIG_HOME"
	}
	abs := t.TempDir()
	t.Chdir(abs)
	for _, tc := range []struct {
		env  map[string]string
		want string // "" for an error
	}{
		{map[string]string{Variable: "x/p.yaml", base: abs}, filepath.Join(abs, "x", "p.yaml")},
		{map[string]string{}, ""},
	} {
		got, err := Path(func(name string) string { return tc.env[name] })
		if got != tc.want || (err == nil) != (tc.want != "") || err != nil && !strings.Contains(err.Error(), Variable) {
			t.Errorf("Path of %v = %s, %v", tc.env, got, err)
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	for _, tc := range []struct{ home, xdg, want string }{
		{"/home/u", "", "/home/u/.config/sendoff/profiles.yaml"},
		{"/home/u", "/etc/u", "/etc/u/sendoff/profiles.yaml"},
		{"", "/etc/u", "/etc/u/sendoff/profiles.yaml"},
		{"/home/u", "relative", "/home/u/.config/sendoff/profiles.yaml"},
	} {
		got, err := Path(func(name string) string { return map[string]string{"HOME": tc.home, "XDG_CONFIG_HOME": tc.xdg}[name] })
		if got != tc.want || err != nil {
			t.Errorf("Path(%q, %q) = %s, %v", tc.home, tc.xdg, got, err)
		}
	}
}

func TestPut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "sendoff")
	path := filepath.Join(dir, "profiles.yaml")
	put := func(name string, settings ...Setting) {
		t.Helper()
		if err := Put(path, name, settings); err != nil {
			t.Fatal(err)
		}
	}
	put("b", Setting{"project_id", "p-1"}, Setting{"region", ""}, Setting{"key_secret_command", `op read "x: #1"`})
	text, err := os.ReadFile(path)
	if want := "b:\n  project_id: p-1\n  key_secret_command: \"op read \\\"x: #1\\\"\"\n"; string(text) != want || err != nil {
		t.Errorf("profiles.yaml = %q, %v", text, err)
	}
	write(t, dir, "profiles.yaml", "# all of mine\na: {app_id: x} # small\n\n# of b\nb:\n  # old\n  app_id: y\n# of c\n\nc:\n  key_secret: z") // no line break
	put("d", Setting{"max_recipients", "20"})
	put("b", Setting{"app_id", "new"})
	want := "# all of mine\na: {app_id: x} # small\n\n# of b\nb:\n  app_id: new\n# of c\n\nc:\n  key_secret: z\nd:\n  max_recipients: 20\n"
	if text, err := os.ReadFile(path); string(text) != want || err != nil {
		t.Errorf("profiles.yaml =\n%s%v\nwant\n%s", text, err, want)
	}
	put("d", Setting{"app_id", "last"})
	put("a", Setting{"app_id", "first"})
	all := load(t, path)
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name + " " + p.AppID
	}
	if !slices.Equal(names, []string{"a first", "b new", "c ", "d last"}) {
		t.Errorf("profiles are %q", names)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// What cannot be put into a file without harm to what is there is not written.
func TestPutRefused(t *testing.T) {
	for _, tc := range []struct{ name, text, put string }{
		{"in one line", "{a: {app_id: x}}\n", "b"},
		{"in one line, replaced", "{a: {app_id: x}, b: {app_id: y}}\n", "a"},
		{"broken", "a: {apid: x}\n", "b"},
		{"nothing to say", "a: {app_id: x}\n", "a"},
	} {
		path := write(t, t.TempDir(), "p.yaml", tc.text)
		settings := []Setting{{"app_id", "new"}}
		if tc.name == "nothing to say" {
			settings = nil
		}
		if err := Put(path, tc.put, settings); err == nil {
			t.Errorf("%s: written", tc.name)
		}
		if text, err := os.ReadFile(path); string(text) != tc.text || err != nil {
			t.Errorf("%s: the file holds %q, %v", tc.name, text, err)
		}
	}
}

func TestPutSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "profiles.yaml")
	if err := PutSecret(path, "a", hush); err != nil {
		t.Fatal(err)
	}
	if err := Put(path, "a", []Setting{{"key_secret_file", filepath.Base(KeyFile(path, "a"))}}); err != nil {
		t.Fatal(err)
	}
	if got, err := load(t, path)[0].Secret(t.Context(), nil, io.Discard); got != hush || err != nil {
		t.Errorf("Secret = %q, %v", got, err)
	}
}

// FuzzParse looks for panics, and for profiles that are not the same when they are written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte("a: {app_id: x, only_to: y, keep: 90d}\nb:\n  key_secret: \"z\\n\"\n"))
	f.Add([]byte("a: &b *c\n? {}\n- |\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := parse("p.yaml", data)
		if err != nil {
			return
		}
		for _, p := range all {
			if err := CheckName(p.Name); err != nil {
				t.Error(err)
			}
			again, err := Make("p.yaml", p.Name, []Setting{{"app_id", p.AppID}, {"key_id", p.KeyID}, {"project_id", "x"}})
			if err != nil || again.AppID != p.AppID || again.KeyID != p.KeyID {
				t.Errorf("%q, %q come back as %+v, %v", p.AppID, p.KeyID, again, err)
			}
		}
	})
}
