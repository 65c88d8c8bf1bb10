package audience

import (
	"fmt"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

// Reader reads the rows of an audience, or of a list of people. It is not safe for concurrent use.
type Reader struct {
	*table.Reader
	columns campaign.Columns
	numbers []int // of a list, further columns of phone numbers

	unused, suggestions []string
}

// Open opens the audience at path, finds out how it is written and reads its header. What is wrong with the file comes as
// [campaign.Problems]. The caller closes the Reader.
func Open(path string, spec campaign.Audience) (*Reader, error) {
	options := table.Options{Encoding: spec.Encoding, Delimiter: spec.Delimiter, Sheet: spec.Sheet, HiddenRows: spec.HiddenRows}
	if spec.File == campaign.StandardInput {
		options.Name = spec.Name() // what it was put into is nobody's business
	}
	return open(path, options, func(r *Reader) error {
		h, err := r.readHeader()
		if err != nil {
			return err
		}
		if r.columns, err = h.columns(spec.Columns, ownNames(spec)); err != nil {
			return err
		}
		h.asStored(r, spec.Numbers, spec.Decimal == ",")
		if _, isMapped := spec.Columns["phone"]; r.columns.Phone < 0 && !isMapped && spec.NeedsPhone() {
			h.missingPhone()
		}
		h.suggest(r.columns, spec.Columns)
		r.unused, r.suggestions = h.unused, h.suggestions
		return h.problems.Err()
	})
}

// OpenList opens a list of addresses or ids. With a header it needs a column for the phone or for the id, found by the usual
// names, or one with the name of a channel's role. A list of numbers alone, one on each line, has no header and may have comments:
// lines that begin with #.
func OpenList(path string, o table.Options) (*Reader, error) {
	return OpenPart(path, o, campaign.Columns{})
}

// OpenPart opens a list whose header may begin with that of an audience, as the headers of a run's own lists do: then its columns are what they are
// there. Any other is read as [OpenList] reads it.
func OpenPart(path string, o table.Options, of campaign.Columns) (*Reader, error) {
	return open(path, o, func(r *Reader) error {
		if isPlain(r.Head()) {
			r.NoHeader("phone")
			r.columns = campaign.Columns{Header: []string{"phone"}, Phone: 0, ID: -1, Language: -1, Country: -1, TimeZone: -1}
			return nil
		}
		h, err := r.readHeader()
		if err != nil {
			return err
		}
		if h.beginsWith(of.Header) {
			r.columns = of
			r.columns.Header = h.names
		} else if r.columns, err = h.columns(nil, campaign.OwnChannels()); err != nil {
			return err
		}
		r.numbers = h.numbers(r.columns.Phone)
		h.asStored(r, nil, false)
		r.AsStored(r.numbers...)
		if r.columns.Phone < 0 && r.columns.ID < 0 && r.columns.Own == nil {
			h.report(0, "no column is known to hold phone numbers or ids",
				"name one phone or id, or give a list of numbers alone, one on each line; "+h.hint(""))
		}
		return h.problems.Err()
	})
}

// open opens a file and lets begin read what comes before its rows.
func open(path string, o table.Options, begin func(*Reader) error) (*Reader, error) {
	rows, err := table.Open(path, o)
	if err != nil {
		return nil, err
	}
	r := &Reader{Reader: rows}
	if err := begin(r); err != nil {
		_ = rows.Close() // nothing was written to it
		return nil, err
	}
	return r, nil
}

// readHeader reads the first row and checks its names.
func (r *Reader) readHeader() (*header, error) {
	names, err := r.ReadHeader()
	if err != nil {
		return nil, err
	}
	h := &header{written: written(r.Info())}
	for _, name := range names {
		h.names = append(h.names, name.Text)
		h.folded = append(h.folded, campaign.Fold(name.Text))
		h.at = append(h.at, name.At)
		h.places = append(h.places, name.Place)
	}
	h.check()
	return h, nil
}

// asStored has the cells of addresses, ids and numbers handed out as a workbook stores them.
func (h *header) asStored(r *Reader, numbers []campaign.ColumnName, hasComma bool) {
	r.AsStored(r.columns.Phone, r.columns.ID)
	for _, own := range r.columns.Own {
		r.AsStored(own.Column)
	}
	for _, name := range numbers {
		column := slices.Index(h.folded, campaign.Fold(strings.TrimSpace(name.Name)))
		if r.AsStored(column); hasComma {
			r.CommaIn(column)
		}
	}
}

// written says how a file is written.
func written(i table.Info) string {
	switch i.Format {
	case table.XLSX:
		return fmt.Sprintf("sheet %q", i.Sheet)
	case table.NDJSON:
		return "keys of JSON objects"
	}
	return "delimiter: " + campaign.DelimiterName(i.Delimiter)
}

// Columns returns the header and what its columns mean. The phone column is -1 in lists, and where the campaign wants no phone numbers.
func (r *Reader) Columns() campaign.Columns { return r.columns }

// Unused returns the names of columns that usually have a role which another column has here: the landline beside the mobile number.
func (r *Reader) Unused() []string { return r.unused }

// Suggestions returns what could be written into the campaign for columns whose names are nearly those of a role that none has.
func (r *Reader) Suggestions() []string { return r.suggestions }

// Numbers returns the columns of a list, beside the one of the role phone, whose names say that they hold phone numbers: whoever is on a list
// with two of them is on it with both.
func (r *Reader) Numbers() []int { return r.numbers }

// isPlain reports whether a file is a plain list: no header, a number on each line. What it goes by is the first line that has
// something in it and is no comment; a file of comments alone is a plain list of nobody.
func isPlain(head []byte) bool {
	hasComment := false
	for line := range strings.Lines(string(head)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if line[0] == '#' {
			hasComment = true
			continue
		}
		return phone.IsWritten(strings.Trim(line, `"`))
	}
	return hasComment
}
