package suppress

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

var longNumber = regexp.MustCompile(`\d{6}`)

// folder writes files into a directory of their own and returns it.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, dir string, specs ...campaign.SuppressionList) *Set {
	t.Helper()
	s, err := Load(dir, specs, "GB", everyChannel(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func person(e164 string) *campaign.Recipient {
	return &campaign.Recipient{Address: campaign.PhoneAddress(e164)}
}

func TestMatch(t *testing.T) {
	dir := folder(t, map[string]string{
		"plain.txt": "# called the hotline\n07700 900002\n\n+447700900001\n07700900002\n",
		"both.csv":  "Phone;Reason;Customer No;Country\n070 174 06 05;moved;C5;SE\n;complaint; C6 ;\n+447700900001;again;;\n",
	})
	s := load(t, dir, campaign.SuppressionList{File: "plain.txt"}, campaign.SuppressionList{File: "both.csv"})
	for _, tc := range []struct {
		phone, id string
		want      Match
	}{
		{"+447700900001", "", Match{Reason: campaign.Suppressed, List: 0, File: "plain.txt", Line: 4}},
		{"+447700900002", "C6", Match{Reason: campaign.Suppressed, List: 0, File: "plain.txt", Line: 2}},
		{"+46701740605", "", Match{Reason: campaign.Suppressed, List: 1, File: "both.csv", Line: 2}},
		{"+447700900009", "C5", Match{Reason: campaign.Suppressed, List: 1, File: "both.csv", Line: 2}},
		{"", " C6", Match{Reason: campaign.Suppressed, List: 1, File: "both.csv", Line: 3}},
	} {
		if got, found := s.Match(person(tc.phone), tc.id); !found || got != tc.want {
			t.Errorf("Match(%s, %s) = %+v %t, want %+v", tc.phone, tc.id, got, found, tc.want)
		}
	}
	for _, tc := range []struct{ phone, id string }{{"+447700900009", ""}, {"", ""}, {"+46701740606", "c5"}, {"+447700900009", "C"}} {
		if got, found := s.Match(person(tc.phone), tc.id); found {
			t.Errorf("Match(%s, %s) = %+v, want none", tc.phone, tc.id, got)
		}
	}
}

// people makes somebody of a number, which may be empty, and ids.
func people(t *testing.T, e164 string, ids ...string) *campaign.Recipient {
	t.Helper()
	r := person(e164)
	for _, text := range ids {
		i, ok := campaign.ParseIdentity(text)
		if !ok {
			t.Fatalf("%s is no identity", text)
		}
		r.Others = append(r.Others, i)
	}
	return r
}

// A person is kept out by any of their addresses, from whichever column of a list that comes; a number is the same one on all channels.
func TestMatchIdentities(t *testing.T) {
	dir := folder(t, map[string]string{
		"ids.csv":    "messenger;whatsapp;contact_id;phone\n0012;;;\n;07700 900001;;\n;;01EXA;07700900003\n",
		"failed.csv": "PSID,phone,line,reason\n1,+447700900004,17,400\n",
	})
	s := load(t, dir, campaign.SuppressionList{File: "ids.csv"}, campaign.SuppressionList{File: "failed.csv"})
	s.AddSent([]Sent{{Name: "spring", Keys: people(t, "", "LINE:U9").AppendKeys(nil)}})
	for _, tc := range []struct {
		who  *campaign.Recipient
		line int
	}{
		{people(t, "", "MESSENGER:0012"), 2},
		{people(t, "+447700900009", "MESSENGER:0012"), 2},
		{people(t, "+447700900009", "LINE:0012"), 0},
		{people(t, "", "MESSENGER:12"), 0},
		{people(t, "+447700900001"), 3},
		{people(t, "+447700900009", "SMS:+447700900001"), 3},
		{people(t, "", "CONTACT:01EXA"), 4},
		{people(t, "+447700900003"), 4},
		{people(t, "+447700900004"), 2},
		{people(t, "", "LINE:17"), 0}, // a line of a file, not of LINE
	} {
		if got, found := s.Match(tc.who, ""); found != (tc.line > 0) || got.Line != tc.line {
			t.Errorf("Match(%v) = %+v %t, want line %d", tc.who.Identities(), got, found, tc.line)
		}
	}
	if got, _ := s.Match(people(t, "+447700900009", "LINE:U8", "LINE:U9"), ""); got.Reason != campaign.AlreadySent {
		t.Errorf("whom another run has sent to: %+v", got)
	}
}

// An id that cannot be read is a person who could be written to.
func TestUnreadableIdentities(t *testing.T) {
	dir := folder(t, map[string]string{"ids.csv": "messenger,sms,id,name\n1.23457E+15,,C1,\n12,O7700,,\n,,,Ann\n13,,,\n"})
	_, err := Load(dir, []campaign.SuppressionList{{File: "ids.csv"}}, "GB", everyChannel(), time.Now())
	for _, want := range []string{"ids.csv:2: messenger: a spreadsheet has replaced the id", "ids.csv:3: sms: has a letter in it", "ids.csv:4: row names nobody", "3 of 4 rows"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	s := load(t, dir, campaign.SuppressionList{File: "ids.csv", IgnoreUnreadable: true})
	if _, found := s.Match(people(t, "", "MESSENGER:12"), ""); !found {
		t.Error("what could be read of a row is not used")
	}
	if _, found := s.Match(people(t, ""), "C1"); !found {
		t.Error("the id of a row is not used")
	}
}

// Outside of a list is whoever could be reached by an address that is not on it.
func TestOnlyWithIdentities(t *testing.T) {
	dir := folder(t, map[string]string{"seeds.csv": "phone,messenger,id\n07700900001,11,C1\n07700900002,,C2\n,,C3\n"})
	s, err := Load(dir, nil, "GB", everyChannel(), time.Now(), filepath.Join(dir, "seeds.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		who *campaign.Recipient
		id  string
		out bool
	}{
		{people(t, "+447700900001", "MESSENGER:11"), "", false},
		{people(t, "", "MESSENGER:11"), "", false},
		{people(t, "+447700900002", "MESSENGER:12"), "", true},
		{people(t, "", "MESSENGER:12"), "C1", true},
		{people(t, "", "MESSENGER:12"), "C3", false},
		{people(t, ""), "", true},
	} {
		if _, out := s.Match(tc.who, tc.id); out != tc.out {
			t.Errorf("%v, %s is kept out: %t, want %t", tc.who.Identities(), tc.id, out, tc.out)
		}
	}
}

// Who is on none of the lists outside of which nobody may be written to is kept out, and an id lets nobody out whose number is another one.
func TestOnly(t *testing.T) {
	dir := folder(t, map[string]string{"optouts.txt": "07700900002\n", "seeds.csv": "phone,id\n07700900001,C1\n07700900002,C2\n,C3\n"})
	seeds := filepath.Join(dir, "seeds.csv")
	s, err := Load(dir, []campaign.SuppressionList{{File: "optouts.txt"}}, "GB", everyChannel(), time.Now(), seeds)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(phone, id string) Match {
		m, _ := s.Match(person(phone), id)
		return m
	}
	notListed := Match{Reason: campaign.NotListed, List: 1, File: seeds}
	for _, tc := range []struct {
		phone, id string
		want      Match
	}{
		{"+447700900001", "", Match{}},
		{"+447700900001", "C9", Match{}},
		{"+447700900009", " C3", Match{}},
		{"+447700900009", "C1", notListed},
		{"+447700900009", "", notListed},
		{"+447700900002", "C2", Match{Reason: campaign.Suppressed, List: 0, File: "optouts.txt", Line: 1}},
	} {
		if got := ask(tc.phone, tc.id); got != tc.want {
			t.Errorf("Match(%s, %s) = %+v, want %+v", tc.phone, tc.id, got, tc.want)
		}
	}
	if infos := s.Lists(); len(infos) != 2 || infos[0].Only || !infos[1].Only {
		t.Errorf("Lists() = %+v", infos)
	}
	write(t, seeds, "07700900009\n")
	if err := s.Refresh(time.Now()); err != nil || ask("+447700900001", "") != notListed || ask("+447700900009", "") != (Match{}) {
		t.Errorf("after a change: %v", err)
	}
	if err := os.Remove(seeds); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(time.Now()); err == nil || errors.Is(err, ErrLost) {
		t.Errorf("Refresh of a lost list = %v, want a warning", err)
	}
	if err := s.Refresh(time.Now().Add(time.Minute)); !errors.Is(err, ErrLost) {
		t.Errorf("Refresh a minute later = %v, want ErrLost", err)
	}
	_, err = Load(dir, []campaign.SuppressionList{{File: "nosuch.csv"}}, "GB", everyChannel(), time.Now(), seeds)
	var problems campaign.Problems
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Errorf("Load of two lists that are not there = %v", err)
	}
}

// TestSent asks for people of other runs: files come first, and a reading of them again leaves the others.
// TestHiddenRows wants nobody written to because a row of a workbook is hidden: on a list of those who must not be it counts, and on one of
// those who alone may be it does not.
func TestHiddenRows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "list.xlsx")
	book := excelize.NewFile()
	for i, text := range []string{"Phone", "+447700900001", "+447700900002"} {
		if err := book.SetCellStr("Sheet1", fmt.Sprintf("A%d", i+1), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(book.SetRowVisible("Sheet1", 3, false), book.SaveAs(path), book.Close()); err != nil {
		t.Fatal(err)
	}
	s := load(t, dir, campaign.SuppressionList{File: "list.xlsx", Sheet: "sheet1"})
	if match, found := s.Match(person("+447700900002"), ""); !found || match.Line != 3 {
		t.Errorf("Match = %+v, %t, want line 3", match, found)
	}
	if notes := s.Lists()[0].Notes; len(notes) != 1 || notes[0].Count != 1 {
		t.Errorf("notes %+v, want that a row is hidden", notes)
	}
	only, err := Load(dir, nil, "GB", everyChannel(), time.Now(), path)
	if err != nil {
		t.Fatal(err)
	}
	if match, found := only.Match(person("+447700900002"), ""); !found || match.Reason != campaign.NotListed {
		t.Errorf("Match = %+v, %t, want that the hidden row lets nobody out", match, found)
	}
	if match, found := only.Match(person("+447700900001"), ""); found {
		t.Errorf("Match = %+v, want none", match)
	}
}

func TestSent(t *testing.T) {
	dir := folder(t, map[string]string{"optouts.txt": "+447700900001\n"})
	s := load(t, dir, campaign.SuppressionList{File: "optouts.txt"}, campaign.SuppressionList{Runs: "spring-*"})
	key := func(e164 string) uint64 { return campaign.PhoneAddress(e164).Key() }
	s.AddSent([]Sent{
		{Name: "spring-*", Runs: []string{"spring-1", "spring-2"}, Keys: []uint64{key("+447700900001"), key("+447700900002")}},
		{Name: "autumn", Runs: []string{"autumn"}, Keys: []uint64{key("+447700900002"), key("+447700900003")}},
	})
	write(t, filepath.Join(dir, "optouts.txt"), "+447700900001\n+447700900004\n")
	if err := s.Refresh(time.Now()); err != nil {
		t.Fatal(err)
	}
	for phone, want := range map[string]Match{
		"+447700900001": {Reason: campaign.Suppressed, List: 0, File: "optouts.txt", Line: 1},
		"+447700900002": {Reason: campaign.AlreadySent, List: 1, File: "spring-*"},
		"+447700900003": {Reason: campaign.AlreadySent, List: 2, File: "autumn"},
		"+447700900004": {Reason: campaign.Suppressed, List: 0, File: "optouts.txt", Line: 2},
		"+447700900005": {},
		"":              {},
	} {
		if got, _ := s.Match(person(phone), ""); got != want {
			t.Errorf("Match(%s) = %+v, want %+v", phone, got, want)
		}
	}
	want := ListInfo{Runs: "spring-*", Keys: []string{"spring-1", "spring-2"}, Entries: 2}
	if diff := cmp.Diff(want, s.Lists()[1]); diff != "" {
		t.Errorf("Lists (-want +got):\n%s", diff)
	}
}

func TestLists(t *testing.T) {
	content := "id\nC1\nC2\nC2\n"
	dir := folder(t, map[string]string{"ids.csv": content})
	path := filepath.Join(dir, "ids.csv")
	file, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ids.csv", path} {
		want := []ListInfo{{File: name, Path: path, ModTime: file.ModTime(), Size: file.Size(), SHA256: sha256.Sum256([]byte(content)), Entries: 3,
			Columns: campaign.Columns{Header: []string{"id"}, Phone: -1, Language: -1, Country: -1, TimeZone: -1}}}
		if diff := cmp.Diff(want, load(t, dir, campaign.SuppressionList{File: name}).Lists()); diff != "" {
			t.Errorf("Lists of %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNoLists(t *testing.T) {
	s := load(t, t.TempDir())
	if _, found := s.Match(person("+447700900001"), "C1"); found || len(s.Lists()) != 0 || s.Refresh(time.Now()) != nil {
		t.Error("a Set of no lists suppresses somebody, has lists or cannot be refreshed")
	}
}

// TestFailsClosed wants every list on which people may stand that were not read to be refused, where they stand, and nobody's number.
func TestFailsClosed(t *testing.T) {
	for _, tc := range []struct {
		name    string
		content string // of list.csv; "" for no such file
		maxAge  time.Duration
		want    []string // line:column and the beginning of the message
	}{
		{"missing", "", 0, []string{"0:0 there is no such file"}},
		{"header only", "phone\n", 0, []string{"0:0 nobody can be read"}},
		{"comments only", "# nobody\n# yet\n", 0, []string{"0:0 nobody can be read"}},
		{"too old", "+447700900001\n", time.Hour, []string{"0:0 is 2 h old, and its max_age is 1 h"}},
		{"yet to come", "+447700900001\n", time.Hour, []string{"0:0 was written on "}},
		{"unreadable number", "07700900001\n077OO900002\n\n+999 555 0100\n", 0, []string{
			"0:0 2 of 3 rows of this suppression list cannot be read", "2:0 phone: has a letter in it", "4:0 phone: no country has its calling code"}},
		{"number beside a good id", "phone,id\n0770,C1\n", 0, []string{"0:0 1 of 1 rows", "2:0 phone: is too short"}},
		{"row without anybody", "phone,id,note\n,C1,\n,,moved\n", 0, []string{"0:0 1 of 2 rows", "3:0 row names nobody"}},
		{"cells", "phone,id\n07700900001,C1\n07700900002\n", 0, []string{"0:0 1 of 2 rows", "3:0 row: number of cells is 1"}},
		{"stray quote", "phone,id\n07700900001,C1\n0770\"0900002,C2\n", 0, []string{"0:0 1 of 2 rows", "3:5 row: has a quote"}},
		{"unclosed quote", "phone,id\n07700900001,\"C1\n07700900002,C2\n", 0, []string{"2:13 the quote that opens here is not closed"}},
		{"no such columns", "name,city\nAnna,Leeds\n", 0, []string{"1:1 no column is known to hold phone numbers or ids"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"good.txt": "07700900009\n"})
			if tc.content != "" {
				write(t, filepath.Join(dir, "list.csv"), tc.content)
			}
			now := time.Now().Add(2 * time.Hour)
			if tc.name == "yet to come" {
				now = now.Add(-5 * time.Hour)
			}
			_, err := Load(dir, []campaign.SuppressionList{{File: "good.txt"}, {File: "list.csv", MaxAge: tc.maxAge}}, "GB", everyChannel(), now)
			var problems campaign.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load = %v, want problems", err)
			}
			if len(problems) != len(tc.want) {
				t.Fatalf("Load = %v, want %q", err, tc.want)
			}
			for i, p := range problems {
				if got := fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Message); !strings.HasPrefix(got, tc.want[i]) || p.File != filepath.Join(dir, "list.csv") {
					t.Errorf("problem %d = %s: %s, want %s", i, p.File, got, tc.want[i])
				}
				if longNumber.MatchString(p.Message + p.Hint) {
					t.Errorf("problem %d may hold somebody's number: %s %s", i, p.Message, p.Hint)
				}
			}
		})
	}
}

func TestProblemsAreBounded(t *testing.T) {
	dir := folder(t, map[string]string{"list.csv": "phone\n" + strings.Repeat("nobody\n", 5000)})
	_, err := Load(dir, []campaign.SuppressionList{{File: "list.csv"}}, "", everyChannel(), time.Now())
	var problems campaign.Problems
	if !errors.As(err, &problems) || len(problems) != 1+mostProblems || !strings.HasPrefix(problems[0].Message, "5000 of 5000 rows") {
		t.Errorf("Load = %d problems, first %v", len(problems), problems[0])
	}
}

func TestIgnoreUnreadable(t *testing.T) {
	dir := folder(t, map[string]string{"list.csv": "phone,id\n077OO900001,C1\n07700900002,\nx\n"})
	s := load(t, dir, campaign.SuppressionList{File: "list.csv", IgnoreUnreadable: true})
	if info := s.Lists()[0]; info.Entries != 1 || info.Unreadable != 2 {
		t.Errorf("entries %d, unreadable %d, want 1 and 2", info.Entries, info.Unreadable)
	}
	if _, found := s.Match(person(""), "C1"); !found {
		t.Error("the id beside a number that cannot be read does not count")
	}
	write(t, filepath.Join(dir, "list.csv"), "phone,id\n077OO900001,\n")
	if _, err := Load(dir, []campaign.SuppressionList{{File: "list.csv", IgnoreUnreadable: true}}, "GB", everyChannel(), time.Now()); err == nil {
		t.Error("a list of unreadable rows alone is taken")
	}
}

func TestLoadRefusesCountry(t *testing.T) {
	if _, err := Load(t.TempDir(), nil, "Sweden", everyChannel(), time.Now()); !errors.Is(err, phone.ErrCountry) {
		t.Errorf("Load = %v, want ErrCountry", err)
	}
}

func TestRefresh(t *testing.T) {
	dir := folder(t, map[string]string{"list.txt": "07700900001\n"})
	path := filepath.Join(dir, "list.txt")
	s := load(t, dir, campaign.SuppressionList{File: "list.txt", MaxAge: time.Hour})
	suppressed := func(phone string) bool {
		_, found := s.Match(person(phone), "")
		return found
	}
	now := time.Now()
	if err := s.Refresh(now.Add(24 * time.Hour)); err != nil {
		t.Errorf("Refresh of an unchanged list = %v", err)
	}
	write(t, path, "07700900001\n07700900002\n")
	if err := s.Refresh(now); err != nil || !suppressed("+447700900002") || s.Lists()[0].Entries != 2 {
		t.Errorf("Refresh after a new opt-out = %v, lists %+v", err, s.Lists())
	}
	// Same size, other time: the people are others.
	write(t, path, "07700900001\n07700900003\n")
	if err := os.Chtimes(path, time.Time{}, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(now); err != nil || !suppressed("+447700900003") || suppressed("+447700900002") {
		t.Errorf("Refresh after a change of the same size = %v", err)
	}
}

func TestRefreshHoldsTheLastReading(t *testing.T) {
	for _, tc := range []struct {
		name string
		lose func(path string) error
	}{
		{"vanished", os.Remove},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }},
		{"unreadable row", func(path string) error { return os.WriteFile(path, []byte("07700900001\nnobody\n"), 0o600) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			const list = "07700900001\n"
			dir := folder(t, map[string]string{"list.txt": list})
			path := filepath.Join(dir, "list.txt")
			s := load(t, dir, campaign.SuppressionList{File: "list.txt"})
			if err := tc.lose(path); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			for _, after := range []time.Duration{0, 10 * time.Second, 59 * time.Second} {
				if err := s.Refresh(start.Add(after)); err == nil || errors.Is(err, ErrLost) {
					t.Errorf("Refresh after %v = %v, want a warning", after, err)
				}
			}
			if err := s.Refresh(start.Add(60 * time.Second)); !errors.Is(err, ErrLost) {
				t.Errorf("Refresh after a minute = %v, want ErrLost", err)
			}
			if _, found := s.Match(person("+447700900001"), ""); !found {
				t.Error("the last good reading does not hold")
			}
			// Whoever mends the list starts the minute anew.
			write(t, path, list+"07700900002\n")
			if err := s.Refresh(start.Add(70 * time.Second)); err != nil {
				t.Errorf("Refresh of the mended list = %v", err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := s.Refresh(start.Add(80 * time.Second)); err == nil || errors.Is(err, ErrLost) {
				t.Errorf("Refresh after the second loss = %v, want a warning", err)
			}
		})
	}
}

// TestMatchDuringRefresh asks from several goroutines while lists are read again; somebody on every version of the list must be
// found every time.
func TestMatchDuringRefresh(t *testing.T) {
	dir := folder(t, map[string]string{"list.txt": "07700900001\n"})
	s := load(t, dir, campaign.SuppressionList{File: "list.txt"})
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, found := s.Match(person("+447700900001"), ""); !found {
					t.Error("somebody on the list was not found")
					return
				}
			}
		})
	}
	for i := range 50 {
		write(t, filepath.Join(dir, "list.txt"), strings.Repeat("07700900002\n", i)+"07700900001\n")
		if err := s.Refresh(time.Now()); err != nil {
			t.Errorf("Refresh %d = %v", i, err)
		}
	}
	close(done)
	group.Wait()
}

// everyChannel are the columns of an audience that has addresses on all channels.
func everyChannel() (own []campaign.OwnColumn) {
	for i, c := range campaign.OwnChannels() {
		own = append(own, campaign.OwnColumn{Channel: c, Column: i})
	}
	return own
}

// A column of a list that has a channel's name counts where its cells are addresses; where they are none, only an audience with such addresses, or a
// row that names nobody else, makes that a fault.
func TestOtherMeaning(t *testing.T) {
	const stop = "+447700900001,STOP,stop all,C1\n"
	for _, tc := range []struct {
		name, rows string
		own        []campaign.OwnColumn
		isWrong    bool
	}{
		{"beside a number", stop, nil, false},
		{"of another channel", stop, []campaign.OwnColumn{{Channel: campaign.WhatsApp}}, false},
		{"of a phone channel of the audience", stop, []campaign.OwnColumn{{Channel: campaign.SMS}}, true},
		{"of a channel of the audience", stop, []campaign.OwnColumn{{Channel: campaign.Messenger}}, true},
		{"beside an id alone", ",STOP,stop all,C1\n", nil, true},
		{"alone", ",STOP,,\n", nil, true},
		{"beside an id that nobody has", ",077OO900001,PS9,\n", nil, true},
		{"the number is wrong", "077OO900001,+447700900002,,\n", nil, true},
	} {
		dir := folder(t, map[string]string{"list.csv": "phone,sms,messenger,id\n" + tc.rows + "+447700900003,+447700900002,PS1,\n"})
		s, err := Load(dir, []campaign.SuppressionList{{File: "list.csv"}}, "GB", tc.own, time.Now())
		if (err != nil) != tc.isWrong {
			t.Errorf("%s: Load = %v", tc.name, err)
		}
		if err != nil {
			continue
		}
		for _, number := range []string{"+447700900001", "+447700900002", "+447700900003"} {
			if _, found := s.Match(person(number), ""); !found {
				t.Errorf("%s: %s is not left out", tc.name, number)
			}
		}
	}
}

// Whoever is on a list with two numbers is on it with both, whichever column is the one that an audience would be sent to.
func TestSeveralNumbers(t *testing.T) {
	dir := folder(t, map[string]string{
		"both.csv": "CustomerNo,Telephone,Mobile,Fax\nC1,+447700900001,,\nC2,n/a,+447700900002,\nC3,+447700900003,+447700900004,+447700900005\n",
	})
	s := load(t, dir, campaign.SuppressionList{File: "both.csv"})
	for i := range 5 {
		if _, found := s.Match(people(t, fmt.Sprintf("+44770090000%d", i+1)), ""); !found {
			t.Errorf("number %d is not left out", i+1)
		}
	}
}

// What a spreadsheet writes in place of a number is no comment, and nobody knows whose it was.
func TestErrorValuesAreNoComments(t *testing.T) {
	dir := folder(t, map[string]string{"list.txt": "# opted out, \"by letter\" too\n+447700900001\n#N/A\n", "good.txt": "# opted out, \"by letter\" too\n#\n#old\n+447700900001\n"})
	if _, err := Load(dir, []campaign.SuppressionList{{File: "list.txt"}}, "GB", nil, time.Now()); err == nil || !strings.Contains(err.Error(), "list.txt:3: phone:") {
		t.Errorf("%v, want that line 3 is no number", err)
	}
	if infos := load(t, dir, campaign.SuppressionList{File: "good.txt"}).Lists(); infos[0].Entries != 1 {
		t.Errorf("%+v, want one entry", infos)
	}
}
