package survey

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

func TestShape(t *testing.T) {
	for _, tc := range []struct{ cell, want string }{
		{"Anna", "A···"},
		{"Anna Maria O'Neil", "A··· ····· ·'···…"},
		{"Åke", "Å··"},
		{"B", "·"},
		{"Bo", "B·"},
		{"1990-05-12", "9999-99-99"},
		{"1.204,50 kr", "9.999,99 k·"},
		{"anna@example.com", "a···@·······.···"},
		{"12 Example Road", "99 E······ ····"},
		{"王小明", "···"},
		{"a\tb\x1b[2J", "····[9·"},
		{"٣٤", "99"},
		{"", ""},
	} {
		if got := shape(tc.cell); got != tc.want {
			t.Errorf("shape(%q) = %q, want %q", tc.cell, got, tc.want)
		}
	}
}

var testColumns = campaign.Columns{
	Header: []string{"Phone", "No", "Lang", "Name", "Empty", "Plan"}, Phone: 0, ID: 1, Language: 2, Country: -1, TimeZone: -1,
}

// testRow is row i of a test's audience: 30 rows of these have many names, three languages, and a plan that two rows alone do not have.
func testRow(i int) *campaign.Recipient {
	number := fmt.Sprintf("+4477009000%02d", i)
	plan := "standard"
	if i == 3 || i == 28 {
		plan = "platinum"
	}
	return &campaign.Recipient{Row: i, Line: i + 2, Address: campaign.PhoneAddress(number),
		Fields: []string{number, fmt.Sprint(10 + i%2), []string{"en", "sv", "en", "sv", "de"}[i%5], strings.Repeat("n", i+1) + "x", " ", plan}}
}

// What is shown does not depend on which worker has seen which rows.
func TestTally(t *testing.T) {
	want := []Column{
		{Name: "Phone", Filled: 30, Longest: 13, Samples: []string{"+44 77·····000", "+44 77·····001"}},
		{Name: "No", Filled: 30, Longest: 2, Samples: []string{"99"}},
		{Name: "Lang", Filled: 30, Longest: 2, Values: []Value{{"en", 12}, {"sv", 12}, {"de", 6}}},
		{Name: "Name", Filled: 30, Longest: 31, Samples: []string{"n·", "n··"}},
		{Name: "Empty", Empty: 30},
		{Name: "Plan", Filled: 30, Longest: 8, Values: []Value{{"standard", 28}}, Others: 2},
	}
	for _, workers := range []int{1, 4} {
		tallies := make([]*Tally, workers)
		for i := range tallies {
			tallies[i] = New(testColumns)
		}
		for i := range 30 {
			tallies[i/3%workers].Add(testRow(i))
		}
		for _, other := range tallies[1:] {
			other.Merge(tallies[0])
			tallies[0] = other
		}
		if diff := cmp.Diff(want, tallies[0].Columns()); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, diff)
		}
	}
}

// Nothing that tells who somebody is stands in what is shown, however often it occurs.
func TestNobodyIsShown(t *testing.T) {
	for _, cell := range []string{"+447700900123", "07700 900123", "anna@example.com", "Anna Maria Svensson-Lundqvist", "100201"} {
		tally := New(testColumns)
		for i := range 10 {
			tally.Add(&campaign.Recipient{Row: i, Fields: []string{cell, cell, cell, cell}})
		}
		if got := fmt.Sprint(tally.Columns()); strings.Contains(got, cell) {
			t.Errorf("%q is shown: %s", cell, got)
		}
	}
	few := New(testColumns)
	for i := range fewestRows - 1 {
		few.Add(&campaign.Recipient{Row: i, Fields: []string{"", "", "", "Anna"}})
	}
	if got := fmt.Sprint(few.Columns()); strings.Contains(got, "Anna") {
		t.Errorf("a name that few share is shown: %s", got)
	}
}

func BenchmarkAdd(b *testing.B) {
	tally, row := New(testColumns), testRow(7)
	for b.Loop() {
		tally.Add(row)
	}
}
