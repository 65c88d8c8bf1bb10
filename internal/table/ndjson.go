package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
)

// ndjson reads JSON objects: one on each line, or those of a list.
type ndjson struct {
	text *text
	rows *objects

	comma  []int // columns whose numbers are wanted with a comma
	names  []Name
	keys   []string       // of the columns, as they stand in the file
	column map[string]int // by key
	empty  bool

	line   []byte // of the current row: the texts of its values, in their order
	values []span // by column, from 1: where its value is in line; {0, 0} where it has none
}

// isJSON reports whether a file that begins so holds JSON objects.
func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	if rest, isList := bytes.CutPrefix(head, []byte("[")); isList {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		return bytes.HasPrefix(rest, []byte("{")) || bytes.HasPrefix(rest, []byte("]"))
	}
	rest, isObject := bytes.CutPrefix(head, []byte("{"))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return isObject && hasAny(rest, `"`, "}", "'") // Python prints objects with single quotes; that is not JSON, and can be said so
}

// openNDJSON reads the keys of all objects: a table has its columns from the first row on, and a key that is left out where it has no value
// may appear anywhere.
func openNDJSON(t *text) (*ndjson, error) {
	n := &ndjson{text: t, column: make(map[string]int), empty: true}
	mode := findMode(t.start, !t.isAll)
	if err := n.rewind(mode); err != nil {
		return nil, err
	}
	for {
		o, err := n.rows.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, n.failed(err)
		}
		n.empty = false
		if !o.isValid {
			continue
		}
		for key := range members(o.text) {
			if len(n.keys) < maxColumns {
				n.addColumn(o, key)
			} else if _, known := n.columnOf(key); !known {
				return nil, t.source.problemAt(o.line, 0, "has more than 16,384 different keys", `a key is the name of a column: {"phone": "+44…"}`)
			}
		}
	}
	return n, n.rewind(mode)
}

func (n *ndjson) addColumn(o *object, key []byte) {
	if _, known := n.columnOf(key); known {
		return
	}
	name := unquote(key)
	n.column[name] = len(n.keys)
	n.keys = append(n.keys, name)
	n.names = append(n.names, Name{
		Text: strings.TrimFunc(name, isSpace), At: campaign.Problem{File: n.text.source.name, Line: o.line, Column: o.columnOf(key)},
	})
}

// columnOf returns the column of a key that stands in its quotes.
func (n *ndjson) columnOf(key []byte) (column int, known bool) {
	if bytes.IndexByte(key, '\\') < 0 {
		column, known = n.column[string(key[1:len(key)-1])] // does not copy
	} else {
		column, known = n.column[unquote(key)]
	}
	return column, known
}

// rewind begins at the first object.
func (n *ndjson) rewind(mode jsonMode) error {
	if err := n.text.rewind(); err != nil {
		return err
	}
	n.rows = newObjects(n.text.stream, mode)
	return nil
}

func (n *ndjson) head() []byte { return n.text.start }

func (n *ndjson) header() ([]Name, error) {
	if n.empty {
		return nil, n.text.source.problem("is empty", `each line has to be a person: {"phone": "+44…"}`)
	}
	if len(n.names) == 0 {
		return nil, n.text.source.problemAt(1, 0, "has no JSON object that can be read", Object.Hint())
	}
	n.values = make([]span, len(n.names))
	return n.names, nil
}

// noHeader has no effect: every value has its name.
func (n *ndjson) noHeader(string) {}

func (n *ndjson) read(b *Batch) error {
	o, err := n.rows.next()
	if errors.Is(err, io.EOF) {
		return io.EOF
	} else if err != nil {
		return n.failed(err)
	}
	at := len(b.cells)
	fault, position := Object, o.bad
	if o.isValid {
		if fault, position, err = n.understand(o); err != nil {
			return err
		}
		b.cells = n.cells(b.cells)
	}
	if fault != OK {
		b.addBad(fault, n.problem(o, fault, position))
	}
	b.addFrom(at, o.line, len(o.text))
	return nil
}

// understand puts an object's values into n.line, and returns what is wrong with it and where in its text.
func (n *ndjson) understand(o *object) (fault Fault, at int, err error) {
	clear(n.values)
	n.line = n.line[:0]
	for key, value := range members(o.text) {
		column, known := n.columnOf(key)
		if !known {
			return OK, 0, n.text.source.changed()
		}
		from := len(n.line) + 1
		switch {
		case n.values[column] != span{}:
			fault, at = Twice, o.offsetOf(key)
			continue
		case value[0] == '"':
			n.line = appendUnquoted(n.line, value)
		case value[0] == '{' || value[0] == '[':
			if !isEmptyValue(value) {
				fault, at = Nested, o.offsetOf(value)
			}
		case value[0] != 'n': // a number as it is written, true or false; and not null
			n.line = append(n.line, value...)
			if point := bytes.IndexByte(n.line[from-1:], '.'); point >= 0 && slices.Contains(n.comma, column) {
				n.line[from-1+point] = ','
			}
		}
		n.values[column] = span{from, len(n.line) + 1}
	}
	if fault == OK && bytes.IndexByte(n.line, 0) >= 0 {
		fault = Zero
	}
	return fault, at, nil
}

// cells appends the current row's texts to to. They share one piece of memory.
func (n *ndjson) cells(to []string) []string {
	line := string(n.line)
	for _, v := range n.values {
		if v == (span{}) {
			to = append(to, "")
		} else {
			to = append(to, line[v.from-1:v.to-1])
		}
	}
	return to
}

func (n *ndjson) problem(o *object, fault Fault, at int) campaign.Problem {
	line, column := o.position(at)
	return campaign.Problem{File: n.text.source.name, Line: line, Column: column, Message: fault.String(), Hint: fault.Hint()}
}

// failed turns an error behind which nothing of the file is known into one with a position.
func (n *ndjson) failed(err error) error {
	var malformed *json.SyntaxError
	line, column := n.rows.position()
	switch {
	case errors.As(err, &malformed) || errors.Is(err, io.ErrUnexpectedEOF):
		line, column = n.rows.brokenAt()
		return n.text.source.problemAt(line, column, "is not JSON from here on", "mend it, or export it again; with each object on a line of its own a broken one does not spoil the others")
	case errors.Is(err, errRowTooLong):
		return n.text.source.problemAt(line, column, "the object that begins here is longer than 1 MB", "take the long values out of the file")
	}
	return n.text.broken(err)
}

func (n *ndjson) describe(i *Info) {
	n.text.describe(i)
	i.Format = NDJSON
}

func (n *ndjson) close() error { return n.text.close() }

// members yields the members of an object that is known to be valid JSON: the key in its quotes, and the value as it is written.
func members(object []byte) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		for rest := skipSpace(object[1:]); rest[0] == '"'; {
			end := valueEnd(rest)
			key := rest[:end]
			rest = skipSpace(skipSpace(rest[end:])[1:]) // behind the colon
			end = valueEnd(rest)
			if !yield(key, rest[:end]) {
				return
			}
			rest = skipSpace(skipSpace(rest[end:])[1:]) // behind the comma or the brace
			if len(rest) == 0 {
				return
			}
		}
	}
}

func skipSpace(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r') {
		text = text[1:]
	}
	return text
}

// valueEnd returns where the value ends that valid JSON begins with.
func valueEnd(text []byte) int {
	switch text[0] {
	case '"':
		for i := 1; ; i++ {
			switch text[i] {
			case '"':
				return i + 1
			case '\\':
				i++
			}
		}
	case '{', '[':
		depth := 0
		for i := 0; ; i++ {
			switch text[i] {
			case '"':
				i += valueEnd(text[i:]) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
	}
	if end := bytes.IndexAny(text, ",}] \t\r\n"); end >= 0 {
		return end
	}
	return len(text)
}

// isEmptyValue reports whether an object or a list has nothing in it.
func isEmptyValue(value []byte) bool { return len(skipSpace(value[1:])) == 1 }

// appendUnquoted appends the text of a valid JSON string.
func appendUnquoted(to, value []byte) []byte {
	if bytes.IndexByte(value, '\\') < 0 {
		return append(to, value[1:len(value)-1]...)
	}
	return append(to, unquote(value)...)
}

func unquote(value []byte) string {
	if bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1])
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return string(utf8.RuneError) // unreachable: it is valid
	}
	return text
}
