package campaign

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// locate finds where every token stands. The parser's own columns are wrong behind a tab, and of texts with spaces behind them. But tokens
// follow each other with nothing but white space between them, so each can be found from the one before; the parser's position
// is the way back for one that is not where it should be.
func (d *document) locate(tokens token.Tokens) {
	d.offsets = make(map[*token.Token]int, len(tokens))
	end := 0
	for _, tk := range tokens {
		offset := d.skipSpace(end)
		if tk.Type == token.InvalidType || !d.beginsWith(offset, sign(tk)) {
			offset = d.parserOffset(tk)
		}
		d.offsets[tk] = offset
		end = d.tokenEnd(tk, offset)
	}
}

// tokenOffset returns where a token stands in the document's runes.
func (d *document) tokenOffset(tk *token.Token) int {
	if offset, ok := d.offsets[tk]; ok {
		return offset
	}
	return d.parserOffset(tk) // a value that is missing: the parser makes a token for it
}

func (d *document) tokenPosition(tk *token.Token) position {
	return d.positionOf(d.tokenOffset(tk))
}

func (d *document) parserOffset(tk *token.Token) int {
	if tk == nil || tk.Position == nil {
		return 0
	}
	return d.offsetOf(tk.Position.Line, tk.Position.Column)
}

// sign returns what a token begins with.
func sign(tk *token.Token) []rune {
	switch tk.Type {
	case token.SingleQuoteType:
		return []rune{'\''}
	case token.DoubleQuoteType:
		return []rune{'"'}
	case token.CommentType:
		return []rune{'#'}
	}
	line, _, _ := strings.Cut(strings.Trim(tk.Origin, " \t\n"), "\n")
	return []rune(line)
}

// tokenEnd returns where the token that begins at offset ends.
func (d *document) tokenEnd(tk *token.Token, offset int) int {
	switch tk.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		return d.closingQuote(offset) + 1
	case token.CommentType, token.LiteralType, token.FoldedType:
		return d.lineEnd(offset)
	}
	return offset + len([]rune(strings.Trim(tk.Origin, " \t\n")))
}

func (d *document) skipSpace(offset int) int {
	for offset < len(d.runes) && strings.ContainsRune(" \t\n", d.runes[offset]) {
		offset++
	}
	return offset
}

func (d *document) lineEnd(offset int) int {
	for offset < len(d.runes) && d.runes[offset] != '\n' {
		offset++
	}
	return offset
}

func (d *document) beginsWith(offset int, prefix []rune) bool {
	end := offset + len(prefix)
	return end <= len(d.runes) && slices.Equal(d.runes[offset:end], prefix)
}

// closingQuote returns where the quote is that closes the one at offset, or the end of the document.
func (d *document) closingQuote(offset int) int {
	if offset >= len(d.runes) {
		return len(d.runes)
	}
	quote := d.runes[offset]
	for i := offset + 1; i < len(d.runes); i++ {
		switch {
		case d.runes[i] == '\\' && quote == '"':
			i++
		case d.runes[i] != quote:
		case quote == '\'' && i+1 < len(d.runes) && d.runes[i+1] == quote:
			i++
		default:
			return i
		}
	}
	return len(d.runes)
}
