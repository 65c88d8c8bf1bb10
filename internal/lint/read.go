package lint

import (
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
	"sendoff/internal/render"
)

func printableName(name string) string { return "${" + prose.Printable(name) + "}" }

// lookAtPlace looks at one text of the campaign, and adds what is to be looked at in every row.
func (b *builder) lookAtPlace(p *place) {
	if p.kind == otherPlace {
		return
	}
	parts := b.parts(pieceOf(p.text))
	b.addLinks(p, parts)
	b.findLeftOver(p, parts)
	if p.kind != wordsPlace {
		return
	}
	for i, part := range parts {
		if part.value < 0 {
			continue
		}
		b.reads(part.value)
		if leaves := gapAt(parts, i); leaves != "" {
			b.gaps = append(b.gaps, gap{part.value, b.found.warning(
				"give the param a default that fits there, or leave these rows out by on_empty: skip",
				"%s: leaves %q where %s is empty", p, leaves, printableName(b.values[part.value].name))})
		}
	}
}

// pieceOf is a text as it stands in the campaign.
func pieceOf(t campaign.Text) render.Piece { return render.Piece{Text: t} }

// findLeftOver looks for placeholders that are not ours. One that is escaped on purpose was warned of when the campaign was read.
func (b *builder) findLeftOver(p *place, parts []part) {
	const inside = "value" // in the place of our own
	var text strings.Builder
	for _, part := range parts {
		if part.value >= 0 {
			text.WriteString(inside)
		} else {
			text.WriteString(part.literal)
		}
	}
	for _, found := range leftOver.FindAllString(text.String(), -1) {
		if strings.HasPrefix(found, "${") || p.kind != wordsPlace && strings.HasPrefix(found, "%") {
			continue // in an address a percent sign is an escape
		}
		b.found.state(b.found.warning("write ${name} for the value of a column or param", "%s: %q looks like a placeholder of another system, and is sent as it stands", p, prose.Printable(found)))
	}
}

// gap is a place in a text where something is odd once a value is empty.
type gap struct {
	value int
	found *Finding
}

// gapAt returns what an empty value at part i leaves there, from the word before to the one behind; "" where nobody would notice.
func gapAt(parts []part, i int) string {
	before, after := "", ""
	if i > 0 && parts[i-1].value < 0 {
		before = parts[i-1].literal
	}
	if i+1 < len(parts) && parts[i+1].value < 0 {
		after = parts[i+1].literal
	}
	atStart, atEnd := i == 0 || strings.HasSuffix(before, "\n"), i+1 == len(parts)
	spaceBefore := strings.HasSuffix(before, " ")
	odd := (spaceBefore || atStart) && after != "" && strings.ContainsRune(" ,.!?;:)", rune(after[0])) ||
		greetings.MatchString(before) && (atEnd || after != "")
	if !odd {
		return ""
	}
	if leaves := lastWord(before) + firstWord(after); strings.TrimSpace(leaves) != "" {
		return leaves
	}
	return "" // a space at an end
}

// lastWord returns the end of a literal with its last word, and firstWord the beginning with its first.
func lastWord(s string) string {
	trimmed := strings.TrimRight(s, " ")
	return s[strings.LastIndexAny(trimmed, " \n")+1:]
}

func firstWord(s string) string {
	word := strings.TrimLeft(s, " ,.!?;:)")
	end := strings.IndexAny(word, " ,.!?;:\n")
	switch {
	case len(word) < len(s) && s[0] != ' ': // punctuation says enough
		return strings.TrimRight(s[:len(s)-len(word)], " ")
	case end < 0:
		return s
	}
	return s[:len(s)-len(word)+end]
}
