package cli

import (
	"bytes"
	"cmp"
	"io"
	"strings"
	"unicode/utf8"

	"sendoff/internal/prose"
)

// helpWidth is about how wide the lines of help are as they are written. One that is nearly that may go on in the next.
const helpWidth = 150

// helpWriter breaks help at words, so that it fits a screen. Its lines come in any pieces; the last of them comes out of flush.
type helpWriter struct {
	out   io.Writer
	width int          // of the screen, in characters
	piece bytes.Buffer // of a line that has not come whole
	err   error

	line    string // which may go on with the next
	hasLine bool
	last    string // what was taken last
}

func (h *helpWriter) Write(p []byte) (int, error) {
	h.piece.Write(p)
	for h.err == nil {
		line, err := h.piece.ReadString('\n')
		if err != nil {
			h.piece.WriteString(line)
			break
		}
		h.take(strings.TrimRight(line, " \n"))
	}
	return len(p), h.err
}

// take takes a whole line. It joins it to the one before where both are of one paragraph, which becomes as wide as the screen then.
func (h *helpWriter) take(line string) {
	if h.hasLine && goesOn(h.last, line) {
		h.line += " " + strings.TrimLeft(line, " ")
	} else {
		h.put()
		h.line, h.hasLine = line, true
	}
	h.last = line
}

// put writes the line that has been taken.
func (h *helpWriter) put() {
	if !h.hasLine || h.err != nil {
		return
	}
	hang := cmp.Or(column(h.line), indent(h.line))
	_, h.err = io.WriteString(h.out, prose.Wrapped(h.line, hang, h.width)+"\n")
	h.hasLine = false
}

// flush writes what is left.
func (h *helpWriter) flush() error {
	h.put()
	if h.err == nil {
		_, h.err = h.piece.WriteTo(h.out)
	}
	return h.err
}

// goesOn reports whether a line is the rest of a paragraph: neither is a row of a table then.
func goesOn(before, line string) bool {
	return utf8.RuneCountInString(before) > helpWidth*4/5 && line != "" && indent(before) == indent(line) && column(before) == 0 && column(line) == 0
}

// indent is how many spaces a line begins with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// column is where the last column of a line begins, in characters; 0 where it has but one.
func column(line string) int {
	from := indent(line)
	at := strings.LastIndex(line[from:], "  ")
	if at < 0 {
		return 0
	}
	return utf8.RuneCountInString(line[:from+at]) + 2
}
