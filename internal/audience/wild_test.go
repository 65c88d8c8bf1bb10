package audience

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

// wildFolder holds files as the programs and people of this world write them, each with a NAME.json that says what it means. Those that no
// editor can write are made in wild_generate_test.go.
const wildFolder = "testdata/wild"

// wild is what a file has to be understood as. It says what the file means to whoever exported it, not what the code makes of it: -update
// leaves it alone.
type wild struct {
	From     string // where such files come from
	Campaign struct{ Audience wildAudience }
	Stretch  struct { // keeps a large file small on disk: <stretch> in it stands for so many times a text
		Text  string
		Times int
	}

	People []wildPerson // all who can be sent to, in order, duplicates included
	Bad    []wildRow    // all other rows
	Warn   []wildRow    // people of whom something has to be said all the same
	// Error is the file's: nothing of it may be used. Beside People either may happen, and nothing else.
	Error    *wildError
	Notes    []pattern // each matches one of the file's notes; there may be others
	Encoding pattern   // matches the file's
}

// wildAudience is what a campaign says of the file, in its own words.
type wildAudience struct {
	Country    string
	Columns    map[string]string
	Sheet      string
	HiddenRows string `json:"hidden_rows"`
	Encoding   string
	Delimiter  string
}

type wildPerson struct {
	Line  int // 0: whichever
	Phone string
	Cells map[string]string // by name in the header; not all have to be given
}

type wildRow struct {
	Line     int
	About    pattern // matches what is said of it
	Optional bool    // it may as well be no row at all
}

type wildError struct {
	Line, Column int // 0: whichever
	About        pattern
}

// pattern is a regular expression in which upper and lower case are equal.
type pattern struct{ *regexp.Regexp }

// UnmarshalText compiles a pattern.
func (p *pattern) UnmarshalText(text []byte) (err error) {
	p.Regexp, err = regexp.Compile("(?is)" + string(text))
	return err
}

// spec returns the audience of a campaign that has the file.
func (a wildAudience) spec() campaign.Audience {
	spec := campaign.Audience{Country: a.Country, Columns: a.Columns}
	spec.Sheet, spec.HiddenRows, spec.Encoding = a.Sheet, a.HiddenRows, a.Encoding
	for _, r := range a.Delimiter {
		spec.Delimiter = r
	}
	return spec
}

// TestWild reads each file, and wants those people of it who can be sent to, no other, and a word about every other row.
func TestWild(t *testing.T) {
	files := wildFiles(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := readWild(t, filepath.Join(wildFolder, name+".json"))
			path := files[name]
			if want.Stretch.Times > 0 {
				path = want.stretch(t, path)
			}
			want.check(t, understand(t, path, want.Campaign.Audience.spec()))
		})
	}
}

// wildFiles returns the path of every file by its name without what follows the dot.
func wildFiles(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(wildFolder)
	if err != nil {
		t.Fatal(err)
	}
	files, told := map[string]string{}, map[string]bool{}
	for _, e := range entries {
		name, extension, _ := strings.Cut(e.Name(), ".")
		switch {
		case strings.HasPrefix(name, "~$"): // Excel's mark beside a workbook that it has open
		case extension == "json":
			told[name] = true
		case files[name] != "":
			t.Fatalf("%s and %s have the same name", files[name], e.Name())
		default:
			files[name] = filepath.Join(wildFolder, e.Name())
		}
	}
	for name := range files {
		if !told[name] {
			t.Errorf("no %s.json says what %s means", name, files[name])
		}
		delete(told, name)
	}
	for name := range told {
		t.Errorf("%s.json is about no file", name)
	}
	return files
}

func readWild(t *testing.T, path string) wild {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var w wild
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if w.From == "" || w.People == nil && w.Error == nil {
		t.Fatalf("%s does not say where the file comes from, or what it means", path)
	}
	return w
}

// stretch writes the file out at its full size.
func (w wild) stretch(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	long := bytes.ReplaceAll(content, []byte("<stretch>"), bytes.Repeat([]byte(w.Stretch.Text), w.Stretch.Times))
	path = filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(path, long, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// understood is what came of a file.
type understood struct {
	header   []string
	people   []person
	bad      map[int]string // by line
	warnings map[int]string
	err      campaign.Problems
	notes    []string
	encoding string
}

type person struct {
	line  int
	phone string
	cells []string
}

// understand reads a file as planning does, up to finding duplicates.
func understand(t *testing.T, path string, spec campaign.Audience) understood {
	t.Helper()
	got := understood{bad: map[int]string{}, warnings: map[int]string{}}
	fail := func(err error) understood {
		if !errors.As(err, &got.err) {
			t.Fatalf("error is %T %v, want campaign.Problems", err, err)
		}
		return got
	}
	r, err := Open(path, spec)
	if err != nil {
		return fail(err)
	}
	defer closeReader(t, r)
	numbers, err := phone.New(spec.Country)
	if err != nil {
		t.Fatal(err)
	}
	columns, last := r.Columns(), 0
	for row, err := range rows(r) {
		if err != nil {
			return fail(err)
		}
		if row.Line < last { // a JSON array may be all in one line
			t.Errorf("line %d comes after line %d", row.Line, last)
		}
		last = row.Line
		if row.bad != nil {
			got.bad[row.Line] = said(row.bad.Problem)
			continue
		}
		country := ""
		if columns.Country >= 0 {
			country = row.Cells[columns.Country]
		}
		address, finding := numbers.Read(row.Cells[columns.Phone], country)
		if finding.IsProblem() {
			got.bad[row.Line] = finding.String() + " " + finding.Hint()
			continue
		}
		if finding != phone.OK {
			got.warnings[row.Line] = finding.String() + " " + finding.Hint()
		}
		got.people = append(got.people, person{row.Line, address.Reveal(), slices.Clone(row.Cells)})
	}
	got.header, got.encoding = columns.Header, r.Info().Encoding
	for _, n := range r.Info().Notes {
		got.notes = append(got.notes, n.Message+" "+n.Hint)
	}
	return got
}

// said is a problem's text without its position.
func said(p campaign.Problem) string { return p.Message + " " + p.Hint }

func (w wild) check(t *testing.T, got understood) {
	t.Helper()
	got.checkPrivacy(t)
	if w.Error != nil && (got.err != nil || w.People == nil) {
		w.Error.check(t, got)
		return
	}
	if got.err != nil {
		t.Fatalf("nothing can be used, want %d people:\n%v", len(w.People), got.err)
	}
	w.checkPeople(t, got)
	for _, row := range w.Bad {
		text, isBad := got.bad[row.Line]
		delete(got.bad, row.Line)
		if !isBad && row.Optional {
			continue
		}
		row.check(t, text, isBad, "a bad row")
	}
	for i, line := range slices.Sorted(maps.Keys(got.bad)) {
		if i == 5 {
			t.Errorf("… %d bad rows too many", len(got.bad))
			break
		}
		t.Errorf("line %d is a bad row, want none: %s", line, got.bad[line])
	}
	for _, row := range w.Warn {
		text, isWarned := got.warnings[row.Line]
		row.check(t, text, isWarned, "a warning")
	}
	for _, note := range w.Notes {
		if !slices.ContainsFunc(got.notes, note.MatchString) {
			t.Errorf("no note about %q in %q", note, got.notes)
		}
	}
	if w.Encoding.Regexp != nil && !w.Encoding.MatchString(got.encoding) {
		t.Errorf("encoding is said to be %q, want %q", got.encoding, w.Encoding)
	}
}

func (w wild) checkPeople(t *testing.T, got understood) {
	t.Helper()
	var wanted, found []string
	for _, p := range w.People {
		wanted = append(wanted, fmt.Sprint(p.Line, " ", p.Phone, " ", cellsOf(p.Cells)))
	}
	for i, p := range got.people {
		cells, line := map[string]string{}, p.line
		if i < len(w.People) {
			for name := range w.People[i].Cells {
				if column := slices.Index(got.header, name); column >= 0 {
					cells[name] = p.cells[column]
				}
			}
			if w.People[i].Line == 0 {
				line = 0
			}
		}
		found = append(found, fmt.Sprint(line, " ", p.phone, " ", cellsOf(cells)))
	}
	if diff := cmp.Diff(wanted, found); diff != "" {
		t.Errorf("people (-want +got):\n%s\nheader %.500q", diff, got.header)
	}
}

// cellsOf writes cells down in the order of their names. A large one is cut.
func cellsOf(cells map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		fmt.Fprintf(&b, "%q=%.200q ", name, cells[name])
	}
	return b.String()
}

func (row wildRow) check(t *testing.T, text string, isThere bool, what string) {
	t.Helper()
	if !isThere {
		t.Errorf("line %d is not %s, want one about %q", row.Line, what, row.About)
	} else if !row.About.MatchString(text) {
		t.Errorf("line %d is %s about %q, want %q", row.Line, what, text, row.About)
	}
}

func (e wildError) check(t *testing.T, got understood) {
	t.Helper()
	if got.err == nil {
		t.Errorf("read without error, want one about %q; %d people, %d bad rows", e.About, len(got.people), len(got.bad))
		return
	}
	isMeant := func(p campaign.Problem) bool {
		return (e.Line == 0 || p.Line == e.Line) && (e.Column == 0 || p.Column == e.Column) && e.About.MatchString(said(p))
	}
	if !slices.ContainsFunc(got.err, isMeant) {
		t.Errorf("error is\n%v\nwant line %d, column %d, about %q", got.err, e.Line, e.Column, e.About)
	}
}

// checkPrivacy wants nobody's number in what is said.
func (got understood) checkPrivacy(t *testing.T) {
	t.Helper()
	texts := slices.Concat(got.notes, slices.Collect(maps.Values(got.bad)), slices.Collect(maps.Values(got.warnings)))
	for _, p := range got.err {
		texts = append(texts, said(p))
	}
	for _, text := range texts {
		if longNumber.MatchString(text) {
			t.Errorf("message may hold a person's number: %s", text)
		}
	}
}
