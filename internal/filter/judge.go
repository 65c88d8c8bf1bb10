package filter

import (
	"sendoff/campaign"
	"sendoff/internal/expression"
)

// Judge judges rows, one after the other.
type Judge struct {
	filter *Filter
	row    expression.Row
}

// Judge returns a Judge, for one goroutine.
func (f *Filter) Judge() *Judge { return &Judge{filter: f} }

// Verdict is why a row is not meant. The zero Verdict is that it is.
type Verdict struct {
	Reason campaign.SkipReason
	Detail string           // what leaves it out; it holds nothing of the row
	Fault  expression.Fault // where the reason is [campaign.Invalid]
}

// Row judges a row that has an address, and counts it.
func (j *Judge) Row(r *campaign.Recipient, t *Tally) Verdict {
	f := j.filter
	j.row.Recipient, j.row.Language = r, r.Field(f.language)
	t.compared(&f.where, j.row.Compare(&f.where))
	if f.scope != nil {
		if fault := f.scope.CheckNumbers(r); !fault.IsZero() {
			return invalid(fault)
		}
	}
	verdict := j.where(t)
	if f.consent != nil && verdict.Reason == 0 {
		verdict = f.consent.judge(r)
	}
	return verdict
}

func invalid(f expression.Fault) Verdict {
	return Verdict{Reason: campaign.Invalid, Detail: f.String(), Fault: f}
}

// where evaluates all terms, since each is counted alone too. A fault counts only where the terms before it hold, as in the expression itself.
func (j *Judge) where(t *Tally) (verdict Verdict) {
	isLeft := true
	for i := range j.filter.where.Terms {
		holds, fault := j.filter.where.Terms[i].Holds(&j.row)
		if holds {
			t.alone[i]++
		}
		switch {
		case !isLeft:
		case !fault.IsZero():
			isLeft, verdict = false, invalid(fault)
		case !holds:
			isLeft, verdict = false, j.filter.no[i]
		default:
			t.left[i]++
		}
	}
	return verdict
}
