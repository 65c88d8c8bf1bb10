package suppress

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
)

// below makes the folder of a campaign, some levels below one that stands for the user's own, and returns both.
func below(t *testing.T, levels ...string) (home, dir string) {
	t.Helper()
	home = t.TempDir()
	dir = filepath.Join(append([]string{home}, levels...)...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return home, dir
}

func loadFor(t *testing.T, dir, home string, specs ...campaign.SuppressionList) (*Set, error) {
	t.Helper()
	c := &campaign.Campaign{Path: filepath.Join(dir, "campaign.yaml"), MessageContentType: "CONTENT_MARKETING", Suppress: specs}
	return LoadFor(c, home, nil, time.Now())
}

// names are the lists of a set by their files, with how many entries they have.
func names(s *Set) (all []string) {
	for _, l := range s.Lists() {
		all = append(all, l.File+" "+strings.Repeat("i", l.Entries))
	}
	return all
}

func TestLoadFor(t *testing.T) {
	above, dir := below(t, "user", "campaigns", "spring")
	home := filepath.Join(above, "user")
	write(t, filepath.Join(above, OptOutsName), "phone\n+447700900009\n") // outside of the user's folder
	write(t, filepath.Join(home, OptOutsName), "phone,identity,channel,date,why\n")
	write(t, filepath.Join(home, "campaigns", OptOutsName), "phone,identity,channel,date,why\n+447700900001,,SMS,2026-04-01,STOP\n,0012,MESSENGER,2026-04-01,STOP\n")
	write(t, filepath.Join(dir, OptOutsName), "phone\n+447700900002\n")
	s, err := loadFor(t, dir, home)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(s), []string{"optouts.csv i", "../optouts.csv ii", "../../optouts.csv "}; !slices.Equal(got, want) {
		t.Errorf("lists %q, want %q", got, want)
	}
	for _, tc := range []struct {
		who  *campaign.Recipient
		want Match
	}{
		{person("+447700900001"), Match{Reason: campaign.Suppressed, List: 1, File: "../optouts.csv", Line: 2}},
		{people(t, "+447700900009", "MESSENGER:0012"), Match{Reason: campaign.Suppressed, List: 1, File: "../optouts.csv", Line: 3}},
		{person("+447700900002"), Match{Reason: campaign.Suppressed, List: 0, File: "optouts.csv", Line: 2}},
		{person("+447700900009"), Match{}},
		{people(t, "", "LINE:0012"), Match{}},
	} {
		if got, _ := s.WithoutSent().Match(tc.who, ""); got != tc.want {
			t.Errorf("Match(%v) = %+v, want %+v", tc.who.Identities(), got, tc.want)
		}
	}
	if s, err = loadFor(t, dir, home, campaign.SuppressionList{File: "../optouts.csv"}); err != nil || len(s.Lists()) != 3 || s.Lists()[0].Folder != "" || s.Lists()[1].Folder != dir {
		t.Errorf("a list that is named: %+v, %v", s.Lists(), err)
	}
	notice := &campaign.Campaign{Path: filepath.Join(dir, "campaign.yaml"), MessageContentType: "CONTENT_NOTIFICATION"}
	if s, err := LoadFor(notice, home, nil, time.Now()); err != nil || len(s.Lists()) != 0 {
		t.Errorf("a notification asks %q, %v", names(s), err)
	}
}

func TestFoldersAbove(t *testing.T) {
	for _, tc := range []struct {
		dir, home string
		want      []string
	}{
		{"/nosuch/a/b", "", []string{"/nosuch/a/b", "/nosuch/a", "/nosuch", "/"}},
		{"/nosuch/a/b", "/nosuch/a", []string{"/nosuch/a/b", "/nosuch/a"}},
		{"/nosuch/a", "/nosuch/a", []string{"/nosuch/a"}},
		{"/nosuch/a", "/nosuch/a/b", []string{"/nosuch/a", "/nosuch", "/"}},
	} {
		if got := foldersAbove(filepath.FromSlash(tc.dir), filepath.FromSlash(tc.home)); filepath.Separator == '/' && !slices.Equal(got, tc.want) {
			t.Errorf("foldersAbove(%s, %s) = %q, want %q", tc.dir, tc.home, got, tc.want)
		}
	}
	if got := foldersAbove(filepath.FromSlash(strings.Repeat("/nosuch", 50)), ""); len(got) != mostFolders {
		t.Errorf("%d folders, want %d", len(got), mostFolders)
	}
}

// A campaign that is reached by a link obeys the folders above both places.
func TestLoadForLink(t *testing.T) {
	home, dir := below(t, "team", "spring")
	shared := filepath.Join(home, "shared")
	if err := errors.Join(os.Mkdir(shared, 0o700), os.Symlink(dir, filepath.Join(shared, "spring"))); err != nil {
		t.Skip(err)
	}
	write(t, filepath.Join(home, "team", OptOutsName), "phone\n+447700900001\n")
	write(t, filepath.Join(shared, OptOutsName), "phone\n+447700900002\n+447700900003\n")
	s, err := loadFor(t, filepath.Join(shared, "spring"), home)
	if err != nil || len(s.Lists()) != 2 {
		t.Errorf("lists %q, %v", names(s), err)
	}
}

func TestLoadForFailsClosed(t *testing.T) {
	home, dir := below(t, "campaigns", "spring")
	write(t, filepath.Join(home, OptOutsName), "phone\nno number\n")
	_, err := loadFor(t, dir, home, campaign.SuppressionList{File: "missing.csv"})
	if err == nil || !strings.Contains(err.Error(), "1 of 1 rows") || !strings.Contains(err.Error(), "missing.csv") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(filepath.Join(home, OptOutsName)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, OptOutsName), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := loadFor(t, dir, home); err == nil {
		t.Error("a folder was taken for a list")
	}
}

// What is wrong with a list that the campaign names is said once, also where it is one that would be obeyed unnamed; and what the campaign says of
// such a list holds where another one is broken.
func TestLoadForSaysItOnce(t *testing.T) {
	home, dir := below(t, "campaigns", "spring")
	write(t, filepath.Join(dir, OptOutsName), "phone\n+447700900001\nno number\n")
	var once campaign.Problems
	if _, err := loadFor(t, dir, home, campaign.SuppressionList{File: OptOutsName}); !errors.As(err, &once) || len(once) != 2 {
		t.Errorf("got %v, want what is wrong with the list, and with its line", err)
	}
	specs := []campaign.SuppressionList{{File: OptOutsName, IgnoreUnreadable: true}, {File: "missing.csv"}}
	if _, err := loadFor(t, dir, home, specs...); err == nil || strings.Contains(err.Error(), OptOutsName) {
		t.Errorf("got %v, want only the list that is missing", err)
	}
}

// Opt-outs begin to come in while the first campaign is being sent.
func TestRefreshFindsLists(t *testing.T) {
	home, dir := below(t, "campaigns", "spring")
	s, err := loadFor(t, dir, home)
	if err != nil {
		t.Fatal(err)
	}
	now, path := time.Now(), filepath.Join(home, OptOutsName)
	if err := s.Refresh(now); err != nil || len(s.Lists()) != 0 {
		t.Errorf("without a file: %q, %v", names(s), err)
	}
	write(t, path, "phone,identity,channel,date,why\n")
	if err := s.Refresh(now); err != nil || len(s.Lists()) != 1 {
		t.Errorf("with an empty file: %q, %v", names(s), err)
	}
	write(t, path, "phone,identity,channel,date,why\n+447700900001,,,,\n")
	if err := s.Refresh(now); err != nil {
		t.Error(err)
	}
	if m, found := s.Match(person("+447700900001"), ""); !found || m.File != "../../optouts.csv" {
		t.Errorf("somebody who has opted out meanwhile: %+v %t", m, found)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(now); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("a file that vanishes: %v", err)
	}
	if err := s.Refresh(now.Add(holdFor)); !errors.Is(err, ErrLost) {
		t.Errorf("a minute later: %v", err)
	}
	write(t, filepath.Join(dir, OptOutsName), "phone\nno number\n")
	write(t, path, "phone\n+447700900001\n")
	if err := s.Refresh(now); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("a file that appears and cannot be read: %v", err)
	}
	if err := s.Refresh(now.Add(holdFor)); !errors.Is(err, ErrLost) {
		t.Errorf("a minute later: %v", err)
	}
}

// A row can name an address on the channel that it says.
func TestIdentityAndChannel(t *testing.T) {
	dir := folder(t, map[string]string{"all.csv": "phone,Identity,Channel\n,0012,messenger\n,07700 900002,WHATSAPP\n+447700900001,,SMS\n,01EXA,CONTACT\n+447700900003,NULL,\n+447700900004,447700900004,SMS\n"})
	s := load(t, dir, campaign.SuppressionList{File: "all.csv"})
	for who, line := range map[*campaign.Recipient]int{
		people(t, "", "MESSENGER:0012"): 2, people(t, "", "LINE:0012"): 0, person("+447700900002"): 3, person("+447700900001"): 4, people(t, "", "CONTACT:01EXA"): 5, person("+447700900003"): 6, person("+447700900004"): 7,
	} {
		if m, _ := s.Match(who, ""); m.Line != line {
			t.Errorf("Match(%v) = %+v, want line %d", who.Identities(), m, line)
		}
	}
	for _, row := range []string{",0012,", ",0012,FAX", ",a b,LINE", ",12,SMS"} {
		dir := folder(t, map[string]string{"all.csv": "phone,identity,channel\n" + row + "\n"})
		if _, err := Load(dir, []campaign.SuppressionList{{File: "all.csv"}}, "GB", nil, time.Now()); err == nil || !strings.Contains(err.Error(), "1 of 1 rows") {
			t.Errorf("%q: %v", row, err)
		}
	}
}

// Whoever opts out is added to a list at any time, also while a campaign starts: that is no reason not to.
func TestListGrowsWhileItIsRead(t *testing.T) {
	home, dir := below(t, "campaigns")
	path := filepath.Join(dir, OptOutsName)
	text := strings.Repeat("+447700900001\n", 5_000)
	if err := os.WriteFile(path, []byte("phone\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for ticks := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-ticks.C:
			}
			if _, err := out.WriteString("+447700900002\n"); err != nil {
				t.Error(err)
			}
		}
	}()
	for range 20 {
		if _, err := loadFor(t, dir, home); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	<-ended
	if err := out.Close(); err != nil {
		t.Error(err)
	}
}
