package campaign

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/goccy/go-yaml/token"
)

// document is one file that is being read: its text, the nodes made of it, and what was found wrong in it.
type document struct {
	name     string // as problems give it
	runes    []rune // the text, so that a line and a column are one addition away
	lines    []int  // where each line begins in runes
	offsets  map[*token.Token]int
	root     *node // nil where the file is empty or broken
	problems Problems
	broken   bool // nothing more can be said of it than its problems already say
}

// position is a place in a document. Both count from 1, the column in characters.
type position struct {
	line, column int
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	listNode
	mapNode
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "a text", "a list", "a group of keys"}[k]
}

// class is how a scalar is to be understood where not only a text can stand.
type class uint8

const (
	wordClass   class = iota
	numberClass       // a number as JSON writes it
	digitsClass       // +46…, 007, .5: what it says is plain, but JSON has no such number
	oddClass          // 0x1f, 1_000, .inf: YAML readers make something else of it
	boolClass
)

// node is a value of a document and where it stands.
type node struct {
	doc     *document
	pos     position
	kind    nodeKind
	text    string // of a scalar: as it stands in the file where it is plain, else what the quotes or the block hold
	plain   bool   // a scalar without quotes
	class   class  // of a plain scalar
	comment position
	start   int // of a scalar: its place in the document's runes
	end     int
	items   []*node
	members []member
	flow    bool // written with { } or [ ]
}

// member is one key of a map and its value.
type member struct {
	key   string
	pos   position
	value *node
}

// get returns the value of a key, or nil. A nil node has no keys.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// string returns a scalar's text; that of a nil node is empty.
func (n *node) string() string {
	if n == nil {
		return ""
	}
	return n.text
}

// wrap turns a scalar into the object that it is short for, which has it at the end of a path of keys.
func (n *node) wrap(path []string) {
	inner := *n
	for _, key := range slices.Backward(path) {
		outer := node{doc: n.doc, pos: n.pos, kind: mapNode, members: []member{{key: key, pos: n.pos, value: new(inner)}}}
		inner = outer
	}
	*n = inner
}

func (n *node) fail(hint, format string, args ...any) { n.doc.fail(n.pos, hint, format, args...) }

func (n *node) warn(hint, format string, args ...any) { n.doc.warn(n.pos, hint, format, args...) }

func (d *document) fail(at position, hint, format string, args ...any) {
	d.problems = append(d.problems, d.problem(at, hint, fmt.Sprintf(format, args...)))
}

func (d *document) warn(at position, hint, format string, args ...any) {
	p := d.problem(at, hint, fmt.Sprintf(format, args...))
	p.Warning = true
	d.problems = append(d.problems, p)
}

func (d *document) problem(at position, hint, message string) Problem {
	return Problem{File: d.name, Line: at.line, Column: at.column, Message: message, Hint: hint}
}

// setText takes the text that positions refer to.
func (d *document) setText(text string) {
	d.runes = []rune(text)
	d.lines = append(d.lines[:0], 0)
	for i, r := range d.runes {
		if r == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
}

// positionOf returns the place of the character at an offset into runes.
func (d *document) positionOf(offset int) position {
	line, found := slices.BinarySearch(d.lines, offset)
	if !found {
		line--
	}
	return position{line + 1, offset - d.lines[line] + 1}
}

// offsetOf returns the offset into runes of a place, which is brought inside the document first.
func (d *document) offsetOf(line, column int) int {
	line = min(max(line, 1), len(d.lines))
	start, end := d.lines[line-1], len(d.runes)
	if line < len(d.lines) {
		end = d.lines[line] - 1
	}
	return min(start+max(column-1, 0), end)
}

// isSpace reports whether people see nothing where r stands, the characters of no width included that web pages leave behind.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// isOddSpace reports whether r looks like a space and is none to YAML.
func isOddSpace(r rune) bool {
	return r > unicode.MaxASCII && isSpace(r)
}
