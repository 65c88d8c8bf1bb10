package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
	numbers []phoneCell
	ids     map[string]bool
	readers map[string]*phone.Reader // by country
}

// phoneCell is a phone number as it was written, and the country that stands beside it, if any.
type phoneCell struct{ cell, country string }

func newPersons(country string) (*persons, error) {
	p := &persons{country: country, ids: map[string]bool{}, readers: map[string]*phone.Reader{}}
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

// addLines takes a number from every line.
func (p *persons) addLines(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := p.add(phoneCell{cell: text}, fmt.Sprintf("line %d", n)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// addFile takes everybody from a file that is like a suppression list.
func (p *persons) addFile(path string) error {
	list, err := audience.OpenList(path)
	if err != nil {
		return err
	}
	defer list.Close()
	columns := list.Columns()
	for batch := (table.Batch{}); ; {
		if err := list.ReadBatch(&batch); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if len(batch.Bad) > 0 {
			return campaign.Problems{batch.Bad[0].Problem}
		}
		for i := range batch.Rows {
			row := &campaign.Recipient{Line: batch.Rows[i].Line, Fields: batch.Rows[i].Cells}
			if id := strings.TrimSpace(row.Field(columns.ID)); id != "" {
				p.ids[strings.Clone(id)] = true
			}
			n := phoneCell{strings.Clone(strings.TrimSpace(row.Field(columns.Phone))), strings.Clone(row.Field(columns.Country))}
			if n.cell == "" {
				continue
			}
			if err := p.add(n, fmt.Sprintf("line %d of %s", row.Line, path)); err != nil {
				return err
			}
		}
	}
}

// rows returns the rows of a run in which these people stand, in ascending order: those with their number or id, those that share the number of
// such a row, and those whose number could not be read where any of their cells holds it.
func (p *persons) rows(run *runstore.Run) ([]int, error) {
	m := run.Meta()
	s, err := p.soughtIn(m)
	if err != nil {
		return nil, err
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	if len(p.ids) > 0 {
		err := eachRow(snapshot, func(r *campaign.Recipient) {
			if p.ids[strings.TrimSpace(r.Field(m.Columns.ID))] && !r.Address.IsZero() {
				s.add(r.Address)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	var rows []int
	err = eachRow(snapshot, func(r *campaign.Recipient) {
		if s.keys[r.Address.Key()] || p.ids[strings.TrimSpace(r.Field(m.Columns.ID))] || r.Address.IsZero() && s.inCells(r) {
			rows = append(rows, r.Row)
		}
	})
	return rows, err
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
func (p *persons) soughtIn(m runstore.Meta) (*sought, error) {
	country := p.country
	if len(m.Sources) > 0 && country == "" {
		if c, err := campaign.Parse(m.Sources[0].Name, m.Sources); err == nil { // else only international numbers can be read
			country = c.Audience.Country
		}
	}
	reader, err := p.reader(country)
	if err != nil {
		return nil, err
	}
	s := &sought{keys: map[uint64]bool{}}
	for _, n := range p.numbers {
		address, _ := reader.Read(n.cell, n.country)
		if address.IsZero() {
			return nil, inputErrorf("a number is written without its country, and cannot be read as this run reads numbers").
				hint("write it with + and the calling code, or say --country")
		}
		s.add(address)
	}
	return s, nil
}

// sought are people as they stand in a snapshot.
type sought struct {
	keys  map[uint64]bool // of their addresses
	tails []string        // the last digits of these, as they are written with and without country
}

func (s *sought) add(a campaign.Address) {
	if key := a.Key(); !s.keys[key] {
		s.keys[key] = true
		digits := strings.TrimPrefix(a.Reveal(), "+")
		s.tails = append(s.tails, digits[len(digits)-min(9, len(digits)-2):])
	}
}

// inCells reports whether a cell of a row holds one of the numbers, however it is written.
func (s *sought) inCells(r *campaign.Recipient) bool {
	for _, cell := range r.Fields {
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
