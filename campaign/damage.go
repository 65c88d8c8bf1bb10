package campaign

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// YAML gives a meaning to characters that people write for their looks, and what it makes of them it makes in silence: a text is cut
// short or vanishes. No campaign needs tags, anchors or a second document, so whatever looks like one is a mistake.

const (
	plainHint     = `a text with ": ", or beginning with * & ! @ [ { > | %, must stand in "quotes"`
	oddIndent     = "this line is indented with non-breaking spaces, pasted from a web page or mail"
	oddIndentHint = "use ordinary spaces"
	commentHint   = `put the text in "quotes", or the comment on a line of its own`
	backslashHint = `in "double quotes" a backslash begins an escape such as \n: write it twice, or use 'single quotes'`
)

// checkTokens refuses what would be lost or changed without an error.
func (d *document) checkTokens(tokens token.Tokens) {
	depth, line, onLine := 0, 0, 0
	started, ended := false, false
	for _, tk := range tokens {
		if tk.Position == nil || tk.Type == token.CommentType {
			continue
		}
		if tk.Position.Line != line {
			line, onLine = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			onLine++
		}
		if depth > maxDepth || onLine > maxDepth {
			d.breakAt(d.tokenPosition(tk), "", "lists or groups are nested more than %d deep", maxDepth)
			return
		}
		if ended || tk.Type == token.DocumentHeaderType && started {
			d.breakAt(d.tokenPosition(tk), `remove the line of "---" or "..." and what follows it: one file holds one campaign`, "a second document begins here")
			return
		}
		started = started || tk.Type != token.DirectiveType
		ended = tk.Type == token.DocumentEndType
		d.checkToken(tk)
	}
}

func (d *document) checkToken(tk *token.Token) {
	if tk.Indicator == token.NotIndicator {
		d.checkTabs(tk)
	}
	switch tk.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		d.checkBehindQuote(tk)
		if tk.Type == token.DoubleQuoteType {
			d.checkEscapes(d.tokenOffset(tk))
		}
	case token.TagType:
		if !followsQuote(tk) {
			d.breakAt(d.tokenPosition(tk), `a text that begins with "!" must stand in "quotes"`, `"!" begins a tag, and the text would be lost`)
		}
	case token.AnchorType:
		d.breakAt(d.tokenPosition(tk), `a text that begins with "&" must stand in "quotes"; YAML's anchors are not supported`, `"&" begins an anchor, and the word behind it would be lost`)
	case token.AliasType:
		d.breakAt(d.tokenPosition(tk), `a text that begins with "*" must stand in "quotes"; YAML's aliases are not supported`, `"*" begins an alias, which stands for something else`)
	case token.MergeKeyType:
		d.breakAt(d.tokenPosition(tk), "write the keys out; YAML's merge keys are not supported", `"<<" merges other keys into these`)
	case token.MappingKeyType:
		d.breakAt(d.tokenPosition(tk), `a text that begins with "?" must stand in "quotes"`, `"?" begins a key over several lines`)
	case token.DirectiveType:
		d.breakAt(d.tokenPosition(tk), `a text that begins with "%" must stand in "quotes"`, `"%%" begins a directive`)
	}
}

// checkBehindQuote refuses anything that follows a closing quote on its line and is not part of YAML's own structure: the parser
// takes "50% off"! as a text and a tag.
func (d *document) checkBehindQuote(tk *token.Token) {
	next := tk.Next
	if next == nil || next.Position == nil || next.Type == token.InvalidType {
		return
	}
	structure := []token.Type{token.MappingValueType, token.CollectEntryType, token.MappingEndType, token.SequenceEndType, token.CommentType}
	if slices.Contains(structure, next.Type) || d.tokenPosition(next).line > d.positionOf(d.closingQuote(d.tokenOffset(tk))).line {
		return
	}
	hint := `move it inside the quotes; a quote inside "double quotes" is written \"`
	begin := d.tokenOffset(tk)
	if line := string(d.runes[d.lines[d.positionOf(begin).line-1]:begin]); strings.Contains(line, "expr:") || strings.Contains(line, "where:") {
		hint = `put the whole expression in 'single quotes'`
	}
	d.breakAt(d.tokenPosition(next), hint, "text after the closing quote")
}

// checkTabs refuses a plain text with tabs in it, which the parser drops.
func (d *document) checkTabs(tk *token.Token) {
	if strings.Count(strings.Trim(tk.Origin, " \t\n"), "\t") > strings.Count(tk.Value, "\t") {
		d.breakAt(d.tokenPosition(tk), `put the text in "quotes", or spaces in the place of tabs`, "there is a tab in this text, which would be lost")
	}
}

// checkBlockTabs refuses tabs at the beginning of a line of a block: the parser drops spaces behind them.
func (d *document) checkBlockTabs(block *node) {
	for i := d.lineEnd(block.start) + 1; i < block.end; i = d.lineEnd(i) + 1 {
		for ; i < block.end && (d.runes[i] == ' ' || d.runes[i] == '\t'); i++ {
			if d.runes[i] == '\t' {
				d.breakAt(d.positionOf(i), "indent with spaces", "a tab stands where spaces are wanted")
				return
			}
		}
	}
}

func followsQuote(tk *token.Token) bool {
	return tk.Prev != nil && (tk.Prev.Type == token.SingleQuoteType || tk.Prev.Type == token.DoubleQuoteType)
}

// checkEscapes refuses an escape whose digits are none: the parser would make some character of them, as of "C:\Users\anna".
func (d *document) checkEscapes(quote int) {
	end := d.closingQuote(quote)
	for i := quote + 1; i < end; i++ {
		if d.runes[i] != '\\' {
			continue
		}
		i++
		if !d.hexDigits(i+1, escapeLen(d.runes[i])) {
			d.breakAt(d.positionOf(i-1), backslashHint, `"\%c" is not followed by the number of a character`, d.runes[i])
		}
	}
}

// escapeLen is how many hexadecimal digits an escape has (YAML 1.2, section 5.7).
func escapeLen(r rune) int {
	switch r {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// hexDigits reports whether count hexadecimal digits stand at offset, and that they are the number of a character.
func (d *document) hexDigits(offset, count int) bool {
	if offset+count > len(d.runes) {
		return false
	}
	number := 0
	for _, r := range d.runes[offset : offset+count] {
		digit := slices.Index([]rune("0123456789abcdef"), r|0x20)
		if digit < 0 {
			return false
		}
		number = number<<4 | digit
	}
	return number <= 0x10ffff
}
