package campaign

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxSize is how large a file may be, in bytes: a thousand times what a campaign needs.
const maxSize = 1 << 20

// maxDepth is how deep lists and maps may be nested, several times what a campaign needs. The parser recurses, and a stack that
// overflows cannot be recovered from.
const maxDepth = 100

// readDocument reads a YAML or JSON file into nodes. What is wrong with it stands in the document's problems.
func readDocument(name string, data []byte) *document {
	d := &document{name: name, lines: []int{0}}
	if len(data) > maxSize {
		d.breakAt(position{}, "audiences and pictures belong in files of their own", "the file is larger than 1 MiB")
		return d
	}
	if !d.decode(data) {
		return d
	}
	tokens := lexer.Tokenize(string(d.runes))
	d.locate(tokens)
	if d.checkTokens(tokens); d.broken {
		return d
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntaxProblem(err, tokens)
		return d
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			d.root = d.node(doc.Body)
		}
	}
	return d
}

// breakAt notes a problem after which the file's contents cannot be judged.
func (d *document) breakAt(at position, hint, format string, args ...any) {
	d.fail(at, hint, format, args...)
	d.broken = true
}

// decode takes the file's text. It reports whether there is one.
func (d *document) decode(data []byte) bool {
	text, encoding, ok := decodeText(data)
	if !ok {
		d.setText(text)
		d.breakAt(d.positionOf(len(d.runes)), `save the file as "UTF-8"`, "this character is neither UTF-8 nor %s", encoding)
		return false
	}
	if encoding != encodingUTF8 {
		d.warn(position{}, `look at å, é, € and the like in a preview; to be sure, save the file as "UTF-8"`, "the file was read as %s", encoding)
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n" // the scanner drops a tag at the very end, and with it the text after a closing quote
	}
	d.setText(text)
	for i, r := range d.runes {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			d.breakAt(d.positionOf(i), "remove it; it came with a text that was pasted", "an invisible control character, U+%04X", r)
			return false
		}
	}
	return true
}

// node makes our node of the parser's. Tags, anchors and the like have been refused before.
func (d *document) node(n ast.Node) *node {
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.mapNode(n.Values, n.IsFlowStyle, n.GetToken())
	case *ast.MappingValueNode:
		return d.mapNode([]*ast.MappingValueNode{n}, false, n.GetToken())
	case *ast.SequenceNode:
		list := d.newNode(listNode, n.GetToken())
		list.flow = n.IsFlowStyle
		for _, v := range n.Values {
			list.items = append(list.items, d.node(v))
		}
		return list
	case *ast.LiteralNode:
		return d.blockNode(n)
	case ast.ScalarNode:
		return d.scalarNode(n.GetToken())
	}
	d.breakAt(position{1, 1}, plainHint, "the file cannot be read as YAML")
	return &node{doc: d}
}

func (d *document) newNode(kind nodeKind, tk *token.Token) *node {
	offset := d.tokenOffset(tk)
	return &node{doc: d, kind: kind, pos: d.positionOf(offset), start: offset, end: offset}
}

func (d *document) mapNode(values []*ast.MappingValueNode, flow bool, tk *token.Token) *node {
	m := d.newNode(mapNode, tk)
	m.flow = flow
	seen := make(map[string]position, len(values))
	for _, v := range values {
		key := v.Key.GetToken()
		pos := d.positionOf(d.tokenOffset(key))
		if first, ok := seen[key.Value]; ok {
			d.fail(pos, "keep one of the two", "%s stands here a second time; first in line %d", shown(key.Value), first.line)
			continue
		}
		seen[key.Value] = pos
		d.checkKey(key.Value, pos)
		m.members = append(m.members, member{key: key.Value, pos: pos, value: d.node(v.Value)})
	}
	if !flow && len(m.members) > 0 {
		m.pos = m.members[0].pos // the parser puts a block at its first colon
	}
	return m
}

// checkKey refuses a key that begins with a space which YAML does not take for one: the line belongs one level deeper.
func (d *document) checkKey(key string, pos position) {
	first, _ := utf8.DecodeRuneInString(key)
	if isOddSpace(first) {
		d.breakAt(pos, oddIndentHint, oddIndent)
	}
}

// blockNode is a text that was written with | or >. It loses its last line break, which nobody sees and which would cost a part of
// an SMS; who wants it writes |+.
func (d *document) blockNode(n *ast.LiteralNode) *node {
	b := d.newNode(scalarNode, n.Start)
	b.text = n.Value.Value
	if !strings.Contains(n.Start.Value, "+") {
		b.text = strings.TrimSuffix(b.text, "\n")
	}
	b.end = d.nextOffset(n.Value.GetToken())
	d.checkBlockTabs(b)
	return b
}

func (d *document) scalarNode(tk *token.Token) *node {
	s := d.newNode(scalarNode, tk)
	s.text = tk.Value
	s.end = d.nextOffset(tk)
	switch tk.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		return s
	case token.NullType, token.ImplicitNullType:
		return &node{doc: d, kind: nullNode, pos: s.pos}
	}
	s.plain = true
	s.class = classOf(tk)
	if next := tk.Next; next != nil && next.Type == token.CommentType && next.Position.Line == lastLine(tk) {
		s.comment = d.positionOf(d.tokenOffset(next))
	}
	return s
}

// nextOffset returns where the token behind tk begins, or the end of the document.
func (d *document) nextOffset(tk *token.Token) int {
	if tk == nil || tk.Next == nil {
		return len(d.runes)
	}
	return d.tokenOffset(tk.Next)
}

// lastLine returns the line in which a plain text ends.
func lastLine(tk *token.Token) int {
	return tk.Position.Line + strings.Count(strings.Trim(tk.Origin, " \t\n"), "\n")
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`) // RFC 8259, section 6

var digitsOnly = regexp.MustCompile(`^[-+]?[0-9]*\.?[0-9]*$`)

func classOf(tk *token.Token) class {
	if jsonNumber.MatchString(tk.Value) {
		return numberClass
	}
	switch tk.Type {
	case token.BoolType:
		return boolClass
	case token.IntegerType, token.FloatType, token.OctetIntegerType:
		if digitsOnly.MatchString(tk.Value) {
			return digitsClass
		}
		return oddClass
	case token.BinaryIntegerType, token.HexIntegerType, token.InfinityType, token.NanType:
		return oddClass
	}
	return wordClass
}
