package prose

import (
	"strings"
	"unicode/utf8"
)

// Wrapped breaks a line at spaces, so that none is longer than width where there is a space to break it at. What hangs over is indented by hang
// spaces, or by half the width where that is less.
func Wrapped(line string, hang, width int) string {
	hang = min(hang, width/2)
	var b strings.Builder
	for indent := 0; ; indent = hang {
		head, rest := broken(line, indent, width)
		b.WriteString(head)
		if rest == "" {
			return b.String()
		}
		b.WriteByte('\n')
		line = strings.Repeat(" ", hang) + rest
	}
}

// broken breaks a line at its last space within width characters, else at the first one behind. It leaves alone those up to indent, and what
// stands before the first word.
func broken(line string, indent, width int) (head, rest string) {
	if utf8.RuneCountInString(line) <= width {
		return line, ""
	}
	at, chars := -1, 0
	isText := false
	for i, r := range line {
		switch {
		case chars > width && at >= 0:
			return strings.TrimRight(line[:at], " "), strings.TrimLeft(line[at:], " ")
		case r == ' ' && isText && chars > indent:
			at = i
		case r != ' ':
			isText = true
		}
		chars++
	}
	if at < 0 {
		return line, ""
	}
	return strings.TrimRight(line[:at], " "), strings.TrimLeft(line[at:], " ")
}
