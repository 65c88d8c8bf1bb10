package filter

import (
	"strings"

	"sendoff/campaign"
)

// Judge judges rows, one after the other.
type Judge struct {
	filter *Filter
	row    row
}

// row is the row that is judged.
type row struct {
	*campaign.Recipient
	numbers []float64 // of the columns of audience.numbers
	same    []bool    // by comparison: whether the row has one of its texts
	tally   *Tally
	fault   Fault // the first
}

func (r *row) fail(f Fault) {
	if r.fault.IsZero() {
		r.fault = f
	}
}

// Judge returns a Judge, for one goroutine.
func (f *Filter) Judge() *Judge {
	return &Judge{filter: f, row: row{numbers: make([]float64, len(f.numbers)), same: make([]bool, len(f.comparisons))}}
}

// Verdict is why a row is not meant. The zero Verdict is that it is.
type Verdict struct {
	Reason campaign.SkipReason
	Detail string // what leaves it out; it holds nothing of the row
	Fault  Fault  // where the reason is [campaign.Invalid]
}

// Row judges a row that has an address, and counts it.
func (j *Judge) Row(r *campaign.Recipient, t *Tally) Verdict {
	j.row.Recipient, j.row.tally, j.row.fault = r, t, Fault{}
	j.compare()
	if fault := j.readNumbers(); !fault.IsZero() {
		return invalid(fault)
	}
	verdict := j.where()
	if c := j.filter.consent; c != nil && verdict.Reason == 0 {
		verdict = c.judge(r)
	}
	return verdict
}

func invalid(f Fault) Verdict { return Verdict{Reason: campaign.Invalid, Detail: f.String(), Fault: f} }

func (j *Judge) readNumbers() Fault {
	f := j.filter
	for place, column := range f.numbers {
		cell := j.row.Field(column)
		x, ok := readNumber(cell, f.decimal)
		switch {
		case ok:
			j.row.numbers[place] = x
		case strings.TrimSpace(cell) == "":
			return Fault{kind: emptyNumber, what: f.header[column]}
		default:
			return Fault{badNumber, f.header[column], f.decimal}
		}
	}
	return Fault{}
}

// where evaluates all terms, since each is counted alone too. A fault counts only where the terms before it hold, as in the expression itself.
func (j *Judge) where() (verdict Verdict) {
	isLeft := true
	for i := range j.filter.terms {
		term := &j.filter.terms[i]
		j.row.fault = Fault{}
		holds := term.holds(&j.row)
		failed := !j.row.fault.IsZero()
		if holds && !failed {
			j.row.tally.alone[i]++
		}
		switch {
		case !isLeft:
		case failed:
			isLeft, verdict = false, invalid(j.row.fault)
		case !holds:
			isLeft, verdict = false, term.no
		default:
			j.row.tally.left[i]++
		}
	}
	return verdict
}
