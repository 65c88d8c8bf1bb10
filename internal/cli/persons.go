package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/ledger"
	"sendoff/internal/phone"
	"sendoff/internal/runstore"
	"sendoff/internal/table"
)

// persons are those whom somebody asks about, as they were written. How a number is read can depend on the run.
type persons struct {
	country string // of all numbers without a calling code; empty: the run's own
	noFlag  bool   // there is no --country to say it with
	numbers []phoneCell
	others  []campaign.Identity
	ids     map[string]bool
	beside  []campaign.Identity      // addresses that were learnt, each once: they stand in one row with what was asked for
	learnt  map[uint64]bool          // the keys of these
	readers map[string]*phone.Reader // by country
	problem error                    // why they cannot be read, where others are asked about all the same
}

// phoneCell is a phone number as it was written, and the country that stands beside it, if any.
type phoneCell struct{ cell, country string }

func newPersons(country string) (*persons, error) {
	p := &persons{country: country, ids: map[string]bool{}, learnt: map[uint64]bool{}, readers: map[string]*phone.Reader{}}
	_, err := p.reader(country)
	if errors.Is(err, phone.ErrCountry) {
		err = inputErrorf("--country: %v", err)
	}
	return p, err
}

func (p *persons) reader(country string) (*phone.Reader, error) {
	if p.readers[country] == nil {
		n, err := phone.New(country)
		if err != nil {
			return nil, err
		}
		p.readers[country] = n
	}
	return p.readers[country], nil
}

// add takes a number that may be readable in some country; where says where it stands. No error holds the number.
func (p *persons) add(n phoneCell, where string) error {
	reader, err := p.reader(p.country)
	if err != nil {
		return err
	}
	address, finding := reader.Read(n.cell, n.country)
	if address.IsZero() && finding != phone.National && finding != phone.NoPlus {
		return inputErrorf("%s is no phone number: %s", where, strings.TrimPrefix(finding.String(), "phone: "))
	}
	p.numbers = append(p.numbers, n)
	return nil
}

// addText takes what names a person: a number, or a channel and an id as in MESSENGER:1234567890.
func (p *persons) addText(text, where string) error {
	name, id, _ := strings.Cut(text, ":")
	c := campaign.Channel(strings.ToUpper(strings.TrimSpace(name)))
	switch {
	case c != campaign.Contact && c.Index() < 0:
		return p.add(phoneCell{cell: text}, where)
	case c.ByPhone():
		return p.add(phoneCell{cell: id}, where)
	}
	return p.addID(c, id, where)
}

// addID takes an id of a channel.
func (p *persons) addID(c campaign.Channel, id, where string) error {
	identity, err := campaign.ReadIdentity(c, id)
	if err != nil {
		return inputErrorf("%s is no id of %s: %v", where, c, err)
	}
	p.others = append(p.others, identity)
	return nil
}

// addLines takes a person from every line.
func (p *persons) addLines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := p.addText(text, fmt.Sprintf("line %d", n)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// addFile takes everybody from a file that is like a suppression list.
func (p *persons) addFile(path string) error {
	list, err := audience.OpenList(path, table.Options{HiddenRows: table.IncludeHidden})
	if err != nil {
		return err
	}
	defer list.Close()
	_, err = p.addList(list, path, func(*campaign.Recipient) bool { return false })
	return err
}

// mostProblems is how many rows of a file that name nobody are reported.
const mostProblems = 100

// addList takes everybody from a list but for the rows that another has taken, and returns how many rows there are. A row that names nobody is an
// error: whoever was meant by it would be passed over.
func (p *persons) addList(list *audience.Reader, path string, taken func(*campaign.Recipient) bool) (rows int, err error) {
	columns := list.Columns()
	var problems campaign.Problems
	for batch := (table.Batch{}); ; {
		if err := list.ReadBatch(&batch); errors.Is(err, io.EOF) {
			return rows, problems.Err()
		} else if err != nil {
			return rows, err
		}
		rows += len(batch.Rows)
		bad := batch.Bad
		for i := range batch.Rows {
			row := &campaign.Recipient{Line: batch.Rows[i].Line, Fields: batch.Rows[i].Cells}
			problem := namesNobody(path, row.Line)
			names := false
			if len(bad) > 0 && bad[0].Index == i {
				problem, bad = bad[0].Problem, bad[1:]
			} else if names = taken(row); !names {
				if names, err = p.addRow(row, columns, path); err != nil {
					return rows, err
				}
			}
			if !names && len(problems) < mostProblems {
				problems = append(problems, problem)
			}
		}
	}
}

func namesNobody(path string, line int) campaign.Problem {
	return campaign.Problem{
		File: path, Line: line, Message: "row names nobody: it has neither an address nor an id in a column that is known",
		Hint: "mend it, or take it out; nothing was done",
	}
}

// addRow takes the addresses and the id in a row, and reports whether there is one.
func (p *persons) addRow(row *campaign.Recipient, columns campaign.Columns, path string) (names bool, err error) {
	where := fmt.Sprintf("line %d of %s", row.Line, path)
	id := strings.TrimSpace(row.Field(columns.ID))
	if holdsNone(id) { // as many people may have by chance
		id = ""
	} else {
		p.ids[strings.Clone(id)] = true
	}
	before := len(p.numbers) + len(p.others)
	number := func(column int) error {
		n := phoneCell{strings.Clone(strings.TrimSpace(row.Field(column))), strings.Clone(row.Field(columns.Country))}
		if n.cell == "" {
			return nil
		}
		return p.add(n, where)
	}
	if err := number(columns.Phone); err != nil {
		return false, err
	}
	for _, own := range columns.Own {
		if cell := row.Field(own.Column); own.Channel.ByPhone() {
			err = number(own.Column)
		} else if !holdsNone(cell) {
			err = p.addID(own.Channel, cell, where)
		}
		if err != nil {
			return false, err
		}
	}
	return id != "" || len(p.numbers)+len(p.others) > before, nil
}

// holdsNone reports whether a cell for an id is empty, or as good as that.
func holdsNone(cell string) bool {
	var fault campaign.IdentityError
	_, err := campaign.ReadIdentity("", cell)
	return errors.As(err, &fault) && fault.IsNone()
}

// learn takes over the addresses that stand in one row of a run with an address or id that was asked for: by these, too, its people are found, in
// this run and in others. It is one step: what stands in one row with what was learnt is another's, for all that anybody knows.
func (p *persons) learn(run *runstore.Run) error {
	m := run.Meta()
	if len(p.ids) == 0 && len(m.Columns.Own) == 0 {
		return nil // a row has one address, which was asked for
	}
	asked, err := p.soughtIn(m)
	if err != nil {
		return err
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	return eachRow(snapshot, func(r *campaign.Recipient) {
		if !p.ids[strings.TrimSpace(r.Field(m.Columns.ID))] && !asked.has(r) {
			return
		}
		for _, i := range r.Identities() {
			if key := i.Key(); !asked.keys[key] && !p.learnt[key] {
				p.learnt[key] = true
				p.beside = append(p.beside, i)
			}
		}
	})
}

// rows returns the rows of a run in which these people stand, in ascending order: those with one of their addresses, be it learnt, or their id, and
// those of which an address could not be read where any of their cells holds it.
func (p *persons) rows(run *runstore.Run) ([]int, error) {
	m := run.Meta()
	s, err := p.soughtIn(m)
	if err != nil {
		return nil, err
	}
	for _, i := range p.beside {
		s.add(i)
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	var rows []int
	err = eachRow(snapshot, func(r *campaign.Recipient) {
		if s.has(r) || p.ids[strings.TrimSpace(r.Field(m.Columns.ID))] || s.in(unread(r, m.Columns)) {
			rows = append(rows, r.Row)
		}
	})
	return rows, err
}

// unread returns the cells of a row in which an address may stand that could not be read: all of them where it has no address.
func unread(r *campaign.Recipient, columns campaign.Columns) []string {
	if !r.HasAddress() {
		return r.Fields
	}
	var cells []string
	if r.Address.IsZero() {
		cells = append(cells, r.Field(columns.Phone))
	}
	for _, own := range columns.Own {
		if _, read := r.On(own.Channel); !read {
			cells = append(cells, r.Field(own.Column))
		}
	}
	return cells
}

func eachRow(s *runstore.Snapshot, visit func(*campaign.Recipient)) error {
	for i := range s.Frames() {
		rows, err := s.Frame(i)
		if err != nil {
			return err
		}
		for j := range rows {
			visit(&rows[j])
		}
	}
	return nil
}

// soughtIn reads the numbers as the run reads those of its audience.
func (p *persons) soughtIn(m runstore.Meta) (*sought, error) { return p.soughtAs(p.countryIn(m)) }

// countryIn is the country by which numbers are read in a run.
func (p *persons) countryIn(m runstore.Meta) string {
	if len(m.Sources) > 0 && p.country == "" {
		if c, err := campaign.Parse(m.Sources[0].Name, m.Sources); err == nil { // else only international numbers can be read
			return c.Audience.Country
		}
	}
	return p.country
}

// soughtAs reads the numbers as those of a country.
func (p *persons) soughtAs(country string) (*sought, error) {
	reader, err := p.reader(country)
	if err != nil {
		return nil, err
	}
	s := &sought{keys: map[uint64]bool{}, ids: map[string]bool{}}
	for _, n := range p.numbers {
		address, _ := reader.Read(n.cell, n.country)
		if address.IsZero() {
			hint := "write it with + and the calling code"
			if !p.noFlag {
				hint += ", or say --country"
			}
			return nil, inputErrorf("a number is written without its country, and cannot be read as this run reads numbers").hint("%s", hint)
		}
		s.add(campaign.NumberIdentity("", address))
	}
	for _, other := range p.others {
		s.add(other)
	}
	return s, nil
}

// sought are people as they stand in a snapshot.
type sought struct {
	keys  map[uint64]bool // of their addresses
	tails []string        // the last digits of the numbers among these, as they are written with and without country
	ids   map[string]bool // the others
}

func (s *sought) add(i campaign.Identity) {
	key := i.Key()
	if s.keys[key] {
		return
	}
	s.keys[key] = true
	if !i.IsNumber() {
		s.ids[i.Reveal()] = true
		return
	}
	digits := strings.TrimPrefix(i.Reveal(), "+")
	s.tails = append(s.tails, digits[len(digits)-min(9, len(digits)-2):])
}

// has reports whether a row has one of the addresses.
func (s *sought) has(r *campaign.Recipient) bool {
	var room [4]uint64
	return slices.ContainsFunc(r.AppendKeys(room[:0]), func(key uint64) bool { return s.keys[key] })
}

// in reports whether one of cells holds one of the addresses, a number however it is written.
func (s *sought) in(cells []string) bool {
	for _, cell := range cells {
		if s.ids[strings.TrimSpace(cell)] {
			return true
		}
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, cell)
		for _, tail := range s.tails {
			if strings.Contains(digits, tail) {
				return true
			}
		}
	}
	return false
}

// became counts rows by what became of them, in words, before their people are erased.
func became(run *runstore.Run, rows []int) (map[string]int, error) {
	entries, counts := run.Ledger.Reader(), map[string]int{}
	for _, row := range rows {
		e, err := entries.Entry(uint32(row))
		if err != nil {
			return nil, err
		}
		counts[describeState(e)]++
	}
	return counts, nil
}

// mayHaveMessage reports whether somebody of those whom became counts was sent to, or may have been.
func mayHaveMessage(counts map[string]int) bool {
	return counts[ledger.Accepted.String()]+counts[doubtForGood]+counts["left in doubt"] > 0
}

const doubtForGood = "in doubt, and is left in doubt for good"

func describeState(e ledger.Entry) string {
	switch {
	case e.State.Sendable() && e.Flags == 0:
		return "not sent yet, and will not be"
	case e.State.Sendable(), e.State == ledger.Begun, e.State == ledger.InDoubt:
		return doubtForGood
	case e.State == ledger.Skipped:
		return "left out as " + strings.ReplaceAll(campaign.SkipReason(e.Reason).String(), "_", " ")
	}
	return strings.ReplaceAll(e.State.String(), "_", " ")
}
