package campaign

import (
	"strings"
	"unicode/utf8"
)

// scanner takes a string with placeholders apart.
//
//	${name}      a placeholder; the name is whatever stands before the "}"
//	$${          the text "${", not a placeholder
//	$$${name}    a dollar sign, then a placeholder
//
// In general, two dollar signs in a run of them that ends at "{" stand for one. Anywhere else a dollar sign is a dollar sign.
type scanner struct {
	runes []rune
	next  int
}

type pieceKind uint8

const (
	literalPiece pieceKind = iota
	placeholderPiece
	escapePiece   // "$${": text that looks like a placeholder
	unclosedPiece // "${" without its "}" on the same line
)

// piece is what the scanner found: a literal's text, or a placeholder's name, and where it begins.
type piece struct {
	kind  pieceKind
	text  string
	start int
}

// scan returns the next piece. At the end ok is false.
func (s *scanner) scan() (p piece, ok bool) {
	start := s.next
	for i := start; i < len(s.runes); i++ {
		if s.runes[i] != '$' {
			continue
		}
		dollars := s.dollars(i)
		if i+dollars == len(s.runes) || s.runes[i+dollars] != '{' {
			i += dollars - 1
			continue
		}
		if i > start {
			s.next = i
			return piece{literalPiece, string(s.runes[start:i]), start}, true
		}
		return s.opening(i, dollars), true
	}
	s.next = len(s.runes)
	return piece{literalPiece, string(s.runes[start:]), start}, start < len(s.runes)
}

// dollars counts the dollar signs from i on.
func (s *scanner) dollars(i int) int {
	n := 0
	for i+n < len(s.runes) && s.runes[i+n] == '$' {
		n++
	}
	return n
}

// opening scans a run of dollar signs at i that ends at "{".
func (s *scanner) opening(i, dollars int) piece {
	switch {
	case dollars > 2:
		s.next = i + 2
		return piece{literalPiece, "$", i}
	case dollars == 2:
		s.next = i + 3
		return piece{escapePiece, "${", i}
	}
	for end := i + 2; end < len(s.runes); end++ {
		switch s.runes[end] {
		case '}':
			s.next = end + 1
			return piece{placeholderPiece, string(s.runes[i+2 : end]), i}
		case '\n', '{':
			end = len(s.runes)
		}
	}
	s.next = len(s.runes)
	return piece{unclosedPiece, string(s.runes[i:]), i}
}

// texts makes Texts of the strings of one scalar. A scalar has several only where it is a JSON document of its own.
type texts struct {
	node   *node
	source scanner // runs over the scalar as it stands in the file, to find where its placeholders are
}

func newTexts(n *node) *texts {
	return &texts{node: n, source: scanner{runes: n.doc.runes[:n.end], next: n.start}}
}

// text takes a string of the scalar apart, and notes what is wrong with its placeholders.
func (t *texts) text(label, s string) Text {
	var text Text
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			text = append(text, Part{Literal: literal.String(), Line: t.node.pos.line})
			literal.Reset()
		}
	}
	scan := scanner{runes: []rune(s)}
	for p, ok := scan.scan(); ok; p, ok = scan.scan() {
		switch p.kind {
		case literalPiece:
			literal.WriteString(p.text)
		case escapePiece:
			literal.WriteString(p.text)
			t.warnEscape(label, t.find(escapePiece), scan)
		case unclosedPiece:
			t.node.doc.fail(t.find(unclosedPiece), `write "${name}"; a "${" that is meant as text is written "$${"`, `%s: the "}" of a placeholder is missing`, label)
		case placeholderPiece:
			at := t.find(placeholderPiece)
			if Fold(p.text) == "" {
				t.node.doc.fail(at, `write the name of a column or param: "${first_name}"`, "%s: a placeholder without a name", label)
			}
			flush()
			text = append(text, Part{Name: p.text, Line: at.line, Column: at.column})
		}
	}
	flush()
	return text
}

// readText takes a string apart that stands in no campaign file.
func readText(s string) Text {
	var text Text
	scan := scanner{runes: []rune(s)}
	for p, ok := scan.scan(); ok; p, ok = scan.scan() {
		if p.kind == placeholderPiece {
			if Fold(p.text) != "" {
				text = append(text, Part{Name: p.text})
				continue
			}
			p.text = "${" + p.text + "}"
		}
		if last := len(text) - 1; last >= 0 && text[last].Name == "" {
			text[last].Literal += p.text
		} else {
			text = append(text, Part{Literal: p.text})
		}
	}
	return text
}

// find returns where the scalar's next piece of a kind stands in the file. Where escapes hide it, the scalar's own position will do.
func (t *texts) find(kind pieceKind) position {
	for p, ok := t.source.scan(); ok; p, ok = t.source.scan() {
		if p.kind == kind {
			return t.node.doc.positionOf(p.start)
		}
	}
	return t.node.pos
}

// warnEscape says what becomes of "$${name}": "$${price}" is more often meant as a price in dollars.
func (t *texts) warnEscape(label string, at position, rest scanner) {
	for _, r := range rest.runes[rest.next:] {
		switch r {
		case '}':
			t.node.doc.warn(at, `for a dollar sign before the value write "$$${name}"`, `%s: "$${" is sent as the text "${", and no value is filled in`, label)
			return
		case '\n', '{':
			return
		}
	}
}

// literalLen counts the characters of a text without its placeholders: what is rendered is at least that long.
func (t Text) literalLen() int {
	n := 0
	for _, p := range t {
		n += utf8.RuneCountInString(p.Literal)
	}
	return n
}

// literal returns the text of one without placeholders. Where it has some, ok is false.
func (t Text) literal() (s string, ok bool) {
	switch {
	case len(t) == 0:
		return "", true
	case len(t) == 1 && t[0].Name == "":
		return t[0].Literal, true
	}
	return "", false
}
