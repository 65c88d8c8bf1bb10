package campaign

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What stands under notify are addresses that whoever knows them can write to. They are the file's alone.

// blankAddress is what WithoutSecrets leaves of an address.
var blankAddress = regexp.MustCompile(`^(slack:)?https?://x+$`)

// scheme is what an address begins with, in JSON perhaps with its slashes escaped.
var scheme = regexp.MustCompile(`^(slack:)?https?:(\\?/){2}`)

// WithoutSecrets returns the sources of a campaign with x for every character of the addresses under notify, but for their beginning: every
// character stays where it was, and [Parse] makes the same campaign of them, without Notify.
func WithoutSecrets(sources []Source) []Source {
	sources = slices.Clone(sources)
	if len(sources) == 0 {
		return sources
	}
	d := readDocument(sources[0].Name, sources[0].Data)
	addresses := d.notifyAddresses()
	if len(addresses) == 0 {
		return sources
	}
	blank := slices.Clone(d.runes)
	for _, a := range addresses {
		a.blank(blank)
	}
	sources[0].Data = asWritten(sources[0].Data, blank)
	return sources
}

// Shown returns the text of a campaign's file as people may be shown it: each line has "notify: …" where it belongs to notify.
func Shown(s Source) []byte {
	d := readDocument(s.Name, s.Data)
	lines := strings.Split(string(d.runes), "\n")
	if d.broken {
		return nil // nobody knows which lines these are
	}
	addresses := d.notifyAddresses()
	first, last, others := 0, 0, map[int]bool{} // the lines of notify, and those where another key stands
	for _, m := range d.root.entries() {
		if m.key == notifyKey {
			first, last = m.pos.line, m.pos.line
		} else {
			others[m.pos.line] = true
		}
	}
	for _, a := range slices.Backward(addresses) {
		end := d.positionOf(a.end - 1)
		last = max(last, end.line)
		if at := d.positionOf(a.start); others[at.line] {
			line := []rune(lines[at.line-1])
			rest := ""
			if end.line == at.line {
				rest = string(line[end.column:])
			}
			lines[at.line-1] = string(line[:at.column-1]) + "…" + rest
		}
	}
	for n := first; n <= last; n++ {
		if n > 0 && !others[n] {
			lines[n-1] = "notify: …"
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

const notifyKey = "notify"

// address is where one stands in a document's runes, without the quotes around it.
type address struct{ start, end int }

// notifyAddresses returns the addresses under notify, in the order of the file.
func (d *document) notifyAddresses() []address {
	var found []address
	v := d.root.get(notifyKey)
	for _, n := range append([]*node{v}, v.list()...) {
		if n == nil || n.kind != scalarNode {
			continue
		}
		a := address{n.start, n.end}
		switch first := d.runes[n.start]; {
		case n.plain:
		case first == '"' || first == '\'':
			a = address{n.start + 1, d.closingQuote(n.start)}
		default: // a block, behind the line that says so
			a.start = d.skipSpace(d.lineEnd(n.start))
		}
		for a.end > a.start && unicode.IsSpace(d.runes[a.end-1]) {
			a.end--
		}
		if a.start < a.end {
			found = append(found, a)
		}
	}
	return found
}

// blank puts x for what is secret of an address. What joins lines inside quotes stays, or the text would have a space there.
func (a address) blank(runes []rune) {
	text := runes[a.start:a.end]
	begin := []rune(scheme.FindString(string(text)))
	if len(begin) == 0 { // written in some other way
		begin = []rune("https://")
	}
	for i, r := range text {
		joins := r == '\\' && i+1 < len(text) && text[i+1] == '\n'
		switch {
		case unicode.IsSpace(r), joins:
		case i < len(begin):
			text[i] = begin[i]
		default:
			text[i] = 'x'
		}
	}
}

// asWritten returns text, into which other characters were put since it was read of data, as data was written: with its byte order mark and
// its line ends. What was not UTF-8 is from now on.
func asWritten(data []byte, text []rune) []byte {
	_, encoding, _ := decodeText(data)
	if encoding != encodingUTF8 {
		return []byte(string(text))
	}
	var b strings.Builder
	written, next := []rune(string(data)), 0
	for i, r := range written {
		switch {
		case i == 0 && r == '\ufeff', r == '\r' && i+1 < len(written) && written[i+1] == '\n':
			b.WriteRune(r) // which the text has not
			continue
		case r == '\r':
			b.WriteRune(r)
		default:
			b.WriteRune(text[next])
		}
		next++
	}
	return []byte(b.String())
}
