package stops

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/suppress"
)

var testTime = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func person(c campaign.Channel, identity string) Person {
	return Person{Channel: c, Identity: identity, Time: testTime, Why: "stop word"}
}

// add wants each of them on the file, or already there.
func add(t *testing.T, f *File, want bool, people ...Person) {
	t.Helper()
	for _, p := range people {
		if got, err := f.Add(p); err != nil || got != want {
			t.Fatalf("Add on %s = %v, %v; want %v", p.Channel, got, err, want)
		}
	}
}

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A file that is not there is made with the first person. Everybody stands on it once, whatever phone channel they write on, also for a process that
// opens it later.
func TestAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	f := open(t, path)
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file with nobody on it, which a campaign would take for a broken list")
	}
	add(t, f, true, person(campaign.SMS, "447700900001"), person(campaign.Messenger, "1234567890"))
	add(t, f, false, person(campaign.WhatsApp, "+447700900001"), person(campaign.Messenger, "1234567890"))
	again := open(t, path)
	add(t, again, false, person(campaign.RCS, "447700900001"), person(campaign.Messenger, "1234567890"))
	add(t, again, true, person(campaign.Instagram, "1234567890"))
	add(t, f, false, person(campaign.Instagram, "1234567890"))
	want := "phone,identity,channel,date,why\n" +
		"+447700900001,,,2026-11-22T09:00:00Z,stop word\n" +
		",1234567890,MESSENGER,2026-11-22T09:00:00Z,stop word\n" +
		",1234567890,INSTAGRAM,2026-11-22T09:00:00Z,stop word\n"
	if got := content(t, path); got != want {
		t.Errorf("the file holds\n%swant\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := f.Add(person(campaign.SMS, "")); !errors.Is(err, ErrNobody) {
		t.Errorf("Add of nobody: %v", err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A file of somebody's own is gone on with as it is written.
func TestShapes(t *testing.T) {
	for _, tc := range []struct{ name, before, after string }{
		{"semicolons", "Namn;Mobil;date\nAnn;+447700900001;\n", "Namn;Mobil;date\nAnn;+447700900001;\n;+447700900002;2026-11-22T09:00:00Z\n"},
		{"no line end", "phone\n+447700900001", "phone\n+447700900001\n+447700900002\n"},
		{"numbers alone", "+447700900001\n", "+447700900001\n+447700900002\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(path, []byte(tc.before), 0o600); err != nil {
				t.Fatal(err)
			}
			f := open(t, path)
			add(t, f, false, person(campaign.SMS, "447700900001"))
			add(t, f, true, person(campaign.SMS, "447700900002"))
			if got := content(t, path); got != tc.after {
				t.Errorf("the file holds %q, want %q", got, tc.after)
			}
			if _, err := f.Add(person(campaign.Messenger, "1234567890")); err == nil || strings.Contains(err.Error(), "1234567890") {
				t.Errorf("somebody for whom there is no column: %v", err)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte("phone,Messenger\n+447700900001,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add(t, open(t, path), true, person(campaign.Messenger, "1234567890"))
	if got, want := content(t, path), "phone,Messenger\n+447700900001,\n,1234567890\n"; got != want {
		t.Errorf("the file holds %q, want %q", got, want)
	}
}

// An editor puts another file in its place, without somebody and with another last line: what is added stands there.
func TestEditedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	f := open(t, path)
	add(t, f, true, person(campaign.SMS, "447700900001"), person(campaign.SMS, "447700900002"))
	edited := "phone,note\n+447700900003,by letter\n"
	if err := errors.Join(os.WriteFile(path+"~", []byte(edited), 0o600), os.Rename(path+"~", path)); err != nil {
		t.Fatal(err)
	}
	add(t, f, false, person(campaign.SMS, "447700900003"))
	add(t, f, true, person(campaign.SMS, "447700900002"))
	if got, want := content(t, path), edited+"+447700900002,\n"; got != want {
		t.Errorf("the file holds %q, want %q", got, want)
	}
}

func TestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"utf16.csv": "\xff\xfep\x00h\x00o\x00n\x00e\x00\n\x00", "no phone.csv": "colour,size\nred,1\n", "lines.jsonl": `{"phone":"+447700900001"}` + "\n",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var problems campaign.Problems
		if _, err := Open(path); !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Several at once, each with a File of their own: one header, whole lines, nobody twice.
func TestAddAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	var wg sync.WaitGroup
	for i := range 8 {
		f := open(t, path)
		wg.Go(func() {
			for _, p := range []Person{person(campaign.SMS, "447700900001"), person(campaign.SMS, "44770090010"+string(rune('0'+i)))} {
				if _, err := f.Add(p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	lines := strings.Split(strings.TrimSuffix(content(t, path), "\n"), "\n")
	if len(lines) != 10 || strings.Count(content(t, path), "phone") != 1 {
		t.Errorf("the file holds\n%s", strings.Join(lines, "\n"))
	}
}

func TestWords(t *testing.T) {
	w := NewWords("Nej tack", "start")
	for text, want := range map[string]bool{
		"STOP": true, "stop": true, " Stop! ": true, "„Stop.“": true, "stop  all": true, "Arrêt": true, "opt-out": true, "OptOut_All_EN": true, "nej tack.": true,
		"Arre\u0302t": true, "ＳＴＯＰ": true, "\u200bstop\u200b \U0001f6d1": true, // as some keyboards write
		"start": true, // somebody's own word
		"":      false, "stop by": false, "don't stop": false, "…": false, "non-stop": false, strings.Repeat("stop ", 50): false,
	} {
		if got := w.Stop(text); got != want {
			t.Errorf("Stop(%q) = %v", text, got)
		}
	}
	if w.Start("start") || !w.Start("Subscribe!") || w.Start("STOP") {
		t.Error("words that ask for messages again are taken for others")
	}
}

// What a crash has left of a line is taken away, or made whole where it says who it was, before anybody goes by the file; a line of somebody's own is not touched.
func TestMended(t *testing.T) {
	const whole = headerLine + "+447700900001,,,2026-11-22T09:00:00Z,stop word\n"
	for _, tc := range []struct{ name, before, after string }{
		{"half a number", whole + "+4477", whole},
		{"a number that may be whole", whole + "+447700900002", whole + "+447700900002,,,,\n"},
		{"half a date", whole + "+447700900002,,,2026-1", whole + "+447700900002,,,2026-1,\n"},
		{"no end", whole + "+447700900002,,,2026-11-22T09:00:00Z,stop w", whole + "+447700900002,,,2026-11-22T09:00:00Z,stop w\n"},
		{"half an id", whole + ",1234", whole},
		{"an id", whole + ",1234,MESSENGER", whole + ",1234,MESSENGER,,\n"},
		{"an open quote", whole + `,"a,`, whole},
		{"zeros", whole + "\x00\x00\x00", whole},
		{"zeros in a line", whole + "+4477\x00\x00\x00\x00\x0002,,,2026-11-22T09:00:00Z,stop word\n", whole},
		{"zeros, and a whole line", whole + "+4477\x00,stop\n+447700900002,,,,\n+447", whole + "+447700900002,,,,\n"},
		{"what somebody has typed", whole + "07700 900002", whole + "07700 900002\n"},
		{"somebody's own file", "phone,name\n+447700900001,A\n+4477", "phone,name\n+447700900001,A\n+4477"},
		{"a header alone", headerLine, headerLine},
		{"nothing", "", ""},
	} {
		path := filepath.Join(t.TempDir(), FileName)
		if err := os.WriteFile(path, []byte(tc.before), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Open(path) // which may say what is wrong with it
		if got := content(t, path); got != tc.after {
			t.Errorf("%s: the file holds\n%q, want\n%q", tc.name, got, tc.after)
		}
	}
	// Of a long file only the end is looked at; and one that is open is mended too.
	path := filepath.Join(t.TempDir(), FileName)
	long := headerLine + strings.Repeat("+447700900001,,,2026-11-22T09:00:00Z,stop word\n", 2*endSize/48)
	if err := os.WriteFile(path, []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	f := open(t, path)
	if err := os.WriteFile(path, []byte(long+"+4477"), 0o600); err != nil {
		t.Fatal(err)
	}
	add(t, f, true, person(campaign.SMS, "447700900002"))
	if got, want := content(t, path), long+"+447700900002,,,2026-11-22T09:00:00Z,stop word\n"; got != want {
		t.Errorf("the file has %d bytes, want %d, and ends in %q", len(got), len(want), got[len(got)-60:])
	}
}

// Nothing that comes makes a line that campaigns cannot read: one of those would stop them all.
func TestCampaignsCanReadIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	f := open(t, path)
	for _, p := range []Person{
		person(campaign.SMS, "72345"), person(campaign.SMS, "ACME"), person(campaign.WhatsApp, "999447700900001"), person(campaign.SMS, "+"),
		person("HOLOGRAM", "1234567890"), person("", "1234567890"), person(campaign.Messenger, "null"), person(campaign.Messenger, "a\nb"),
	} {
		if _, err := f.Add(p); !errors.Is(err, ErrNobody) {
			t.Errorf("Add on %q: %v", p.Channel, err)
		}
	}
	formula, comma, quote := person(campaign.Telegram, `=HYPERLINK("x")`), person(campaign.Telegram, `@a,"b"`), person(campaign.Line, "'x")
	add(t, f, true, person(campaign.SMS, "447700900001"), formula, comma, quote)
	add(t, open(t, path), false, person(campaign.MMS, "447700900001"), formula, comma, quote)
	list, err := suppress.Load(filepath.Dir(path), []campaign.SuppressionList{{File: FileName}}, "", nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []Person{formula, comma, quote} {
		id, err := campaign.ReadIdentity(who.Channel, who.Identity)
		if err != nil {
			t.Fatal(err)
		}
		if _, found := list.Match(&campaign.Recipient{Others: []campaign.Identity{id}}, ""); !found {
			t.Errorf("somebody on %s has opted out, and is not found on the list", who.Channel)
		}
	}
	for _, line := range strings.Split(content(t, path), "\n") {
		for _, cell := range strings.Split(line, ",") {
			if strings.HasPrefix(strings.Trim(cell, `"`), "=") {
				t.Errorf("a spreadsheet takes a cell for a formula: %s", line)
			}
		}
	}
}
