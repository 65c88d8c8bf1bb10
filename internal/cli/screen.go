package cli

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
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
