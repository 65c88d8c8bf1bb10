package expression

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
	"github.com/expr-lang/expr/parser/operator"

	"sendoff/internal/prose"
)

// source is a part of an expression as it was written. Positions count in characters, from the beginning of the whole expression.
type source struct {
	text  []rune
	start int
}

// String returns it on one line, as people are shown it.
func (s source) String() string { return Discreet(strings.Join(strings.Fields(string(s.text)), " ")) }

// Discreet returns a part of an expression for people: its beginning where it is long, and without what may be somebody's number or address.
func Discreet(text string) string {
	const most = 80
	text = prose.Printable(longDigits.ReplaceAllString(quotedText.ReplaceAllStringFunc(text, discreetText), "…"))
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}

var (
	quotedText = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`")
	longDigits = regexp.MustCompile(`[0-9]{9,}`)
)

// discreetText returns a text with its quotes, or nothing of it where it has an @, or the digits of a number, whatever stands between them. A
// day has as many, and is shown.
func discreetText(quoted string) string {
	digits := 0
	for _, r := range quoted {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	_, isDay := ReadDay(quoted[1 : len(quoted)-1])
	if strings.Contains(quoted, "@") || digits >= 6 && !isDay {
		return `"…"`
	}
	return quoted
}

// syntaxError is what the parser does not understand.
type syntaxError struct {
	at            int
	message, hint string
}

// parse returns the terms of an expression: the parts of its outermost "and", or else itself alone.
func parse(text string) (sources []source, terms []ast.Node, failed *syntaxError) {
	whole, _, failed := parseWhole(text)
	if failed != nil {
		return nil, nil, failed
	}
	for _, part := range whole.split() {
		tree, err := parser.Parse(string(part.text))
		if err != nil { // unreachable, since the whole can be parsed
			return nil, nil, part.explain(err)
		}
		sources, terms = append(sources, part), append(terms, tree.Node)
	}
	return sources, terms, nil
}

// parseWhole parses an expression as it stands.
func parseWhole(text string) (source, ast.Node, *syntaxError) {
	whole := source{text: []rune(text)}
	tree, err := parser.Parse(text)
	if err != nil {
		return whole, nil, whole.explain(err)
	}
	return whole, tree.Node, nil
}

// split cuts an expression that can be parsed at every "and" outside of brackets. Where something binds less than they do, they are not
// outermost, and it stays whole.
func (s source) split() []source {
	tokens, _ := s.tokens()
	var cuts []lexer.Token
	depth := 0
	for _, t := range tokens {
		switch {
		case t.Is(lexer.Bracket, "(", "[", "{"):
			depth++
		case t.Is(lexer.Bracket):
			depth--
		case depth > 0 || !t.Is(lexer.Operator) || t.Is(lexer.Operator, "not", "!"):
		case t.Is(lexer.Operator, "and", "&&"):
			cuts = append(cuts, t)
		case operator.Binary[t.Value].Precedence <= operator.Binary["and"].Precedence:
			return []source{s.part(0, len(s.text))}
		}
	}
	var parts []source
	from := 0
	for _, cut := range cuts {
		parts = append(parts, s.part(from, cut.From))
		from = cut.To
	}
	return append(parts, s.part(from, len(s.text)))
}

func (s source) part(from, to int) source {
	for from < to && unicode.IsSpace(s.text[from]) {
		from++
	}
	return source{s.text[from:to], s.start + from}
}

// tokens returns the tokens up to the first that is none, and why that is none.
func (s source) tokens() ([]lexer.Token, error) {
	l := lexer.New()
	l.Reset(file.NewSource(string(s.text)))
	var tokens []lexer.Token
	for {
		t, err := l.Next()
		if err != nil || t.Is(lexer.EOF) {
			return tokens, err
		}
		tokens = append(tokens, t)
	}
}

const exampleHint = `such as country == "GB" and points >= 100, with texts in quotes`

// explain says in our words what the parser found, and where.
func (s source) explain(err error) *syntaxError {
	var found *file.Error
	if !errors.As(err, &found) {
		return &syntaxError{s.start, "cannot be read as an expression", exampleHint}
	}
	at := min(max(found.From, 0), max(len(s.text)-1, 0))
	e := &syntaxError{s.start + at, "", exampleHint}
	switch message := found.Message; {
	case strings.HasPrefix(message, "literal not terminated"):
		e.at, e.message, e.hint = s.start+s.afterTokens(), "the quote that opens here is not closed", ""
	case strings.HasPrefix(message, "invalid char escape"):
		e.message, e.hint = `a "\" in a text begins an escape`, "write it twice, or put the text in backticks: `^\\d+$`"
	case strings.HasPrefix(message, "unrecognized character"):
		e.message, e.hint = fmt.Sprintf("%q cannot stand here", s.text[at]), characterHint(s.text[at])
	case strings.HasPrefix(message, "unexpected token EOF"):
		e.at, e.message = s.unfinished()
	case strings.HasPrefix(message, "unexpected token"):
		word := string(s.text[at:min(max(found.To, at+1), len(s.text))])
		e.message, e.hint = fmt.Sprintf("%q is not expected here", Discreet(word)), cmp.Or(s.wordHint(word, at), exampleHint)
	default:
		e.message = "is not understood from here on"
	}
	return e
}

// afterTokens returns where the first character stands that is no part of a token.
func (s source) afterTokens() int {
	tokens, _ := s.tokens()
	at := 0
	if len(tokens) > 0 {
		at = tokens[len(tokens)-1].To
	}
	for at < len(s.text)-1 && !strings.ContainsRune("\"'`", s.text[at]) {
		at++
	}
	return at
}

// unfinished says what is missing at the end of the expression.
func (s source) unfinished() (at int, message string) {
	tokens, _ := s.tokens()
	var open []lexer.Token
	for _, t := range tokens {
		if t.Is(lexer.Bracket, "(", "[", "{") {
			open = append(open, t)
		} else if t.Is(lexer.Bracket) && len(open) > 0 {
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return s.start + open[len(open)-1].From, "the bracket that opens here is not closed"
	}
	return s.start + len(s.text) - 1, "something is missing after this"
}

func characterHint(r rune) string {
	if strings.ContainsRune("“”„‟«»‘’‚", r) {
		return `texts stand in straight quotes: "GB"`
	}
	return exampleHint
}

// wordHint returns what somebody has probably meant who writes a word that is not expected, as other languages have it.
func (s source) wordHint(word string, at int) string {
	switch strings.ToLower(word) {
	case "=":
		return "to compare, write =="
	case ">":
		if at > 0 && s.text[at-1] == '<' {
			return "for not equal, write !="
		}
	case "and", "or", "not", "in", "contains", "matches":
		if word != strings.ToLower(word) {
			return "write it in lower case: " + strings.ToLower(word)
		}
	case "is":
		return emptyHint
	case "like":
		return "write contains, startsWith, endsWith or matches"
	case ",", "_":
		return "numbers are written without separators and with a point: 1204.50"
	}
	return ""
}
