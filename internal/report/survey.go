package report

import (
	"cmp"
	"slices"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// survey is what rows add up to that takes a walk through all of them. Each goroutine has its own; they are joined at the end.
type survey struct {
	*question
	meter   *forecast.Meter // nil: this version cannot read the run's campaign
	account forecast.Account

	cells    map[forecast.Kind]*cell
	last     forecast.Kind
	lastCell *cell

	refused       map[string]int // by what Sinch has said
	marks         marks
	twice, strays firstLines
	late          int // accepted long ago, on a channel that has receipts, and nothing final was heard
	silent        int // on a channel that has none
}

// question is what the surveys of a run have in common.
type question struct {
	gauge    *forecast.Gauge // nil: this version cannot read the run's campaign
	isPriced bool
	skew     time.Duration // Sinch's clock less ours
	now      time.Time
}

// newQuestion asks of a run what can be asked: of one whose campaign this version cannot read, totals alone.
func newQuestion(m runstore.Meta, now time.Time) *question {
	q := &question{now: now}
	if len(m.Sources) > 0 {
		q.gauge, _ = forecast.Frozen(m)
	}
	q.isPriced = q.gauge != nil && m.Prices != nil
	if n := len(m.Storage); n > 0 {
		q.skew = time.Duration(m.Storage[n-1].Skew) * time.Second
	}
	return q
}

func (q *question) survey() *survey {
	s := &survey{question: q, cells: map[forecast.Kind]*cell{}, refused: map[string]int{}}
	if q.gauge != nil {
		s.meter = q.gauge.Meter()
	}
	return s
}

// cell counts people of the same country, channel and language.
type cell struct {
	count
	delivery ledger.Delivery
	waits    *waits // from accepted to arrived; nil: nobody's arrived
}

func (c *cell) join(other *cell) {
	c.count.add(other.count)
	c.delivery.Join(&other.delivery)
	if other.waits != nil {
		if c.waits == nil {
			c.waits = new(waits)
		}
		c.waits.join(other.waits)
	}
}

// firstLines are those of the first rows of many.
type firstLines struct {
	rows  int
	lines []int
}

const mostLines = 5

func (f *firstLines) add(line int) {
	if f.rows++; len(f.lines) < mostLines {
		f.lines = append(f.lines, line)
	}
}

func (f *firstLines) join(other firstLines) {
	f.rows += other.rows
	f.lines = append(f.lines, other.lines...)
	slices.Sort(f.lines)
	f.lines = f.lines[:min(len(f.lines), mostLines)]
}

// lateAfter is how long after it was accepted a message should have a receipt that is final: a phone may be off over night.
const lateAfter = 24 * time.Hour

// erasedName is the country and the language of people whose data was erased.
const erasedName = "erased"

// add counts a row in the state in which it is reported.
func (s *survey) add(r *campaign.Recipient, e *ledger.Entry) {
	c := s.cell(s.kind(r, e))
	c.count[e.State]++
	c.delivery.Add(e)
	switch {
	case e.State == ledger.Rejected:
		s.refused[e.Detail]++
	case e.State != ledger.Accepted:
		if e.Receipt.Status != delivery.None {
			s.strays.add(r.Line)
		}
	default:
		s.accepted(c, r, e)
	}
}

func (s *survey) accepted(c *cell, r *campaign.Recipient, e *ledger.Entry) {
	s.marks.point(e.Time, &s.marks.lastAccepted).Accepted++
	if e.Twice {
		s.twice.add(r.Line)
	}
	switch status := e.Receipt.Status; {
	case status.Arrived():
		s.marks.point(e.Receipt.Time, &s.marks.lastHeard).Arrived++
		if c.waits == nil {
			c.waits = new(waits)
		}
		c.waits.add(e.Receipt.Time.Add(-s.skew).Sub(e.Time))
	case status == delivery.Failed:
		s.marks.point(e.Receipt.Time, &s.marks.lastHeard).Failed++
	case channelOf(e, "") == campaign.Telegram:
		s.silent++
	case s.now.Sub(e.Time) > lateAfter:
		s.late++
	}
}

// kind returns which cell a row belongs to. Where prices are known, who may have a message is measured on the way.
func (s *survey) kind(r *campaign.Recipient, e *ledger.Entry) forecast.Kind {
	var k forecast.Kind
	switch {
	case r.Erased():
		k = forecast.Kind{Country: erasedName, Language: erasedName}
		s.account.AddErased(e)
	case s.meter == nil:
	case s.isPriced && forecast.Counts(e):
		measured := s.meter.Row(r)
		k = measured.Kind()
		s.account.Add(measured, e)
	default:
		k = s.meter.Kind(r)
	}
	k.Channel = channelOf(e, k.Channel)
	return k
}

// channelOf returns the channel of a row: that of its receipts, or else the one that was tried first; of a row that was never tried the one that would be.
func channelOf(e *ledger.Entry, first campaign.Channel) campaign.Channel {
	if e.State == ledger.Accepted {
		if heard := forecast.HeardOn(e.Receipt); heard != "" {
			return heard
		}
	}
	if e.Attempts > 0 {
		return cmp.Or(campaign.ChannelAt(e.Channel), first)
	}
	return first
}

func (s *survey) cell(k forecast.Kind) *cell {
	if s.lastCell != nil && s.last == k {
		return s.lastCell
	}
	c := s.cells[k]
	if c == nil {
		c = new(cell)
		s.cells[k] = c
	}
	s.last, s.lastCell = k, c
	return c
}

func (s *survey) join(other *survey) {
	s.account.Join(&other.account)
	for k, c := range other.cells {
		s.cell(k).join(c)
	}
	for text, n := range other.refused {
		s.refused[text] += n
	}
	s.marks.join(&other.marks)
	s.twice.join(other.twice)
	s.strays.join(other.strays)
	s.late += other.late
	s.silent += other.silent
}

// all returns everybody in one cell.
func (s *survey) all() *cell {
	all := new(cell)
	for _, c := range s.cells {
		all.join(c)
	}
	return all
}

// dimensions are what people are put together by.
var dimensions = [...]struct {
	by   string
	name func(forecast.Kind) string
}{
	{"country", func(k forecast.Kind) string { return k.Country }},
	{"channel", func(k forecast.Kind) string { return string(k.Channel) }},
	{"language", func(k forecast.Kind) string { return k.Language }},
}

// slices returns none where this version cannot read the run's campaign. collected says whether receipts were.
func (s *survey) slices(collected bool) []Slice {
	all := []Slice{}
	if s.gauge == nil {
		return all
	}
	for _, d := range dimensions {
		cells := map[string]*cell{}
		for k, c := range s.cells {
			name := d.name(k)
			if cells[name] == nil {
				cells[name] = new(cell)
			}
			cells[name].join(c)
		}
		from := len(all)
		for name, c := range cells {
			all = append(all, c.slice(d.by, name, collected))
		}
		slices.SortFunc(all[from:], func(a, b Slice) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Name, b.Name)) })
	}
	return all
}

func (c *cell) slice(by, name string, collected bool) Slice {
	s := Slice{
		By: by, Name: name, Skipped: c.count[ledger.Skipped], Accepted: c.count[ledger.Accepted], Rejected: c.count[ledger.Rejected],
		InDoubt: c.count[ledger.InDoubt], LeftInDoubt: c.count[ledger.LeftInDoubt], NotSent: c.count[ledger.None],
	}
	s.Rows = s.Skipped + s.Accepted + s.Rejected + s.InDoubt + s.LeftInDoubt + s.NotSent
	if collected {
		s.Delivery = newDelivery(&c.delivery)
	}
	if c.waits != nil {
		s.Median = c.waits.median()
	}
	return s
}
