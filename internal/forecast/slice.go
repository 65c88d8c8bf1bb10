package forecast

import (
	"cmp"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/calendar"
	"sendoff/internal/hours"
	"sendoff/internal/lint"
)

// Slice is what rows have in common that come to the same.
type Slice struct {
	Country      string // ISO 3166-1 alpha-2 of the phone number, else of the country column; empty: nobody knows
	Language     string // of the translation, as the campaign writes it; empty: the message itself
	First        campaign.Channel
	Channels     campaign.ChannelSet // on which they can be tried
	lint.Measure                     // of the SMS; no parts where none is tried
	Place        *hours.Place        // where they are; nil where that decides nothing
	Supposed     bool                // nobody knows the words of the SMS here, as those of a template: it counts as one part
}

// Kind returns which line the rows belong to.
func (s Slice) Kind() Kind { return Kind{s.Country, s.First, s.Language} }

// mostLines is how many rows of a slice are remembered by their lines.
const mostLines = 5

// Tally counts rows by their slices. The zero Tally is empty.
type Tally struct {
	ids    map[Slice]uint32
	counts []count
}

type count struct {
	slice Slice
	rows  int
	first []place // the first of them
}

// place is where a row stands.
type place struct{ row, line int }

// ID returns the number of a slice in this tally.
func (t *Tally) ID(s Slice) uint32 {
	id, known := t.ids[s]
	if !known {
		if t.ids == nil {
			t.ids = make(map[Slice]uint32)
		}
		id = uint32(len(t.counts))
		t.ids[s] = id
		t.counts = append(t.counts, count{slice: s})
	}
	return id
}

// Add counts a row. Rows come in ascending order.
func (t *Tally) Add(id uint32, row, line int) {
	c := &t.counts[id]
	if c.rows++; len(c.first) < mostLines {
		c.first = append(c.first, place{row, line})
	}
}

// Remove takes back a row that was counted.
func (t *Tally) Remove(id uint32, row int) {
	c := &t.counts[id]
	c.rows--
	c.first = slices.DeleteFunc(c.first, func(p place) bool { return p.row == row })
}

// Places returns how many rows there are of each place, the most first.
func (t *Tally) Places() []calendar.Group {
	var groups []calendar.Group
	at := map[*hours.Place]int{}
	for _, c := range t.counts {
		if c.rows == 0 || c.slice.Place == nil {
			continue
		}
		i, known := at[c.slice.Place]
		if !known {
			i = len(groups)
			at[c.slice.Place] = i
			groups = append(groups, calendar.Group{Place: c.slice.Place})
		}
		groups[i].People += c.rows
	}
	slices.SortStableFunc(groups, func(a, b calendar.Group) int { return cmp.Compare(b.People, a.People) })
	return groups
}

// All calls visit with every slice that rows are left of, in the order in which the slices appeared, with how many they are, and the lines of
// the first of them.
func (t *Tally) All(visit func(s Slice, rows int, lines []int)) {
	for _, c := range t.counts {
		if c.rows == 0 {
			continue
		}
		lines := make([]int, len(c.first))
		for i, p := range c.first {
			lines[i] = p.line
		}
		visit(c.slice, c.rows, lines)
	}
}
