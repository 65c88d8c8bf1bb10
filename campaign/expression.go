package campaign

import "unicode"

// Place is where something stands in the campaign file. Both count from 1, the column in characters.
type Place struct {
	Line, Column int
}

// ColumnName is the name of an audience's column, and where the file has it. It is empty where the file has none.
type ColumnName struct {
	Name string
	Place
}

// Expression is a text that is read as an expression once the audience's columns are known, so problems in it are found later.
type Expression struct {
	Text   string
	Places []Place // of each of its characters
}

// At returns where the text's character i stands in the file, counted from 0; behind the end it is the last one.
func (e Expression) At(i int) Place {
	if len(e.Places) == 0 {
		return Place{}
	}
	return e.Places[min(max(i, 0), len(e.Places)-1)]
}

func expression(n *node) Expression {
	if n == nil {
		return Expression{}
	}
	return Expression{n.text, n.places()}
}

func columnName(n *node) ColumnName {
	if n == nil {
		return ColumnName{}
	}
	return ColumnName{n.text, n.place()}
}

func (n *node) place() Place { return Place{n.pos.line, n.pos.column} }

// places finds the characters of a scalar's text in the file. The file has the same characters in the same order, and between them what YAML
// drops: quotes, line breaks with their indentation, backslashes. A character that cannot be found has the place of the scalar.
func (n *node) places() []Place {
	text, d := []rune(n.text), n.doc
	places := make([]Place, len(text))
	for i := range places {
		places[i] = n.place()
	}
	source, next := d.runes[:n.end], n.contentStart()
	escapes := !n.plain && n.start < len(d.runes) && d.runes[n.start] == '"'
	for i := 0; i < len(text) && next < len(source); {
		length := 1
		isHere := source[next] == text[i] || unicode.IsSpace(source[next]) && unicode.IsSpace(text[i])
		if escapes && source[next] == '\\' {
			length = escapeLength(source[next:])
			isHere = length > 0
		}
		if isHere {
			at := d.positionOf(next)
			places[i] = Place{at.line, at.column}
			i++
		}
		next += max(length, 1)
	}
	return places
}

// contentStart returns where a scalar's text begins in the document's runes: behind its quote, or below the head of a block.
func (n *node) contentStart() int {
	if n.plain || n.start >= len(n.doc.runes) {
		return n.start
	}
	switch n.doc.runes[n.start] {
	case '|', '>':
		return n.doc.lineEnd(n.start)
	}
	return n.start + 1
}

// escapeLength returns how many characters an escape of a double-quoted scalar has, or 0 for one that stands for nothing: that of a line break.
func escapeLength(source []rune) int {
	if len(source) < 2 {
		return 1
	}
	switch source[1] {
	case '\n':
		return 0
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}
