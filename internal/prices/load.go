package prices

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/table"
)

const (
	mostLines    = 100_000 // of a price list: there are some 250 countries and 14 channels
	mostProblems = 100     // that are reported one by one
)

// The columns.
const (
	country = iota
	channel
	price
	per
	currency
	validFrom
	columnCount
)

// columnNames has the names of each column.
var columnNames = [columnCount][]string{{"country"}, {"channel"}, {"price"}, {"per"}, {"currency"}, {"valid_from", "date"}}

// Load reads the price list at path as it holds on the day of now. Where a price list is broken it returns [campaign.Problems].
func Load(path string, spec campaign.PriceList, countries *phone.Reader, now time.Time) (*Table, error) {
	file, err := table.Open(path, table.Options{Encoding: spec.Encoding, Delimiter: spec.Delimiter, Sheet: spec.Sheet, HiddenRows: table.IncludeHidden})
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	r := &reader{path: path, countries: countries, decimal: spec.Decimal, today: now.Format(time.DateOnly)}
	if err := r.header(file); err != nil {
		return nil, err
	}
	if err := r.readAll(file); err != nil {
		return nil, err
	}
	info := file.Info()
	r.chooseDecimal(info.Format != table.CSV)
	t, err := r.table()
	if err != nil {
		return nil, err
	}
	t.File, t.SHA256 = spec.File, hex.EncodeToString(info.SHA256[:])
	if t.Date == "" {
		t.Date = info.ModTime.In(now.Location()).Format(time.DateOnly)
	}
	return newTable(*t), nil
}

// reader reads one price list.
type reader struct {
	path      string
	countries *phone.Reader
	decimal   string // the sign; empty: not known yet, or no price has one
	today     string
	columns   [columnCount]int
	lines     []line
	problems  campaign.Problems
}

// line is a line of the list as it stands there.
type line struct {
	number int
	cells  [columnCount]string
}

func (r *reader) problem(line int, hint, format string, args ...any) {
	if len(r.problems) < mostProblems {
		r.problems = append(r.problems, campaign.Problem{File: r.path, Line: line, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
}

// header finds the columns.
func (r *reader) header(file *table.Reader) error {
	names, err := file.ReadHeader()
	if err != nil {
		return err
	}
	var all []string
	for i := range r.columns {
		r.columns[i] = -1
	}
	for i, name := range names {
		all = append(all, name.Text)
		column := slices.IndexFunc(columnNames[:], func(known []string) bool {
			return slices.ContainsFunc(known, func(k string) bool { return campaign.Fold(k) == campaign.Fold(name.Text) })
		})
		switch {
		case column < 0:
		case r.columns[column] >= 0:
			r.problem(name.At.Line, "", "this price list has two columns for %s", columnNames[column][0])
		default:
			r.columns[column] = i
		}
	}
	for _, column := range []int{country, channel, price, currency} {
		if name := columnNames[column][0]; r.columns[column] < 0 {
			r.problem(1, "its columns are "+prose.Listed(all), "this price list has no column %s", name)
		}
	}
	file.AsStored(r.columns[price])
	return r.problems.Err()
}

func (r *reader) readAll(file *table.Reader) error {
	var batch table.Batch
	for {
		if err := file.ReadBatch(&batch); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		bad := batch.Bad
		for i, row := range batch.Rows {
			if len(bad) > 0 && bad[0].Index == i {
				p := bad[0].Problem
				r.problem(p.Line, p.Hint, "%s", p.Message)
				bad = bad[1:]
				continue
			}
			l := line{number: row.Line}
			for column, at := range r.columns {
				if at >= 0 && at < len(row.Cells) {
					l.cells[column] = strings.TrimSpace(row.Cells[at])
				}
			}
			if r.lines = append(r.lines, l); len(r.lines) > mostLines {
				return campaign.Problems{{File: r.path, Message: fmt.Sprintf("has more than %s lines, which no price list has", prose.Thousands(mostLines))}}
			}
		}
	}
}

// table makes the table of the lines: of each country and channel the newest price that is not in the future.
func (r *reader) table() (*Table, error) {
	t := &Table{}
	type from struct {
		place
		date string
	}
	seen, newest := map[from]int{}, map[place]Price{}
	for _, l := range r.lines {
		before := len(r.problems)
		p := Price{Country: r.country(l), Channel: r.channel(l), From: r.date(l)}
		p.Per, p.Amount = r.per(l, p.Channel), r.amount(l)
		r.currency(t, l)
		if len(r.problems) > before {
			continue
		}
		at := place{p.Country, p.Channel}
		if other, twice := seen[from{at, p.From}]; twice {
			r.problem(l.number, fmt.Sprintf("keep one of the two; a price that will change has its day in valid_from; %d is the other line", other),
				"this price stands here twice: same country, same channel, same day")
			continue
		}
		seen[from{at, p.From}] = l.number
		if old, ok := newest[at]; p.From <= r.today && (!ok || p.From > old.From) {
			newest[at] = p
		}
	}
	for _, p := range newest {
		t.Prices = append(t.Prices, p)
		t.Date = max(t.Date, p.From)
	}
	if len(r.problems) == 0 && len(t.Prices) == 0 {
		r.problem(0, "", "no price in this list holds today")
	}
	return t, r.problems.Err()
}
