package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// lookAhead is how many rows of a sheet are looked at to see where its table begins.
const lookAhead = 25

// The answers to what hidden rows mean.
const (
	SkipHidden    = "skip"
	IncludeHidden = "include"
)

// workbook reads a sheet of an XLSX workbook.
type workbook struct {
	content *content
	source  *source
	path    string
	archive *archive
	sheet   sheet
	rows    *sheetRows
	strings *sharedStrings // nil until a cell refers to them
	styles  *styles
	first   []firstRow // the sheet's first rows that hold something
	lastRow int        // of the sheet that was looked at last, as it says itself; 0: it does not say

	names      []string // of the columns
	isPlain    bool     // the first row is one like any other
	stored     []bool   // by column: wanted as stored
	hiddenRows string   // what becomes of them; empty: the author of the campaign has to say

	line    []byte // of the current row: the texts of its cells
	ends    []int  // where each ends in line
	fault   Fault  // of the current row
	faultAt int    // its column
	total   int    // rows below the header
	hidden  int
	notes   []Note
	tallies [tallied]Note
	comma   []int  // columns whose numbers are wanted with a comma
	asShown []Note // by column: numbers that are displayed otherwise than they are stored
}

// firstRow is a row near the beginning of a sheet.
type firstRow struct {
	number int
	cells  []string
	filled int // how many of them hold something
}

// What is counted while a sheet is read.
const (
	hiddenTally = iota
	headerTally
	mergedTally
	tallied
)

// openWorkbook opens the sheet that o asks for.
func openWorkbook(c *content, o Options) (*workbook, error) {
	w := &workbook{content: c, source: c.source, path: c.source.file.Name(), hiddenRows: o.HiddenRows}
	err := w.open(o.Sheet)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *workbook) open(name string) (err error) {
	if w.archive, err = openArchive(w.content); err != nil {
		return err
	}
	if w.styles, err = newStyles(w.archive); err != nil {
		return err
	}
	if w.sheet, err = w.chooseSheet(name); err != nil {
		return err
	}
	if w.first, err = w.firstRows(lookAhead); err != nil {
		return err
	}
	w.rows, err = w.openRows()
	return err
}

// openRows begins at the sheet's first row.
func (w *workbook) openRows() (*sheetRows, error) {
	part, err := w.archive.open(w.sheet.part, maxPart)
	if err != nil {
		return nil, err
	}
	return &sheetRows{part: part, xml: newXMLPart(part)}, nil
}

// firstRows returns the first rows of the sheet that hold something, at most so many.
func (w *workbook) firstRows(most int) ([]firstRow, error) {
	var err error
	if w.rows, err = w.openRows(); err != nil {
		return nil, err
	}
	defer func() {
		w.lastRow = w.rows.lastRow
		w.rows.close()
		w.rows = nil
	}()
	var rows []firstRow
	for len(rows) < most {
		row, err := w.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, w.failed(err)
		}
		first := firstRow{number: row.number, cells: w.cells(nil)}
		for _, cell := range first.cells {
			if strings.TrimFunc(cell, isSpace) != "" {
				first.filled++
			}
		}
		rows = append(rows, first)
	}
	return rows, nil
}

func (w *workbook) head() []byte {
	var b bytes.Buffer
	for _, row := range w.first {
		b.WriteString(strings.Join(row.cells, "\t"))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func (w *workbook) header() ([]Name, error) {
	if len(w.first) == 0 {
		return nil, w.source.problem(fmt.Sprintf("sheet %q is empty", w.sheet.name), "the first row has to name the columns, and each further row is a person")
	}
	if err := w.findTitle(); err != nil {
		return nil, err
	}
	row, err := w.next()
	if err != nil {
		return nil, w.failed(err)
	}
	if w.fault != OK {
		return nil, campaign.Problems{w.problem(row.number)}
	}
	names := make([]Name, len(w.ends))
	for i, text := range w.cells(nil) {
		names[i] = Name{
			Text:  strings.TrimFunc(text, isSpace),
			At:    campaign.Problem{File: w.source.name, Line: row.number},
			Place: w.place(row.number, i),
		}
		w.names = append(w.names, names[i].Text)
	}
	w.stored, w.asShown = make([]bool, len(names)), make([]Note, len(names))
	return names, nil
}

// findTitle refuses a sheet whose table has something above its header, such as a title.
func (w *workbook) findTitle() error {
	if w.first[0].filled > 1 {
		return nil
	}
	for _, row := range w.first[1:] {
		if row.filled > 1 {
			return campaign.Problems{{
				File: w.source.name, Line: w.first[0].number,
				Message: fmt.Sprintf("sheet %q does not begin with its header: row %d has a single cell", w.sheet.name, w.first[0].number),
				Hint:    fmt.Sprintf("row %d looks like the header; delete the rows above it", row.number),
			}}
		}
	}
	return nil
}

func (w *workbook) noHeader(name string) {
	w.names, w.stored, w.asShown, w.isPlain = []string{name}, []bool{true}, make([]Note, 1), true
}

// asStored says that these columns are wanted as stored.
func (w *workbook) asStored(columns []int) {
	for _, c := range columns {
		if c >= 0 && c < len(w.stored) {
			w.stored[c] = true
		}
	}
}

// next reads the next row that holds something into w.line.
func (w *workbook) next() (*sheetRow, error) {
	for {
		row, err := w.rows.next()
		if err != nil {
			return nil, err
		}
		if err := w.understand(row); err != nil {
			return nil, err
		}
		if len(w.ends) > 0 {
			return row, nil
		}
	}
}

// understand makes texts of a row's cells: as many as the header has names, or up to the last one that holds something.
func (w *workbook) understand(row *sheetRow) error {
	w.line, w.ends, w.fault = w.line[:0], w.ends[:0], OK
	if len(row.cells) == 0 {
		return nil
	}
	used := 0 // columns up to the last one that holds something
	for i := range row.cells {
		c := &row.cells[i]
		w.pad(c.column)
		from := len(w.line)
		fault, err := w.appendCell(row, c)
		if err != nil {
			return err
		}
		w.ends = append(w.ends, len(w.line))
		if fault == OK && len(bytes.TrimFunc(w.line[from:], isSpace)) == 0 {
			continue
		}
		if used = len(w.ends); fault == OK && used > len(w.names) && w.names != nil {
			fault = Beyond
		}
		if fault != OK && w.fault == OK {
			w.fault, w.faultAt = fault, c.column
		}
	}
	if used > 0 {
		w.ends = w.ends[:min(len(w.ends), max(used, len(w.names)))]
		w.pad(len(w.names))
	} else {
		w.ends = w.ends[:0]
	}
	return nil
}

// pad adds empty cells up to a column.
func (w *workbook) pad(column int) {
	for len(w.ends) < column {
		w.ends = append(w.ends, len(w.line))
	}
}

// cells appends the current row's texts to to. They share one piece of memory.
func (w *workbook) cells(to []string) []string {
	line, from := string(w.line), 0
	for _, end := range w.ends {
		to = append(to, line[from:end])
		from = end
	}
	return to
}

// appendCell appends a cell's text to w.line.
func (w *workbook) appendCell(row *sheetRow, c *cell) (Fault, error) {
	text := row.textOf(c)
	if c.isBare {
		return Formula, nil
	}
	switch c.kind {
	case "s":
		return w.appendShared(text)
	case "b":
		w.line = append(w.line, map[bool]string{true: "TRUE", false: "FALSE"}[isTrue(string(text))]...)
	case "e":
		w.line = append(w.line, text...)
		return ErrorValue, nil
	case "d":
		w.line = append(w.line, isoDate(string(text))...)
	case "n":
		return w.appendNumber(string(bytes.TrimSpace(text)), c, row.number), nil
	default: // "inlineStr", and "str" of formulas
		w.line = append(w.line, unescape(text)...)
	}
	return OK, nil
}

// appendShared appends the text with this number.
func (w *workbook) appendShared(number []byte) (fault Fault, err error) {
	if w.strings == nil && w.archive.strings != "" {
		part, err := w.archive.open(w.archive.strings, maxPart)
		if err != nil {
			return OK, err
		}
		defer func() { _ = part.Close() }() // it was only read
		if w.strings, err = readSharedStrings(part); err != nil {
			return OK, w.archive.damaged(w.archive.strings, err)
		}
	}
	i, err := strconv.Atoi(string(bytes.TrimSpace(number)))
	if err != nil {
		return OK, errShape
	}
	var found bool
	if w.line, found, err = w.strings.append(w.line, i); err == nil && !found {
		err = errShape
	}
	return OK, err
}

func (w *workbook) appendNumber(number string, c *cell, row int) Fault {
	format := w.styles.format(c.style)
	if c.column >= len(w.stored) || !w.stored[c.column] {
		w.line = append(w.line, w.styles.display(number, format)...)
		return OK
	}
	plain := plainNumber(number)
	if slices.Contains(w.comma, c.column) {
		plain = strings.Replace(plain, ".", ",", 1)
	}
	w.line = append(w.line, plain...)
	if format.adds || format.kind == date || format.kind == dateTime {
		w.asShown[c.column].add(row)
	}
	if isTooLong(number) {
		return Digits
	}
	return OK
}

// isoDate writes a date that is stored as text as the others are written.
func isoDate(text string) string {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil && layout != time.DateOnly {
			return t.Round(time.Second).Format(time.DateTime)
		}
	}
	return text
}

func (w *workbook) read(b *Batch) error {
	for {
		row, err := w.next()
		switch {
		case errors.Is(err, io.EOF):
			return w.finish()
		case err != nil:
			return w.failed(err)
		case w.isPlain && w.fault == OK && bytes.HasPrefix(w.line, []byte("#")) && !isErrorValue(string(w.line)):
			continue
		case w.isHeader():
			w.tallies[headerTally].add(row.number)
			continue
		}
		if w.total++; row.hidden {
			w.hidden++
			w.tallies[hiddenTally].add(row.number)
		}
		if w.hiddenRows != IncludeHidden && row.hidden || w.hiddenRows == "" && w.hidden > 0 {
			continue // the rest is only counted where nobody has said what hidden rows mean
		}
		if zero := bytes.IndexByte(w.line, 0); w.fault == OK && zero >= 0 {
			w.fault, w.faultAt = Zero, slices.IndexFunc(w.ends, func(end int) bool { return end > zero })
		}
		if w.fault != OK {
			b.addBad(w.fault, w.problem(row.number))
		}
		at := len(b.cells)
		b.cells = w.cells(b.cells)
		b.addFrom(at, row.number, sizeOf(b.cells[at:]))
		return nil
	}
}

// isHeader reports whether the current row is the header once more, as where several sheets were put together.
func (w *workbook) isHeader() bool {
	if w.isPlain || w.fault != OK || len(w.ends) != len(w.names) {
		return false
	}
	from := 0
	for i, end := range w.ends {
		if string(bytes.TrimFunc(w.line[from:end], isSpace)) != w.names[i] {
			return false
		}
		from = end
	}
	return true
}

// finish is the end of the sheet.
func (w *workbook) finish() error {
	if w.hiddenRows == "" && w.hidden > 0 {
		are := "are"
		if w.hidden == 1 {
			are = "is"
		}
		return w.source.problem(fmt.Sprintf("%s of %s in sheet %q %s hidden. Say which you mean: audience: {hidden_rows: skip} or include.",
			prose.Thousands(w.hidden), prose.Counted(w.total, "row", "rows"), w.sheet.name, are), "")
	}
	for _, m := range w.rows.merged {
		if m.to > w.first[0].number && m.to > m.from {
			w.tallies[mergedTally].add(m.from)
		}
	}
	w.note()
	return io.EOF
}

// failed turns an error in the middle of the sheet into one with a position. People behind it are unknown.
func (w *workbook) failed(err error) error {
	line := w.rows.row.number
	var problems campaign.Problems
	switch {
	case errors.As(err, &problems) || errors.Is(err, ErrChanged):
		return err
	case errors.Is(err, errRowTooLong):
		return w.source.problemAt(line, 0, fmt.Sprintf("sheet %q: a row here is longer than 1 MB", w.sheet.name), "take the long cells out of the sheet")
	}
	return w.archive.damagedAt(line, fmt.Sprintf("sheet %q is damaged here, so the rows after this one cannot be read", w.sheet.name), err)
}

// place names a cell for people.
func (w *workbook) place(row, column int) string {
	return fmt.Sprintf("sheet %q, cell %s%d", w.sheet.name, columnName(column), row)
}

// problem is the current row's fault.
func (w *workbook) problem(row int) campaign.Problem {
	return campaign.Problem{
		File: w.source.name, Line: row, Message: w.place(row, w.faultAt) + strings.TrimPrefix(w.fault.String(), "row:"), Hint: w.fault.Hint(),
	}
}

func (w *workbook) describe(i *Info) {
	i.Format, i.Compression, i.Sheet, i.Hidden = XLSX, w.content.compression, w.sheet.name, w.hidden
	i.Notes = w.notes
}

func (w *workbook) close() error {
	if w.rows != nil {
		w.rows.close()
	}
	w.content.close()
	return errors.Join(w.strings.close(), w.styles.close())
}

// chooseSheet returns the sheet of that name, or the only one that is visible and holds something.
func (w *workbook) chooseSheet(name string) (sheet, error) {
	if name == "" {
		return w.onlySheet()
	}
	var names []string
	for _, s := range w.archive.sheets {
		if strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(name)) {
			return s, nil
		}
		names = append(names, s.name)
	}
	hint := "the sheets are " + prose.Quoted(names)
	if near := campaign.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? ", near) + hint
	}
	return sheet{}, w.source.problem(fmt.Sprintf("has no sheet %q", name), hint)
}

func (w *workbook) onlySheet() (sheet, error) {
	var visible []sheet
	for _, s := range w.archive.sheets {
		if !s.isHidden {
			visible = append(visible, s)
		}
	}
	if len(visible) == 0 {
		return sheet{}, w.source.problem("has no sheet with rows", "")
	}
	if len(visible) == 1 {
		return visible[0], nil
	}
	var filled []sheet
	var shown []string
	for _, w.sheet = range visible {
		first, err := w.firstRows(1)
		if err != nil {
			return sheet{}, err
		}
		if len(first) == 0 {
			continue
		}
		filled = append(filled, w.sheet)
		shown = append(shown, strconv.Quote(w.sheet.name))
		if w.lastRow > 1 {
			shown[len(shown)-1] += fmt.Sprintf(" (to row %s)", prose.Thousands(w.lastRow))
		}
	}
	switch len(filled) {
	case 0:
		return visible[0], nil
	case 1:
		return filled[0], nil
	}
	return sheet{}, w.source.problem("has several sheets: "+prose.Listed(shown),
		fmt.Sprintf("say which one is meant: {file: …, sheet: %q}", filled[0].name))
}

// isOpen reports whether a program has left its mark that it has the file open.
func isOpen(path string) bool {
	dir, file := filepath.Split(path)
	for _, mark := range []string{"~$" + file, ".~lock." + file + "#"} {
		if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
			return true
		}
	}
	return false
}

// note writes down what was remarkable about the sheet.
func (w *workbook) note() {
	add := func(n Note, hint, message string, args ...any) {
		n.Message, n.Hint = fmt.Sprintf(message, args...), hint
		w.notes = append(w.notes, n)
	}
	if isOpen(w.path) {
		add(Note{}, "save it there and start again", "Excel or another program has it open; what was not saved yet is not in it")
	}
	if w.sheet.isHidden {
		add(Note{}, "", "sheet %q is hidden, and read since the campaign names it", w.sheet.name)
	}
	if names := w.hiddenNames(); len(names) > 0 {
		add(Note{}, "", "sheet %q has hidden columns, which are read like the others: %s", w.sheet.name, strings.Join(names, ", "))
	}
	if n := w.tallies[hiddenTally]; n.Count > 0 {
		done := "read like the others"
		if w.hiddenRows == SkipHidden {
			done = "left out"
		}
		add(n, "", "sheet %q has hidden rows, which are %s", w.sheet.name, done)
	}
	if n := w.tallies[headerTally]; n.Count > 0 {
		add(n, "", "sheet %q repeats its header; these rows are nobody", w.sheet.name)
	}
	if n := w.tallies[mergedTally]; n.Count > 0 {
		add(n, "take the cells apart and fill each one", "sheet %q has cells merged over several rows; their value is that of the first row, and the others have none", w.sheet.name)
	}
	for column, n := range w.asShown {
		if n.Count > 0 {
			add(n, "format the column as text if the sheet shows what is meant",
				"column %q of sheet %q shows its numbers otherwise than it stores them; what is stored is read", w.names[column], w.sheet.name)
		}
	}
}

// hiddenNames returns the names of the columns that are hidden.
func (w *workbook) hiddenNames() []string {
	var names []string
	for i, name := range w.names {
		for _, s := range w.rows.hiddenColumns {
			if s.from <= i+1 && i+1 <= s.to {
				names = append(names, strconv.Quote(name))
				break
			}
		}
	}
	return names
}

// sizeOf returns how much text cells have.
func sizeOf(cells []string) (size int) {
	for _, cell := range cells {
		size += len(cell)
	}
	return size
}
