package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/forecast"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	rowsof "sendoff/internal/table" // report has a table of its own
)

const (
	byteOrderMark = "\ufeff"
	moment        = "2006-01-02T15:04:05.00Z07:00" // RFC 3339; the ledger keeps hundredths of a second
)

// ownColumns are those of report.csv.
var ownColumns = [...]string{"line", "id", "address", "state", "reason", "channel", "message_id", "accepted_time", "attempts", "error", "note",
	"delivery", "delivery_time", "delivery_reason", "delivery_channel"}

// table says what the lists have in common.
type table struct {
	columns campaign.Columns
	numbers []int // the columns that hold phone numbers
	full    bool
	added   [3]string // our names for line, reason and detail

	comma    rune // between cells
	crlf     bool
	encoding string
	encode   func([]byte) []byte

	collected bool // receipts were
	redact    bool // nothing in report.csv says who somebody is
}

func newTable(m runstore.Meta, full bool) *table {
	c := m.Columns
	t := &table{columns: c, full: full, numbers: []int{c.Phone}, comma: ',', crlf: m.Dialect.CRLF, encoding: m.Dialect.Encoding, encode: rowsof.Encoder(m.Dialect.Encoding)}
	for _, r := range m.Dialect.Delimiter {
		t.comma = r
	}
	for _, own := range c.Own {
		if own.Channel.ByPhone() {
			t.numbers = append(t.numbers, own.Column)
		}
	}
	for i, name := range []string{"line", "reason", "detail"} {
		t.added[i] = freeName(c.Header, name)
	}
	return t
}

// freeName returns a name for a column of ours that no column of the audience has, in the way that audiences compare them.
func freeName(header []string, name string) string {
	taken := make(map[string]bool, len(header))
	for _, h := range header {
		taken[campaign.Fold(h)] = true
	}
	free := name
	for i := 1; taken[campaign.Fold(free)]; i++ {
		free = "sendoff_" + name
		if i > 1 {
			free += "_" + strconv.Itoa(i)
		}
	}
	return free
}

// LineOf returns the column of a list that has the line of each row in the audience, which has the given columns; -1 where header is of no list that
// a run of that audience writes.
func LineOf(header []string, audience campaign.Columns) int {
	i := len(audience.Header)
	if i >= len(header) || header[i] != freeName(audience.Header, "line") {
		return -1
	}
	return i
}

// Names reports whether cells, of a list that a run writes, are those of a row of its audience.
func Names(cells []string, r *campaign.Recipient, m runstore.Meta) bool {
	p := &printer{table: newTable(m, false)}
	want := p.guarded(p.original(r, &ledger.Entry{}, inDoubt)[:len(m.Columns.Header)])
	return len(cells) >= len(want) && slices.Equal(cells[:len(want)], want)
}

// header returns the first line of a list.
func (t *table) header(l list) []byte {
	names := ownColumns[:]
	if l != everyone {
		names = nil
		for _, name := range t.columns.Header {
			names = append(names, guard(name))
		}
		names = append(names, t.added[:2]...)
	}
	if l == skipped {
		names = append(names, t.added[2])
	}
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := t.writer(&b)
	_ = w.Write(t.guarded(slices.Clone(names))) // a bytes.Buffer takes everything
	w.Flush()
	return t.encode(b.Bytes())
}

// writer writes lines as those of the audience are written, but in UTF-8.
func (t *table) writer(to io.Writer) *csv.Writer {
	w := csv.NewWriter(to)
	w.Comma, w.UseCRLF = t.comma, t.crlf
	return w
}

// guarded has no spreadsheet find a formula behind a comma within a cell either, where that is not what stands between cells, and so needs no quotes. It
// changes cells.
func (t *table) guarded(cells []string) []string {
	if t.comma != ',' {
		for i, cell := range cells {
			cells[i] = guardAt(cell, ",")
		}
	}
	return cells
}

// page is what the lists say about the rows of one frame.
type page struct {
	text  [listCount]bytes.Buffer
	out   [listCount][]byte // the same in the encoding of the lists
	count count
}

// printer makes pages. Each goroutine needs its own.
type printer struct {
	*table
	snapshot *runstore.Snapshot
	entries  *ledger.Reader
	wanted   [listCount]bool
	sizes    [listCount]int // of the last page's texts: the next will be about as long
	cells    []string       // of the line that is being made
	survey   *survey        // of the rows so far; nil: nobody asks
}

func newPrinter(t *table, s *runstore.Snapshot, l *ledger.Ledger, lists []list) *printer {
	p := &printer{table: t, snapshot: s, entries: l.Reader()}
	for _, l := range lists {
		p.wanted[l] = true
	}
	return p
}

// print makes the page of a frame.
func (p *printer) print(frame int) (*page, error) {
	rows, err := p.snapshot.Frame(frame)
	if err != nil {
		return nil, err
	}
	var pg page
	var lines [listCount]*csv.Writer
	for l := range lines {
		pg.text[l].Grow(p.sizes[l])
		lines[l] = p.writer(&pg.text[l])
	}
	for i := range rows {
		e, err := p.entries.Entry(uint32(rows[i].Row))
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", rows[i].Row, err)
		}
		if e.State == ledger.Begun {
			e.Detail = "the answer was never recorded"
		}
		e.State = settled(e.State)
		pg.count[e.State]++
		if p.survey != nil {
			p.survey.add(&rows[i], &e)
		}
		if p.wanted[everyone] {
			_ = lines[everyone].Write(p.guarded(p.whole(&rows[i], &e))) // a bytes.Buffer takes everything
		}
		// Of a row whose person was erased there is nothing that could be fed back.
		if l, isListed := listOf(&e); isListed && p.wanted[l] && !rows[i].Erased() {
			_ = lines[l].Write(p.guarded(p.original(&rows[i], &e, l)))
		}
	}
	for l, w := range lines {
		w.Flush()
		p.sizes[l] = pg.text[l].Len()
		pg.out[l] = p.encode(pg.text[l].Bytes())
	}
	return &pg, nil
}

// listOf returns the list that a row in a state stands in, beside that of all rows.
func listOf(e *ledger.Entry) (list, bool) {
	switch {
	case e.State == ledger.Rejected, failedLater(e):
		return failures, true
	case e.State == ledger.Skipped:
		return skipped, true
	case e.State == ledger.InDoubt:
		return inDoubt, true
	}
	return everyone, false
}

// failedLater reports whether Sinch took a row's message, and a receipt says that it failed.
func failedLater(e *ledger.Entry) bool {
	return e.State == ledger.Accepted && e.Receipt.Status == delivery.Failed
}

// whole returns a row's cells in report.csv. They are valid until the next call.
func (p *printer) whole(r *campaign.Recipient, e *ledger.Entry) []string {
	address := p.address(r, e)
	var reason, channel, accepted string
	if e.State == ledger.Skipped {
		reason = campaign.SkipReason(e.Reason).String()
	}
	if e.Attempts > 0 {
		channel = string(campaign.ChannelAt(e.Channel))
	}
	if e.State == ledger.Accepted {
		accepted = e.Time.UTC().Format(moment)
	}
	p.cells = append(p.cells[:0], strconv.Itoa(r.Line), guard(r.Field(p.columns.ID)), address, e.State.String(), reason, channel,
		guard(e.MessageID), accepted, strconv.Itoa(e.Attempts), guard(Why(e)), note(e))
	if p.redact {
		p.cells[1], p.cells[2], p.cells[6], p.cells[9] = "", "", "", ""
		if e.State != ledger.Skipped { // of these it may name a list
			p.cells[9] = guard(withoutNames(Why(e)))
		}
	}
	status, at, why, on := p.heard(e)
	p.cells = append(p.cells, status, at, why, on)
	return p.cells
}

// heard returns what receipts say of a row that was accepted, where any are collected.
func (p *printer) heard(e *ledger.Entry) (status, at, reason, channel string) {
	if e.State != ledger.Accepted || !p.collected {
		return "", "", "", ""
	}
	status = "pending"
	if e.Receipt.Status.Final() {
		status, at = e.Receipt.Status.String(), e.Receipt.Time.UTC().Format(moment)
	}
	if e.Receipt.Status == delivery.Failed {
		reason = e.Receipt.Reason.Code()
	}
	return status, at, reason, string(forecast.HeardOn(e.Receipt))
}

// address returns the address by which a row was accepted, as far as the ledger knows the channel; of other rows the phone number, or else the
// first of the other addresses.
func (p *printer) address(r *campaign.Recipient, e *ledger.Entry) string {
	if other, isUsed := usedOther(r, e); isUsed && p.full {
		return other.Stored()
	} else if isUsed {
		return other.String()
	}
	if p.full {
		return r.Address.Reveal()
	}
	return r.Address.String()
}

// usedOther returns which of the addresses beside the phone number a row's is. It returns false where that is the number, or there is none.
func usedOther(r *campaign.Recipient, e *ledger.Entry) (campaign.Identity, bool) {
	if len(r.Others) == 0 {
		return campaign.Identity{}, false
	}
	if on := campaign.ChannelAt(e.Channel); e.State == ledger.Accepted && e.Attempts > 0 && on != "" {
		if contact, isContact := r.On(campaign.Contact); isContact { // who is one is written to as that alone
			return contact, true
		}
		if own, has := r.On(on); has {
			return own, true
		}
	}
	return r.Others[0], r.Address.IsZero()
}

// note says of a row that somebody may have it twice, or has, and why; and where it is sent to again.
func note(e *ledger.Entry) string {
	var notes []string
	switch {
	case e.Flags&ledger.AfterDoubt != 0:
		notes = append(notes, "after_doubt")
	case e.Flags&ledger.AfterServerError != 0:
		notes = append(notes, "after_server_error")
	}
	if e.Twice {
		notes = append(notes, "sent_twice")
	}
	if e.Moved > 0 {
		notes = append(notes, movedTo(e))
	}
	return strings.Join(notes, "; ")
}

// movedTo names the run in which a row is sent to again.
func movedTo(e *ledger.Entry) string {
	return "moved to " + runstore.RetryPrefix + strconv.Itoa(e.Moved)
}

// original returns a row's cells in one of the other lists. They are valid until the next call.
func (p *printer) original(r *campaign.Recipient, e *ledger.Entry, l list) []string {
	p.cells = p.cells[:0]
	for i, cell := range p.fitted(r.Fields) {
		if slices.Contains(p.numbers, i) {
			p.cells = append(p.cells, guardPhone(cell))
		} else {
			p.cells = append(p.cells, guard(cell))
		}
	}
	p.cells = append(p.cells, strconv.Itoa(r.Line))
	if l == skipped {
		return append(p.cells, campaign.SkipReason(e.Reason).String(), guard(Why(e)))
	}
	return append(p.cells, guard(whyFailed(e)))
}

// whyFailed says in words why a row was rejected, why its message failed later, or why it is in doubt; and where it is sent to again.
func whyFailed(e *ledger.Entry) string {
	why := Why(e)
	if failedLater(e) {
		why = e.Receipt.Reason.Words()
		if code := e.Receipt.Reason.Code(); code != "" {
			why += " [" + code + "]"
		}
	}
	if e.Moved > 0 {
		why += " (" + movedTo(e) + ")"
	}
	return why
}

// fitted returns as many cells as the header has. Of a row that has more, the last cell holds the rest, so that nothing is lost.
func (t *table) fitted(cells []string) []string {
	n := len(t.columns.Header)
	if len(cells) == n {
		return cells
	}
	fit := make([]string, n)
	copy(fit, cells)
	if len(cells) > n && n > 0 {
		fit[n-1] = strings.Join(cells[n-1:], ",")
	}
	return fit
}

// Why says in words why a row was not accepted. Lines are written with separators: no text of a report holds a long number.
func Why(e *ledger.Entry) string {
	switch {
	case e.Number == 0 || e.State != ledger.Skipped:
		return e.Detail
	case campaign.SkipReason(e.Reason) == campaign.Duplicate:
		return "the same person as line " + prose.Thousands(int(e.Number))
	}
	return strings.TrimSpace(e.Detail + " line " + prose.Thousands(int(e.Number)))
}
