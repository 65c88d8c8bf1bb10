package send

import (
	"cmp"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/prose"
)

// dimension is what people are told apart by. Of values in which the same people are, that of the first dimension is blamed: a sender that is
// not registered, or a template that lacks a language, is commoner than a country that takes nothing.
type dimension uint8

const (
	byChannel  dimension = iota // that is tried first
	byLanguage                  // of the translation
	byCountry
	dimensions
)

// String names a dimension as a run's record does.
func (d dimension) String() string { return [dimensions]string{"channel", "language", "country"}[d] }

// slice is the people of one value in one dimension.
type slice struct {
	by   dimension
	name string
}

// slicesOf returns the slices that people of a kind are in.
func slicesOf(k forecast.Kind) [dimensions]slice {
	return [dimensions]slice{{byChannel, string(k.Channel)}, {byLanguage, k.Language}, {byCountry, k.Country}}
}

// has reports whether people of a kind are in the slice.
func (v slice) has(k forecast.Kind) bool { return slicesOf(k)[v.by] == v }

// String names the slice for people.
func (v slice) String() string {
	if v.name == "" {
		return [dimensions]string{"people without a channel", "people without a translation", "people of an unknown country"}[v.by]
	}
	return v.by.String() + " " + v.name
}

// of says how many people of the slice were not sent to.
func (v slice) of(n int) string {
	of := "of it"
	if v.by == byCountry && v.name != "" {
		of = "there"
	}
	if v.name == "" {
		of = "of them"
	}
	return prose.Counted(n, "person "+of+" was", "people "+of+" were") + " not sent to"
}

// mark is how a row ended.
type mark struct {
	kind    uint32 // in brakes.kinds
	verdict verdict
}

// window is how the last rows ended, of which one verdict is counted.
type window struct {
	size  int
	bad   verdict
	marks []mark
	next  int // where the next mark goes once the window is full
	count int // of the bad ones
}

func (w *window) add(m mark) {
	if m.verdict == w.bad {
		w.count++
	}
	if len(w.marks) < w.size {
		w.marks = append(w.marks, m)
		return
	}
	if w.marks[w.next].verdict == w.bad {
		w.count--
	}
	w.marks[w.next] = m
	w.next = (w.next + 1) % w.size
}

// newest calls visit with the marks, the last one first, until it returns false.
func (w *window) newest(visit func(mark) bool) {
	for i := range w.marks {
		if !visit(w.marks[(w.next-1-i+2*len(w.marks))%len(w.marks)]) {
			return
		}
	}
}

// record is how rows fared: those of a slice, or all, since the last halt.
type record struct {
	rejected int    // in a row
	inDoubt  int    // in a row, until they are asked about
	answers  window // the rejected among what was answered
	ends     window // those who stay in doubt among all who came to an end
}

const (
	answersKept = 1000
	endsKept    = 10_000
)

func newRecord() *record {
	return &record{answers: window{size: answersKept, bad: rejected}, ends: window{size: endsKept, bad: inDoubt}}
}

// settled counts the verdict on a row.
func (r *record) settled(m mark) {
	switch m.verdict {
	case accepted:
		r.rejected, r.inDoubt = 0, 0
	case rejected:
		r.rejected, r.inDoubt = r.rejected+1, 0
	case inDoubt:
		r.rejected, r.inDoubt = 0, r.inDoubt+1
	}
	r.answers.add(m)
	if m.verdict != inDoubt { // which is not the end of it: somebody may be asked
		r.ends.add(m)
	}
}

// allowance is the share of rows that may end badly.
type allowance struct {
	key   string // of the campaign, which sets it
	share campaign.Share
	slack func(expected float64) float64 // what chance, or one mishap, may add to what is expected
}

// of returns how many of n rows the share is.
func (a allowance) of(n int) float64 { return a.share.Percent * float64(n) / 100 }

// mostOf returns how many of n rows may end badly. A window that is not full yet says little: there it is more than the share.
func (a allowance) mostOf(n, size int) int {
	const early, earlyMost = 25, 19
	switch {
	case n <= early && a.of(early) < earlyMost:
		return earlyMost
	case n < size/20:
		return n
	}
	return int(min(a.of(size), a.of(n)+a.slack(a.of(n))))
}

// exceeds reports whether too many of the rows in a window ended badly.
func (a allowance) exceeds(w *window) bool {
	return a.share.Percent != 0 && w.count > a.mostOf(len(w.marks), w.size)
}

// byChance is how many rows may end badly without saying anything.
const byChance = 1

// isFine reports whether no more than the share of n rows ended badly.
func (a allowance) isFine(n, bad int) bool { return float64(bad) <= max(byChance, a.of(n)) }

// orDefault returns what the campaign says, or the default.
func orDefault(s campaign.Share, percent float64) campaign.Share {
	return cmp.Or(s, campaign.Share{Percent: percent})
}
