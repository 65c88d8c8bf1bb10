package story

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

// Options say how a story is told.
type Options struct {
	Full    bool      // addresses whole, not masked
	Awaited bool      // somebody listens for the run's receipts now
	Now     time.Time // for what is still to come
}

// Teller tells of some people of one open run, which stays open meanwhile. It is not safe for concurrent use.
type Teller struct {
	run       *runstore.Run
	meta      runstore.Meta
	options   Options
	entries   *ledger.Reader
	kin       []campaign.Recipient
	collected bool                         // receipts of anybody have come
	heard     map[uint32][]receipts.Record // those of kin
	frozen    frozen
	zone      *time.Location
}

// New returns the teller of people of a run, which has all its receipts merged. kin are the rows that will be told of, and all that have an address
// in common with one of them.
func New(run *runstore.Run, kin []campaign.Recipient, o Options) (*Teller, error) {
	merged, err := run.Ledger.ReceiptsMerged()
	if err != nil {
		return nil, fmt.Errorf("tell what happened: %w", err)
	}
	t := &Teller{run: run, meta: run.Meta(), options: o, entries: run.Ledger.Reader(), kin: kin, collected: merged > 0, zone: time.Local}
	if t.collected {
		rows := make([]uint32, len(kin))
		for i := range kin {
			rows[i] = uint32(kin[i].Row)
		}
		if t.heard, err = receipts.Of(run, rows); err != nil {
			return nil, err
		}
	}
	t.frozen.read(t.meta)
	if t.frozen.zone != nil {
		t.zone = t.frozen.zone
	}
	return t, nil
}

// Tell returns what became of the rows in which a person stands: an entry for each message, or for that there is none. A row that was left out since
// another one has the same person has no entry of its own where that other one has.
func (t *Teller) Tell(rows []campaign.Recipient) ([]Entry, error) {
	var all []Entry
	for i := range rows {
		le, err := t.entries.Entry(uint32(rows[i].Row))
		if err != nil {
			return nil, fmt.Errorf("tell what happened: %w", err)
		}
		if isDuplicate(&le) && slices.ContainsFunc(rows, func(r campaign.Recipient) bool { return r.Line == int(le.Number) }) {
			continue
		}
		entries, err := t.row(&rows[i], &le)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

func isDuplicate(e *ledger.Entry) bool {
	return e.State == ledger.Skipped && campaign.SkipReason(e.Reason) == campaign.Duplicate
}

// row returns the entries of one row: one, and one more for each further message that receipts speak of.
func (t *Teller) row(r *campaign.Recipient, le *ledger.Entry) ([]Entry, error) {
	e, ways := t.begin(r, le)
	if err := t.duplicates(&e, le); err != nil {
		return nil, err
	}
	e.addRest(le)
	if le.Receipt.Twice && len(ways) == 1 {
		e.add("Receipts speak of a second message to them.")
	}
	e.Receipts = heard(t.heard[uint32(r.Row)])
	e.Attempts = le.Attempts
	t.details(&e, r, le)
	all := []Entry{e}
	for i := range ways[1:] {
		all = append(all, t.further(e, &ways[i+1]))
	}
	return all, nil
}

// addRest adds what else may have got to the person: their message was sent again, or an earlier attempt at it has got through.
func (e *Entry) addRest(le *ledger.Entry) {
	if le.Moved > 0 {
		e.SentAgain = runstore.RetryPrefix + strconv.Itoa(le.Moved)
		e.add("Sent again in " + e.SentAgain + ".")
	}
	if le.Flags != 0 && e.Verdict != InDoubt && e.Verdict != LeftInDoubt && e.Verdict != NotYetSent {
		e.add("An earlier attempt may have got through as well, so they may have it twice.")
	}
}

// begin returns the entry of a row with its verdict, and how far its messages have come: of one at least.
func (t *Teller) begin(r *campaign.Recipient, le *ledger.Entry) (Entry, []course) {
	e, ways := t.place(r), courses(le, t.heard[uint32(r.Row)])
	switch {
	case le.State == ledger.Accepted || ways[0].status != delivery.None:
		t.sent(&e, le, &ways[0])
	case le.State == ledger.Skipped:
		t.skipped(&e, le)
	default:
		t.unsent(&e, r, le)
	}
	return e, ways
}

// further is the entry of another message to the same row.
func (t *Teller) further(e Entry, way *course) Entry {
	e.Accepted, e.Cost, e.SentAgain, e.Duplicates = time.Time{}, nil, "", nil
	t.sent(&e, &ledger.Entry{MessageID: way.id, Channel: way.channel}, way)
	e.Sentence = "A SECOND MESSAGE, " + e.Sentence
	return e
}

// add adds a sentence.
func (e *Entry) add(sentence string) { e.Sentence = strings.TrimSpace(e.Sentence + " " + sentence) }

// place says where a row stands, and who is in it.
func (t *Teller) place(r *campaign.Recipient) Entry {
	m := &t.meta
	e := Entry{
		Run: m.Key, Campaign: m.Campaign, Dir: t.run.Dir, Sandbox: m.Sandbox, Seeds: m.Seeds, Live: t.run.Live(), Day: Day(*m).In(t.zone),
		File: filepath.Base(m.AudienceFile), Sheet: m.AudienceSheet, Line: r.Line, ID: strings.TrimSpace(r.Field(m.Columns.ID)),
	}
	if m.AudienceFile == "" {
		e.File = ""
	}
	e.Original = r.Field(m.Columns.Phone)
	if identities := r.Identities(); len(identities) > 0 {
		e.Address = identities[0].String()
		if t.options.Full {
			e.Address = identities[0].Stored()
		}
		if r.Address.IsZero() {
			e.Original = r.Field(m.Columns.OwnOf(identities[0].Channel))
		}
	}
	switch {
	case t.options.Full:
	case r.Address.IsZero() && len(r.Others) > 0 && !r.Others[0].IsNumber():
		e.Original = "" // an id has more than digits, and Address says it masked
	default:
		e.Original = Masked(e.Original)
	}
	return e
}

// Day is the day of a run: that of its first start, or else the one on which it was made.
func Day(m runstore.Meta) time.Time {
	if len(m.Starts) > 0 {
		return m.Starts[0].Time
	}
	return cmp.Or(m.Planned, m.Created)
}

// Masked returns a cell with a dot in the place of every digit but the last three: all that is wrong with how a number is written still shows.
func Masked(cell string) string {
	digits := 0
	runes := []rune(cell)
	for i := len(runes) - 1; i >= 0; i-- {
		if runes[i] < '0' || runes[i] > '9' {
			continue
		}
		if digits++; digits > 3 {
			runes[i] = '·'
		}
	}
	return string(runes)
}

// duplicates tells both sides of a duplicate.
func (t *Teller) duplicates(e *Entry, le *ledger.Entry) error {
	for i := range t.kin {
		other, err := t.entries.Entry(uint32(t.kin[i].Row))
		if err != nil {
			return fmt.Errorf("tell what happened: %w", err)
		}
		switch {
		case isDuplicate(le) && t.kin[i].Line == int(le.Number):
			winner, _ := t.begin(&t.kin[i], &other)
			winner.addRest(&other)
			e.add(capital(t.lineName(winner.Line)) + ": " + winner.Sentence)
			return nil
		case isDuplicate(&other) && int(other.Number) == e.Line:
			e.Duplicates = append(e.Duplicates, t.kin[i].Line)
		}
	}
	t.losers(e)
	return nil
}

// losers names the rows that were left out for a row.
func (t *Teller) losers(e *Entry) {
	const most = 10
	switch n := len(e.Duplicates); {
	case n == 1:
		e.add(capital(t.lineName(e.Duplicates[0])) + " has the same person, and was left out for that.")
	case n > 1:
		names := make([]string, min(n, most))
		for i := range names {
			names[i] = prose.Thousands(e.Duplicates[i])
		}
		more := ""
		if n > most {
			more = ", …"
		}
		e.add(capital(t.linesName()) + " " + strings.Join(names, ", ") + more + " have the same person, and were left out for that.")
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// lineName is what people call a line of the audience: a row, where that is a sheet.
func (t *Teller) lineName(line int) string {
	if t.meta.AudienceSheet != "" {
		return "row " + prose.Thousands(line)
	}
	return "line " + prose.Thousands(line)
}

func (t *Teller) linesName() string {
	if t.meta.AudienceSheet != "" {
		return "rows"
	}
	return "lines"
}
