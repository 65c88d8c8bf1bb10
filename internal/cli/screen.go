package cli

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"sendoff/internal/prose"
	"sendoff/internal/report"
)

const (
	usualWidth = 80 // of a line, where nobody knows better
	leastWidth = 40 // a screen that is narrower than that is not believed
)

// width is how many characters a line of a screen has that is written to w: as COLUMNS says, else as wide as the terminal is.
func (s *session) width(w io.Writer) int {
	if n, err := strconv.Atoi(s.Getenv("COLUMNS")); err == nil && n >= leastWidth {
		return n
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n >= leastWidth {
			return n
		}
	}
	return usualWidth
}

// print writes text for people. On a terminal its lines are broken at words, but for those with a command in them, which somebody may copy.
func (s *session) print(w io.Writer, text string) {
	if !isTerminal(w) {
		fmt.Fprintln(w, text)
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.Contains(line, "sendoff ") {
			line = prose.Wrapped(line, len(line)-len(strings.TrimLeft(line, " "))+4, s.width(w))
		}
		fmt.Fprintln(w, line)
	}
}

// printSummary writes what became of a run.
func (s *session) printSummary(w io.Writer, rep *report.Report) {
	var b strings.Builder
	rep.Summary(&b)
	s.print(w, strings.TrimSuffix(b.String(), "\n"))
}
