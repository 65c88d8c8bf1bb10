package survey

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
)

const (
	mostDistinct = 20 // of a column's values are counted; one that has more is no list of codes
	mostValues   = 5  // of them are shown
	longestValue = 16 // characters of a value that is counted
	mostDigits   = 5  // of such a value: more are somebody's number
	// fewestRows is how many rows have to share a value that is shown: fewer of them may be one family, or one person twice.
	fewestRows = 5
	mostShapes = 2 // of cells are kept as examples
)

// Column is what the cells of a column hold.
type Column struct {
	Name    string   `json:"name"`
	Filled  int      `json:"filled"`            // rows that have something else than white space here
	Empty   int      `json:"empty"`             // the others
	Longest int      `json:"longest"`           // characters
	Values  []Value  `json:"values,omitempty"`  // the most frequent, of a column of few
	Others  int      `json:"others,omitempty"`  // rows with other values than these
	Samples []string `json:"samples,omitempty"` // what the first cells look like, where there are no Values: masked numbers, or shapes
}

// Value is a cell's text and how many rows have it.
type Value struct {
	Text string `json:"value"`
	Rows int    `json:"rows"`
}

// Tally gathers what columns hold. Each goroutine needs its own; rows come in ascending order.
type Tally struct {
	columns campaign.Columns
	rows    int
	cells   []cells // by column
}

// cells is what was seen of a column.
type cells struct {
	filled  int
	longest int
	values  map[string]int // nil where they are too many, or not of the kind that may be shown
	samples []sample       // of the first rows
}

type sample struct {
	row  int
	text string
}

// New returns a Tally for an audience with these columns.
func New(columns campaign.Columns) *Tally {
	t := &Tally{columns: columns, cells: make([]cells, len(columns.Header))}
	for i := range t.cells {
		isAddress := i == columns.Phone || slices.ContainsFunc(columns.Own, func(own campaign.OwnColumn) bool { return own.Column == i })
		if !isAddress && i != columns.ID {
			t.cells[i].values = make(map[string]int)
		}
	}
	return t
}

// Add counts a row of the table.
func (t *Tally) Add(r *campaign.Recipient) {
	t.rows++
	for i := range t.cells {
		cell := strings.TrimSpace(r.Field(i))
		if cell == "" {
			continue
		}
		c := &t.cells[i]
		c.filled++
		c.longest = max(c.longest, utf8.RuneCountInString(cell))
		c.count(cell)
		if len(c.samples) == mostShapes {
			continue
		}
		if i != t.columns.Phone {
			c.samples = append(c.samples, sample{r.Row, shape(cell)})
		} else if !r.Address.IsZero() {
			c.samples = append(c.samples, sample{r.Row, r.Address.String()})
		}
	}
}

func (c *cells) count(cell string) {
	if c.values == nil {
		return
	}
	n := c.values[cell]
	if n == 0 {
		if len(c.values) == mostDistinct || !isCode(cell) {
			c.values = nil
			return
		}
		cell = strings.Clone(cell) // which shares its memory with many rows
	}
	c.values[cell] = n + 1
}

// isCode reports whether a cell is short, and neither a number that identifies nor an address.
func isCode(cell string) bool {
	digits := 0
	for _, r := range cell {
		if '0' <= r && r <= '9' {
			digits++
		}
	}
	return utf8.RuneCountInString(cell) <= longestValue && digits <= mostDigits && !strings.Contains(cell, "@")
}

// Merge adds what another Tally of the same columns has gathered.
func (t *Tally) Merge(other *Tally) {
	t.rows += other.rows
	for i := range t.cells {
		c, o := &t.cells[i], &other.cells[i]
		c.filled += o.filled
		c.longest = max(c.longest, o.longest)
		c.samples = append(c.samples, o.samples...)
		slices.SortFunc(c.samples, func(a, b sample) int { return cmp.Compare(a.row, b.row) })
		c.samples = c.samples[:min(len(c.samples), mostShapes)]
		if c.values == nil || o.values == nil {
			c.values = nil
			continue
		}
		for text, n := range o.values {
			c.values[text] += n
		}
		if len(c.values) > mostDistinct {
			c.values = nil
		}
	}
}

// Columns returns what was gathered, in the order of the header.
func (t *Tally) Columns() []Column {
	columns := make([]Column, len(t.cells))
	for i, c := range t.cells {
		columns[i] = Column{Name: t.columns.Header[i], Filled: c.filled, Empty: t.rows - c.filled, Longest: c.longest, Values: c.shared()}
		if columns[i].Values != nil {
			columns[i].Others = c.filled
			for _, v := range columns[i].Values {
				columns[i].Others -= v.Rows
			}
			continue
		}
		for _, s := range c.samples {
			if !slices.Contains(columns[i].Samples, s.text) {
				columns[i].Samples = append(columns[i].Samples, s.text)
			}
		}
	}
	return columns
}

// shared returns the most frequent values that enough rows share, or nil.
func (c *cells) shared() []Value {
	var values []Value
	for _, text := range slices.Sorted(maps.Keys(c.values)) {
		if n := c.values[text]; n >= fewestRows {
			values = append(values, Value{text, n})
		}
	}
	slices.SortStableFunc(values, func(a, b Value) int { return cmp.Compare(b.Rows, a.Rows) })
	return values[:min(len(values), mostValues)]
}
