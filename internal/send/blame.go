package send

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/internal/forecast"
	"sendoff/internal/prose"
)

// test is a threshold.
type test struct {
	isOver func(*record) bool
	isFine func(outside func(forecast.Kind) bool) bool // of the rows for whose kind outside is true
	why    func(*record) string
}

// inARow is the test for rows that all ended in the same way.
func (b *brakes) inARow(v verdict, detail string) test {
	streak := func(r *record) int {
		if v == rejected {
			return r.rejected
		}
		return r.inDoubt
	}
	return test{
		isOver: func(r *record) bool { return streak(r) >= inARow },
		isFine: func(outside func(forecast.Kind) bool) bool {
			n := 0
			b.all.answers.newest(func(m mark) bool {
				if !outside(b.kinds[m.kind].Kind) {
					return true
				}
				if m.verdict == v {
					n++
				}
				return m.verdict == v && n <= byChance
			})
			return n <= byChance
		},
		why: func(r *record) string {
			if v == rejected {
				return fmt.Sprintf("Sinch refused %d messages in a row, the last with %q", r.rejected, detail)
			}
			return fmt.Sprintf("%d messages in a row were left in doubt, the last with %q", r.inDoubt, detail)
		},
	}
}

// tooMany is the test for the share of rows that ended badly.
func (b *brakes) tooMany(v verdict, detail string) test {
	allowed, of := b.rejected, func(r *record) *window { return &r.answers }
	if v == inDoubt {
		allowed, of = b.inDoubt, func(r *record) *window { return &r.ends }
	}
	return test{
		isOver: func(r *record) bool { return allowed.exceeds(of(r)) },
		isFine: func(outside func(forecast.Kind) bool) bool {
			isOutside := make([]bool, len(b.kinds))
			for i, k := range b.kinds {
				isOutside[i] = outside(k.Kind)
			}
			w, n, bad := of(b.all), 0, 0
			for _, m := range w.marks {
				if isOutside[m.kind] {
					n++
				}
				if isOutside[m.kind] && m.verdict == w.bad {
					bad++
				}
			}
			return allowed.isFine(n, bad)
		},
		why: func(r *record) string {
			w := of(r)
			n, last := prose.Thousands(w.count), prose.Thousands(len(w.marks))
			if v == rejected {
				return fmt.Sprintf("Sinch refused %s of the last %s messages, the last with %q; %s allows %s", n, last, detail, allowed.key, allowed.share)
			}
			return fmt.Sprintf("%s of the last %s messages stay in doubt, the last with %q; %s allows %s", n, last, detail, allowed.key, allowed.share)
		},
	}
}

// blame returns the slice that is halted after a row of a kind ended badly, the narrowest whose rows fail a test while those outside of it do
// not; or, where no slice explains why all of the run fails it, why to stop.
func (b *brakes) blame(k forecast.Kind, t test) (*stopped, *Stop) {
	var narrowest *slice
	if b.isSliced {
		for _, v := range slicesOf(k) {
			if t.isOver(b.slices[v]) && b.explains(v, t) && (narrowest == nil || b.people(v) < b.people(*narrowest)) {
				narrowest = &v
			}
		}
	}
	switch {
	case narrowest != nil && b.halts+1 < haltsInARow:
		return b.halt(b.common(*narrowest, k), k, t.why(b.slices[*narrowest])), nil
	case narrowest != nil:
		return nil, b.stop(t.why(b.slices[*narrowest]))
	case t.isOver(b.all) && !b.isExplained(t):
		return nil, b.stop(t.why(b.all))
	}
	return nil, nil
}

// stop stops the run, and says which slices were halted before.
func (b *brakes) stop(why string) *Stop {
	if len(b.halted) == 0 {
		return &Stop{Brake, why}
	}
	names := make([]string, len(b.halted))
	for i, h := range b.halted {
		names[i] = h.slice.String()
	}
	return &Stop{Brake, fmt.Sprintf("%s; stopped before: %s", why, prose.Listed(names))}
}

// common returns, instead of a slice that is to be halted right behind another, one in which both are and of which nobody was accepted in this
// start, if there is one: in an audience that is sorted by country, a channel fails one country after the other.
func (b *brakes) common(narrowest slice, k forecast.Kind) slice {
	if b.halts == 0 {
		return narrowest
	}
	before := b.halted[len(b.halted)-1].kind
	for _, v := range slicesOf(k) {
		wasAccepted := slices.ContainsFunc(b.kinds, func(of *kin) bool { return of.wasAccepted && v.has(of.Kind) })
		if v.has(before) && !wasAccepted && !b.isAll(v) {
			return v
		}
	}
	return narrowest
}

// explains reports whether people are left outside of a slice, as far as is known, and fare well.
func (b *brakes) explains(v slice, t test) bool {
	return !b.isAll(v) && t.isFine(func(k forecast.Kind) bool { return !v.has(k) })
}

// isExplained reports whether there is a slice without which the run would not fail a test: the rows to come show it.
func (b *brakes) isExplained(t test) bool {
	for v := range b.slices {
		if b.explains(v, t) {
			return true
		}
	}
	return false
}

// isAll reports whether everybody is in a slice.
func (b *brakes) isAll(v slice) bool {
	if b.planned == nil {
		return false // the rows to come show it
	}
	for other, n := range b.planned {
		if other.by == v.by && other != v && n > 0 {
			return false
		}
	}
	return true
}

// people returns how many people are in a slice.
func (b *brakes) people(v slice) int {
	if b.planned == nil {
		return len(b.slices[v].answers.marks)
	}
	return b.planned[v]
}

// halt keeps back whoever of a slice is not begun, after a row of a kind, and judges the others by what comes from now on.
func (b *brakes) halt(v slice, k forecast.Kind, why string) *stopped {
	h := &stopped{slice: v, kind: k, reason: why}
	b.halted = append(b.halted, h)
	b.halts++
	b.why = strings.TrimPrefix(b.why+"; "+h.why(), "; ")
	b.all, b.slices = newRecord(), map[slice]*record{}
	for _, of := range b.kinds {
		of.records = nil
	}
	b.number.Add(1)
	return h
}

// keepBack reports whether somebody must not be begun in this start. Whom it meets for the first time it counts, and says why.
func (b *brakes) keepBack(k forecast.Kind, row int) (isKept bool, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := b.haltOf(k)
	if h == nil || b.kept.has(row) {
		return h != nil, ""
	}
	b.kept.add(uint32(row))
	h.kept++
	return true, b.why
}

// keptBack returns the halted slices of which somebody was kept back.
func (b *brakes) keptBack() []stopped {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []stopped
	for _, h := range b.halted {
		if h.kept > 0 {
			all = append(all, *h)
		}
	}
	return all
}

// haltOf returns the first slice with people of a kind that is halted, or nil.
func (b *brakes) haltOf(k forecast.Kind) *stopped {
	for _, h := range b.halted {
		if h.has(k) {
			return h
		}
	}
	return nil
}

// find returns the kin of a kind, with their records.
func (b *brakes) find(k forecast.Kind) *kin {
	of := b.kin[k]
	if of == nil {
		of = &kin{Kind: k, number: uint32(len(b.kinds))}
		b.kinds, b.kin[k] = append(b.kinds, of), of
	}
	if of.records != nil {
		return of
	}
	of.records = []*record{b.all}
	if !b.isSliced {
		return of
	}
	for _, v := range slicesOf(k) {
		if b.slices[v] == nil {
			b.slices[v] = newRecord()
		}
		of.records = append(of.records, b.slices[v])
	}
	return of
}
