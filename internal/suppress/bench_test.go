package suppress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
)

const benchmarkEntries = 1_000_000

// benchmarkList writes a list of a million ids and numbers. Fiction has too few numbers for a million people, so the numbers repeat
// and the ids do not.
func benchmarkList(b *testing.B) (dir string, spec campaign.SuppressionList) {
	var content strings.Builder
	content.WriteString("id,phone\n")
	for i := range benchmarkEntries {
		fmt.Fprintf(&content, "C%07d,+447700900%03d\n", i*7%benchmarkEntries, i%1000)
	}
	return folder(b, map[string]string{"list.csv": content.String()}), campaign.SuppressionList{File: "list.csv"}
}

func BenchmarkLoad(b *testing.B) {
	dir, spec := benchmarkList(b)
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		if _, err := Load(dir, []campaign.SuppressionList{spec}, "GB", nil, time.Now()); err != nil {
			b.Fatal(err)
		}
		rows += benchmarkEntries
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkMatch asks a table of a million numbers, made here since fiction has not as many.
func BenchmarkMatch(b *testing.B) {
	phones := make(entries[uint64], benchmarkEntries)
	for i := range phones {
		phones[i] = entry[uint64]{key: 447_000_000_000 + uint64(i)*977%1_000_000_000, line: uint32(i)}
	}
	l := &list{}
	l.current.Store(&reading{people: phones.sorted()})
	s := &Set{lists: []*list{l}}
	people := make([]campaign.Recipient, 1000)
	for i := range people {
		people[i].Address = campaign.PhoneAddress(fmt.Sprintf("+447700900%03d", i))
	}
	i := 0
	for b.Loop() {
		s.Match(&people[i%len(people)], "")
		i++
	}
}
