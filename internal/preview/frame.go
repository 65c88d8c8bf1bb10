package preview

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"sendoff/internal/view"
)

// line is a line of a drawing: texts one behind the other, which fit.
type line []span

type span struct {
	text string
	bold bool
}

// within puts texts before and behind a line.
func (l line) within(before, after string) line {
	return slices.Concat(line{{text: before}}, l, line{{text: after}})
}

func (l line) width() (n int) {
	for _, s := range l {
		n += uniseg.StringWidth(s.text)
	}
	return n
}

// render returns a line as the terminal gets it.
func (t Terminal) render(l line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(t.styled(s.text, s.bold))
	}
	return strings.TrimRight(b.String(), " ")
}

// styled returns a text that is bold, if it is to be and the terminal can (ECMA-48, SGR).
func (t Terminal) styled(text string, bold bool) string {
	if !bold || !t.Bold || text == "" {
		return text
	}
	return "\x1b[1m" + text + "\x1b[22m"
}

// framing is how many cells of a frame's width are not for its text.
const framing = 4

// frame draws a frame of a width around lines.
func frame(lines []line, width int) []line {
	edge := strings.Repeat("─", width-2)
	framed := []line{{{text: "╭" + edge + "╮"}}}
	for _, l := range lines {
		framed = append(framed, l.within("│ ", strings.Repeat(" ", max(0, width-framing-l.width()))+" │"))
	}
	return append(framed, line{{text: "╰" + edge + "╯"}})
}

// beside draws cards in frames of a width, one beside the other.
func beside(cards []view.Card, width int) []line {
	bodies, height := make([][]line, len(cards)), 0
	for i := range cards {
		p := page{width: width - framing}
		p.card(&cards[i])
		bodies[i], height = p.lines, max(height, len(p.lines))
	}
	rows := make([]line, height+2)
	for n, body := range bodies {
		body = append(body, make([]line, height-len(body))...)
		for i, l := range frame(body, width) {
			if n > 0 {
				l = l.within(" ", "")
			}
			rows[i] = append(rows[i], l...)
		}
	}
	return rows
}

// wrap breaks a text into lines of at most so many cells, where a line may be broken (UAX 14), and within what is longer than a line.
func wrap(text string, width int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrapLine(paragraph, max(width, 2))...) // a character can take two cells
	}
	return lines
}

func wrapLine(text string, width int) (lines []string) {
	current, used := "", 0
	end := func() {
		lines = append(lines, strings.TrimRight(current, " "))
		current, used = "", 0
	}
	for text != "" {
		var segment string
		segment, text = firstWord(text)
		if fits := uniseg.StringWidth(strings.TrimRight(segment, " ")); used > 0 && used+fits > width {
			end()
		}
		for segment != "" { // cluster by cluster: it may be longer than a line
			cluster, rest, n, _ := uniseg.FirstGraphemeClusterInString(segment, -1)
			if used+n > width && strings.TrimSpace(cluster) != "" {
				end()
			}
			current, used, segment = current+cluster, used+n, rest
		}
	}
	end()
	return lines
}

// firstWord returns the beginning of a text up to where a line may be broken; addresses are not broken behind their signs.
func firstWord(text string) (word, rest string) {
	state := -1
	for rest = text; rest != ""; {
		_, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		word = text[:len(text)-len(rest)]
		if !strings.ContainsRune("/?&=:%#.-_", rune(word[len(word)-1])) {
			break
		}
	}
	return word, rest
}
