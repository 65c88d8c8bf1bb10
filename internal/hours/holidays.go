package hours

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/prose"
	"sendoff/internal/table"
)

const (
	mostDays     = 100_000 // of a file: there are some 250 countries
	mostProblems = 100     // that are reported one by one
)

// holidays are the days off. A nil one has none, and nobody has asked for any.
type holidays struct {
	days      map[dayOff]bool // of a file
	countries map[string]bool // of which something is known; "": of all

	public bool     // those of public.go, and no file
	years  sync.Map // countryYear → map[dayOff]bool
}

// dayOff is a day in a country: an empty one stands for all of them, and year 0 for every year.
type dayOff struct {
	country string
	year    int
	month   time.Month
	day     int
}

type countryYear struct {
	country string
	year    int
}

// loadHolidays returns the days off that a campaign's window asks for.
func loadHolidays(c *campaign.Campaign, numbers *phone.Reader) (*holidays, error) {
	switch {
	case c.Window.Holidays == "" || !c.Window.IsSet():
		return nil, nil
	case c.Window.Holidays == campaign.PublicHolidays:
		h := &holidays{public: true, countries: map[string]bool{}}
		for _, country := range PublicCountries() {
			h.countries[country] = true
		}
		return h, nil
	}
	h, err := readHolidays(c.Resolve(c.Window.Holidays), numbers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (a file is wanted, or public)", err)
	}
	return h, err
}

// has reports whether a day, given as its midnight in UTC, is off in a country.
func (h *holidays) has(country string, day time.Time) bool {
	if h == nil {
		return false
	}
	year, month, d := day.Date()
	if h.public {
		return h.publicOf(country, year)[dayOff{country, year, month, d}]
	}
	for _, of := range [...]string{"", country} {
		if h.days[dayOff{of, year, month, d}] || h.days[dayOff{of, 0, month, d}] {
			return true
		}
	}
	return false
}

// publicOf returns the public holidays of a country in a year.
func (h *holidays) publicOf(country string, year int) map[dayOff]bool {
	key := countryYear{country, year}
	if days, ok := h.years.Load(key); ok {
		return days.(map[dayOff]bool)
	}
	days := make(map[dayOff]bool)
	for _, holiday := range PublicHolidays(country, year) {
		days[dayOff{country, year, holiday.Date.Month(), holiday.Date.Day()}] = true
	}
	h.years.Store(key, days)
	return days
}

// known reports whether there is anything about a country.
func (h *holidays) known(country string) bool {
	return h == nil || h.countries[country] || h.countries[""]
}

// The columns of a file of holidays. The name is for whoever reads it.
const (
	countryColumn = iota
	dateColumn
	columnCount
)

// readHolidays reads a file of holidays. What is wrong in it comes back as [campaign.Problems].
func readHolidays(path string, numbers *phone.Reader) (*holidays, error) {
	file, err := table.Open(path, table.Options{HiddenRows: table.IncludeHidden})
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	r := &holidayReader{path: path, numbers: numbers, holidays: &holidays{days: map[dayOff]bool{}, countries: map[string]bool{}}}
	if err := r.header(file); err != nil {
		return nil, err
	}
	if err := r.readAll(file); err != nil {
		return nil, err
	}
	if len(r.holidays.days) == 0 && len(r.problems) == 0 {
		r.problem(1, "without days off, leave holidays out", "this file has no holidays")
	}
	return r.holidays, r.problems.Err()
}

type holidayReader struct {
	path     string
	numbers  *phone.Reader
	columns  [columnCount]int
	holidays *holidays
	problems campaign.Problems
}

func (r *holidayReader) problem(line int, hint, format string, args ...any) {
	if len(r.problems) < mostProblems {
		r.problems = append(r.problems, campaign.Problem{File: r.path, Line: line, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
}

// header finds the columns.
func (r *holidayReader) header(file *table.Reader) error {
	names, err := file.ReadHeader()
	if err != nil {
		return err
	}
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = campaign.Fold(name.Text)
	}
	for column, name := range [columnCount]string{countryColumn: "country", dateColumn: "date"} {
		r.columns[column] = slices.Index(all, name)
		if r.columns[column] < 0 {
			r.problem(1, "its columns are country, date and name", "this file has no column %s", name)
		}
	}
	return r.problems.Err()
}

func (r *holidayReader) readAll(file *table.Reader) error {
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
			r.row(row)
			if len(r.holidays.days) > mostDays {
				return campaign.Problems{{File: r.path, Message: fmt.Sprintf("has more than %s days, which no list of holidays has", prose.Thousands(mostDays))}}
			}
		}
	}
}

// row adds the day of a row.
func (r *holidayReader) row(row table.Row) {
	var cells [columnCount]string
	for column, at := range r.columns {
		if at < len(row.Cells) {
			cells[column] = strings.TrimSpace(row.Cells[at])
		}
	}
	day, ok := readDay(cells[dateColumn])
	if !ok {
		r.problem(row.Line, "2026-12-25, or 12-25 for every year", "date: a day is wanted")
		return
	}
	if cell := cells[countryColumn]; cell != "" && cell != "*" {
		day.country = r.numbers.CountryIn(cell)
		switch {
		case strings.EqualFold(day.country, cell):
		case day.country == "":
			r.problem(row.Line, "a two-letter code such as GB or SE; nothing stands for everybody", "country: no country has this code")
		default:
			r.problem(row.Line, "write its code: "+day.country, "country: the two-letter code of the country is wanted")
		}
	}
	r.holidays.days[day], r.holidays.countries[day.country] = true, true
}

// readDay reads 2026-12-25, as workbooks may have it also with a time behind it, or 12-25.
func readDay(cell string) (dayOff, bool) {
	if date, hour, ok := strings.Cut(cell, " "); ok && strings.Trim(hour, "0:.") == "" {
		cell = date
	}
	if day, err := time.Parse(time.DateOnly, cell); err == nil && day.Year() > 0 {
		return dayOff{"", day.Year(), day.Month(), day.Day()}, true
	}
	const leapYear = "2000-"
	day, err := time.Parse(time.DateOnly, leapYear+cell)
	return dayOff{"", 0, day.Month(), day.Day()}, err == nil
}
