package campaign

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// syntaxProblem says in plain words what the parser stumbled over.
func (d *document) syntaxProblem(err error, tokens token.Tokens) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		d.breakAt(position{1, 1}, plainHint, "the file cannot be read as YAML")
		return
	}
	at := d.tokenPosition(syntax.GetToken())
	if offset, found := d.oddSpace(at.line); found {
		d.breakAt(d.positionOf(offset), oddIndentHint, oddIndent)
		return
	}
	if comment := commentInBrackets(tokens); comment != nil {
		d.breakAt(d.tokenPosition(comment), commentHint, `a comment, begun by " #", takes the closing bracket away`)
		return
	}
	message, hint := plainWords(syntax.GetMessage())
	d.breakAt(at, hint, "%s", message)
}

// oddSpace returns where a space that YAML does not take for one stands at a place where it would have to: behind the colon or hyphen
// of the given line, or at the beginning of that or an earlier one.
func (d *document) oddSpace(line int) (offset int, found bool) {
	for i := d.offsetOf(line, 1); i < len(d.runes) && d.runes[i] != '\n'; i++ {
		if (d.runes[i] == ':' || d.runes[i] == '-') && i+1 < len(d.runes) && isOddSpace(d.runes[i+1]) {
			return i + 1, true
		}
	}
	for ; line > 0; line-- {
		for i := d.offsetOf(line, 1); i < len(d.runes) && isSpace(d.runes[i]) && d.runes[i] != '\n'; i++ {
			if isOddSpace(d.runes[i]) {
				return i, true
			}
		}
	}
	return 0, false
}

// commentInBrackets returns the first comment that stands behind an unquoted text inside { } or [ ], or nil.
func commentInBrackets(tokens token.Tokens) *token.Token {
	depth := 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.CommentType:
			if depth > 0 && tk.Prev != nil && tk.Prev.Type == token.StringType && tk.Prev.Position.Line == tk.Position.Line {
				return tk
			}
		}
	}
	return nil
}

// plainWords translates the parser's messages. They have no codes, so the words are compared; what is not known gets the general hint.
func plainWords(parser string) (message, hint string) {
	const flowHint = `inside { } and [ ], a text with , : { } [ ] or ${…} must stand in "quotes"`
	for _, known := range []struct{ words, message, hint string }{
		{"tab character", "a tab stands where spaces are wanted", "indent with spaces"},
		{"found character '\t'", "a tab stands where spaces are wanted", "indent with spaces"},
		{"could not find end character", "the closing quote of this text is missing", `a text that begins with a quote ends with the same one`},
		{"mapping value is not allowed", `": " stands inside a text, or this line is indented otherwise than its neighbours`, plainHint},
		{"unexpected scalar value type", `": " stands inside a text, or this line is indented otherwise than its neighbours`, plainHint},
		{"non-map value is specified", `a line without "key:"`, `write "key: value", with a space behind the colon; ` + plainHint},
		{"value is not allowed", "this does not belong to what stands before it", plainHint + "; lines that belong together are indented alike"},
		{"reserved character", "a text cannot begin with this character", plainHint},
		{"header option", `">" or "|" begins a text over several lines`, plainHint},
		{"must be specified", "a comma or a closing bracket is missing", flowHint},
		{"not found", `the closing "]" is missing`, flowHint},
		{"end token '}'", `the closing "}" is missing`, flowHint},
		{"corresponding to", "a bracket is closed that was never opened", flowHint},
		{"escape", "this backslash does not begin a known escape", backslashHint},
		{"block sequence entries", `"-" begins a list here`, `a list begins on a line of its own; a text that begins with "- " must stand in "quotes"`},
		{"implicit line break", "a key must stand on one line", plainHint},
		{"invalid tag character", `"!" begins a tag`, plainHint},
		{"surrogate", "half of a character is missing", "write the character itself instead of its number"},
	} {
		if strings.Contains(parser, known.words) {
			return known.message, known.hint
		}
	}
	return "the file cannot be read as YAML from here on", plainHint
}
