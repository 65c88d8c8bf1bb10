package plan

import (
	"crypto/sha256"
	"errors"
	"slices"

	"sendoff/campaign"
	"sendoff/internal/filter"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/survey"
	"sendoff/internal/table"
	"sendoff/internal/template"
)

// worker decides about frames. Each goroutine needs its own.
type worker struct {
	in      *inputs
	columns campaign.Columns
	encoder *runstore.FrameEncoder
	judge   *filter.Judge
	content *lint.Judge
	meter   *forecast.Meter
	slices  map[forecast.Slice]uint32 // places in the frame's
	tally   *survey.Tally             // of what the cells hold; nil where nobody asks
	body    []byte                    // of the last row, for its memory
	keys    []uint64
	zones   bool // there is a column of time zones, and it matters
}

func newWorker(in *inputs) *worker {
	columns := in.audience.Columns()
	return &worker{
		in: in, columns: columns, zones: in.clock != nil && columns.TimeZone >= 0, encoder: runstore.NewFrameEncoder(), judge: in.filter.Judge(), content: in.linter.Judge(),
		meter: in.gauge.Meter(), slices: make(map[forecast.Slice]uint32),
	}
}

// decide takes the frame's rows through all stages up to freezing.
func (w *worker) decide(f *frame) error {
	bad := f.bad
	clear(w.slices)
	for i := range f.rows {
		fault := table.OK
		if len(bad) > 0 && bad[0].Index == i {
			fault, bad = bad[0].Fault, bad[1:]
		}
		if err := w.row(f, i, fault); err != nil {
			return err
		}
		if w.tally != nil && fault == table.OK {
			w.tally.Add(&f.rows[i])
		}
		f.raw = runstore.AppendRow(f.raw, &f.rows[i])
	}
	f.sum = sha256.Sum256(f.raw)
	f.packed = w.encoder.Encode(f.packed, f.raw)
	return nil
}

// row decides about row i of the frame, of which it is known already whether it is one of its table.
func (w *worker) row(f *frame, i int, fault table.Fault) error {
	r := &f.rows[i]
	what := subject{row: fault}
	if fault == table.OK && !r.HasAddress() { // somebody of another run has the addresses that were understood there
		what.number = w.address(f, r)
	}
	if what != (subject{}) {
		f.remarks = append(f.remarks, remark{line: r.Line, what: what})
	}
	if what.isInvalid() {
		f.skip(r, campaign.Invalid, what.message(), 0)
		return nil
	}
	if w.in.renderer.First(r) == "" {
		w.unreached(f, r)
		return nil
	}
	if v := w.judge.Row(r, f.chosen); v.Reason != 0 {
		if !v.Fault.IsZero() {
			f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unjudged: v.Fault}})
		}
		f.skip(r, v.Reason, v.Detail, 0)
		return nil
	}
	if len(w.in.countries) > 0 {
		if why := w.otherCountry(r); why != "" {
			f.skip(r, campaign.OtherCountry, why, 0)
			return nil
		}
	}
	if match, leftOut := w.in.lists.Match(r, r.Field(w.columns.ID)); leftOut {
		f.matches[match.List]++
		f.skip(r, match.Reason, match.File, match.Line)
		return nil
	}
	if w.in.unlisted && r.Address.IsZero() && len(r.Others) == 1 && r.Others[0].Channel == campaign.Contact {
		f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unlisted: true}})
	}
	body, err := w.in.renderer.Body(w.body[:0], r, render.SampleEpoch)
	w.body = body
	if err != nil {
		return w.unrendered(f, r, err)
	}
	if lack := w.in.lack(r); lack != (template.Lack{}) {
		f.remarks = append(f.remarks, remark{line: r.Line, what: subject{lack: lack}})
		return nil
	}
	if f.spoken != nil {
		f.spoken.add(r.Line, w.in.renderer.Language(r).Translation, r.Field(w.columns.Language))
	}
	measure := w.content.Row(r)
	f.content.add(r.Line, w.content)
	if w.zones && w.in.clock.ZoneUnreadable(r) {
		f.remarks = append(f.remarks, remark{line: r.Line, what: subject{noZone: true}})
	}
	f.people++
	slice := w.measure(f, r, measure)
	w.keys = r.AppendKeys(w.keys[:0])
	for _, key := range w.keys {
		f.sendable = append(f.sendable, record{key: key, row: uint32(r.Row), line: uint32(r.Line), slice: slice})
	}
	w.candidate(f, i)
	return nil
}

// measure finds out what the message to a row comes to, and returns the place of that in the frame's slices.
func (w *worker) measure(f *frame, r *campaign.Recipient, measure lint.Measure) uint32 {
	s := w.meter.Slice(r, measure)
	place, known := w.slices[s]
	if !known {
		place = uint32(len(f.slices))
		w.slices[s] = place
		f.slices = append(f.slices, s)
	}
	return place
}

// otherCountry returns why a row is left out by audience.countries, or "".
func (w *worker) otherCountry(r *campaign.Recipient) string {
	switch country := w.meter.Country(r); {
	case country == "":
		return "audience.countries: nobody knows the person's country"
	case !slices.Contains(w.in.countries, country):
		return "audience.countries: " + country + " is not among them"
	}
	return ""
}

// unrendered deals with a row that has no body: it is left out where a param says so, and otherwise stops the plan.
func (w *worker) unrendered(f *frame, r *campaign.Recipient, err error) error {
	var rowError *render.RowError
	switch {
	case !errors.As(err, &rowError):
		return err
	case rowError.Reason == render.Skip:
		f.skip(r, campaign.MissingValue, rowError.Error(), 0)
	case rowError.Reason == render.Failed:
		f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unrendered: *rowError}})
		f.skips = append(f.skips, skipOf(r, campaign.Invalid, rowError.Error(), 0)) // a list that has grown may leave the row out before
	default:
		f.remarks = append(f.remarks, remark{line: r.Line, what: subject{unrendered: *rowError}})
	}
	return nil
}

func (f *frame) skip(r *campaign.Recipient, reason campaign.SkipReason, detail string, number int) {
	f.skips = append(f.skips, skipOf(r, reason, detail, number))
	if reason == campaign.Invalid {
		f.invalid = append(f.invalid, uint32(r.Row))
	}
}

func skipOf(r *campaign.Recipient, reason campaign.SkipReason, detail string, number int) ledger.Skip {
	return ledger.Skip{Row: uint32(r.Row), Reason: uint8(reason), Detail: detail, Number: uint32(number)}
}

// candidate notes row i, whose body the worker still has, where it may be worth showing.
func (w *worker) candidate(f *frame, i int) {
	r := &f.rows[i]
	if f.first < 0 {
		f.first = i
	}
	if f.defaulted < 0 && w.in.renderer.UsesDefault(r) {
		f.defaulted = i
	}
	if slices.Contains(f.translated, -1) {
		if at := w.in.renderer.Translation(r) + 1; f.translated[at] < 0 {
			f.translated[at] = i
		}
	}
	if size := w.size(r); size > f.longestSize {
		f.longest, f.longestSize = i, size
	}
}

// size is how long the body of a row is, which the worker still has.
func (w *worker) size(r *campaign.Recipient) int { return render.Size(w.body, r.Row) }
