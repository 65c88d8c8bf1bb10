// Package seeds reads the list of people who look at a campaign's messages on their own phones, before everybody else or outside of any run.
//
// They are people of a file, with addresses that are read as those of an audience: nothing in it is guessed, and a row that cannot be used
// refuses the list, since whoever made it counts on everybody in it. What they get is not decided here.
package seeds

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

// most is how many seeds a list may have: with more it is somebody's audience.
const most = 1000

// List is the seeds of a campaign.
type List struct {
	Name    string // as the campaign writes it
	Digest  string // of the file's bytes, in hex
	Columns campaign.Columns
	People  []campaign.Recipient // each once, their rows counted from 0
}

// Load reads the list at path, which spec describes; its numbers are read as those of the campaign's audience. What is wrong with it comes as
// [campaign.Problems], in which it has the name, or the path where there is none.
func Load(path, name string, spec campaign.Seeds, c *campaign.Campaign) (*List, error) {
	numbers, err := phone.New(c.Audience.Country)
	if err != nil {
		return nil, fmt.Errorf("load seeds: %w", err)
	}
	file, err := audience.OpenList(path, table.Options{
		Name: name, Encoding: spec.Encoding, Delimiter: spec.Delimiter, Sheet: spec.Sheet, HiddenRows: table.SkipHidden,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	r := &reader{path: cmp.Or(name, path), channels: c.ChannelPriorityOrder, numbers: numbers, columns: file.Columns(), seen: map[uint64]bool{}}
	for batch := (table.Batch{}); ; {
		if err := file.ReadBatch(&batch); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if err := r.add(&batch); err != nil {
			return nil, err
		}
	}
	if len(r.people)+len(r.problems) == 0 {
		r.problems = append(r.problems, campaign.Problem{File: r.path, Message: "names nobody, so there are no seeds"})
	}
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	sum := file.Info().SHA256
	return &List{Name: spec.File, Digest: hex.EncodeToString(sum[:]), Columns: r.columns, People: r.people}, nil
}

type reader struct {
	path     string
	channels []campaign.Channel
	numbers  *phone.Reader
	columns  campaign.Columns
	people   []campaign.Recipient
	seen     map[uint64]bool // addresses
	problems campaign.Problems
}

func (r *reader) problem(line int, message, hint string) {
	r.problems = append(r.problems, campaign.Problem{File: r.path, Line: line, Message: message, Hint: hint})
}

func (r *reader) add(batch *table.Batch) error {
	bad := batch.Bad
	for i, row := range batch.Rows {
		if len(bad) > 0 && bad[0].Index == i {
			r.problems = append(r.problems, bad[0].Problem)
			bad = bad[1:]
			continue
		}
		p := campaign.Recipient{Row: len(r.people), Line: row.Line}
		for _, cell := range row.Cells {
			p.Fields = append(p.Fields, strings.Clone(cell)) // the batch is used again
		}
		before := len(r.problems)
		r.read(&p)
		keys := p.AppendKeys(nil)
		switch {
		case len(r.problems) > before:
		case !r.isReached(&p):
			r.problem(row.Line, "this seed has no address on any channel of the campaign", "")
		case slices.ContainsFunc(keys, func(key uint64) bool { return r.seen[key] }): // who stands there twice gets it once
		default:
			r.people = append(r.people, p)
		}
		for _, key := range keys {
			r.seen[key] = true
		}
		if len(r.people) > most || len(r.problems) > most {
			return append(r.problems, campaign.Problem{File: r.path, Message: fmt.Sprintf("has more than %d rows: seeds are a few people of your own", most)}).Err()
		}
	}
	return nil
}

// read reads the addresses of a row.
func (r *reader) read(p *campaign.Recipient) {
	p.Address = r.number(p, r.columns.Phone)
	for _, own := range r.columns.Own {
		if strings.TrimSpace(p.Field(own.Column)) == "" {
			continue
		}
		if own.Channel.ByPhone() {
			if number := r.number(p, own.Column); !number.IsZero() {
				p.Others = append(p.Others, campaign.NumberIdentity(own.Channel, number))
			}
			continue
		}
		id, err := campaign.ReadIdentity(own.Channel, p.Field(own.Column))
		var wrong campaign.IdentityError
		switch {
		case errors.As(err, &wrong) && wrong.IsNone():
		case err != nil:
			r.problem(p.Line, fmt.Sprintf("%s: %v", own.Channel.Role(), err), wrong.Hint())
		default:
			p.Others = append(p.Others, id)
		}
	}
}

// number reads the phone number in a column. The zero Address stands for none.
func (r *reader) number(p *campaign.Recipient, column int) campaign.Address {
	if strings.TrimSpace(p.Field(column)) == "" {
		return campaign.Address{}
	}
	number, finding := r.numbers.Read(p.Field(column), p.Field(r.columns.Country))
	if finding.IsProblem() {
		r.problem(p.Line, finding.String(), finding.Hint())
		return campaign.Address{}
	}
	return number
}

// isReached reports whether a seed has an address on a channel that the campaign tries.
func (r *reader) isReached(p *campaign.Recipient) bool {
	if _, isContact := p.On(campaign.Contact); isContact {
		return true
	}
	return slices.ContainsFunc(r.channels, func(c campaign.Channel) bool {
		if r.columns.OwnOf(c) >= 0 {
			_, ok := p.On(c)
			return ok
		}
		return c.ByPhone() && !p.Address.IsZero()
	})
}
