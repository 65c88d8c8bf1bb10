package lint

import (
	"regexp"
	"strings"
	"unicode"
)

// link is an address in which placeholders stand, or that comes out of one.
type link struct {
	parts []part
	media bool
	words bool // it stands among words: what follows it on the same line without a space belongs to it
	// unfit are the findings for values that do not belong into an address as they are, by part; nil where they are all of it.
	unfit    []*Finding
	whole    bool // the host depends on values, so that the address is judged in every row
	findings addressFindings
	shown    string // with its placeholders
}

var linkStart = regexp.MustCompile(`(?i)https?://`)

// addLinks looks at the addresses in a place, which is an address itself or has some among its words.
func (b *builder) addLinks(p *place, parts []part) {
	if p.kind != wordsPlace {
		b.addLink(p, link{parts: parts, media: p.kind == mediaPlace})
		return
	}
	for i := range parts {
		if parts[i].value >= 0 {
			if i == 0 || parts[i-1].value < 0 && !endsInLink(parts[i-1].literal) { // a whole address may come out of it
				b.values[parts[i].value].address = b.found.newAddressFindings(printableName(b.values[parts[i].value].name), false)
			}
			continue
		}
		// Those among the words of the campaign itself.
		for _, at := range linkStart.FindAllStringIndex(parts[i].literal, -1) {
			b.addLink(p, link{parts: linkAt(parts, i, at[0]), words: true})
		}
	}
}

// linkAt returns the parts of the address that begins in the literal i.
func linkAt(parts []part, i, start int) []part {
	literal := parts[i].literal[start:]
	var all []part
	for {
		end := strings.IndexFunc(literal, unicode.IsSpace)
		if end >= 0 {
			literal = literal[:end]
		}
		if end >= 0 || i+1 == len(parts) {
			literal = trimLink(literal)
		}
		if literal != "" {
			all = append(all, part{literal: literal, value: -1})
		}
		if end >= 0 {
			return all
		}
		for i++; i < len(parts) && parts[i].value >= 0; i++ {
			all = append(all, parts[i])
		}
		if i >= len(parts) {
			return all
		}
		literal = parts[i].literal
	}
}

// endsInLink reports whether what follows a literal without a space belongs to an address in it.
func endsInLink(literal string) bool {
	return linkStart.MatchString(literal[strings.LastIndexFunc(literal, unicode.IsSpace)+1:])
}

// addLink judges what is the same for everybody of an address, and adds what is not.
func (b *builder) addLink(p *place, l link) {
	l.findings = b.found.newAddressFindings(p.String(), !l.words && !p.own)
	for _, part := range l.parts {
		if part.value >= 0 {
			l.shown += printableName(b.values[part.value].name)
		}
		l.shown += part.literal
	}
	if literal, ok := literalOf(l.parts); ok {
		l.findings.of(judgeAddress(literal), b.found.state)
		b.links = append(b.links, l)
		return
	}
	first := ""
	if l.parts[0].value < 0 {
		first = l.parts[0].literal
	}
	_, behind, _ := strings.Cut(first, "://")
	if l.whole = !strings.ContainsAny(behind, "/?#"); !l.whole {
		l.findings.of(judgeAddress(first), b.found.state)
	}
	l.unfit = make([]*Finding, len(l.parts))
	for i, part := range l.parts {
		if part.value >= 0 && first != "" {
			name := b.values[part.value].name
			l.unfit[i] = b.found.warning("params: {"+strings.Trim(printableName(name), "${}")+`: {expr: urlencode(…)}} writes it as it has to be there`,
				"%s: the value of %s has characters that do not belong into an address, such as a space or &", p, printableName(name))
		}
	}
	b.links = append(b.links, l)
}

// literalOf returns a text that is the same for everybody.
func literalOf(parts []part) (string, bool) {
	switch {
	case len(parts) == 0:
		return "", true
	case len(parts) == 1 && parts[0].value < 0:
		return parts[0].literal, true
	}
	return "", false
}

// Address is something in a message that can be opened.
type Address struct {
	URL   string
	Shown string // as the campaign has it, with placeholders
	Media bool   // a picture, a video or a document
	// Personal tells that a value of the row stands in the path. Opening such a page may count as the person's own doing.
	Personal bool
}

// lookAtLink judges an address in a row.
func (j *Judge) lookAtLink(l *link) {
	for i, found := range l.unfit {
		if found != nil && j.facts[l.parts[i].value].flags&unfitFlag != 0 {
			j.find(found)
		}
	}
	if !l.whole && !j.addresses {
		return
	}
	var b strings.Builder
	for _, part := range l.parts {
		if part.value >= 0 {
			b.Write(j.facts[part.value].text)
		} else {
			b.WriteString(part.literal)
		}
	}
	address := b.String()
	if l.whole {
		l.findings.of(judgeAddress(address), j.find)
	}
	if j.addresses {
		j.collect(l, address)
	}
}

// lookForLinks judges the addresses in a value.
func (j *Judge) lookForLinks(v *value, f *fact) {
	for _, at := range linkStart.FindAllIndex(f.text, -1) {
		address := string(f.text[at[0]:])
		if end := strings.IndexFunc(address, unicode.IsSpace); end >= 0 {
			address = address[:end]
		}
		address = trimLink(address)
		v.address.of(judgeAddress(address), j.find)
		if j.addresses {
			j.Addresses = append(j.Addresses, Address{URL: pageOf(address), Shown: printableName(v.name), Personal: true})
		}
	}
}

// trimLink takes away what ends a sentence, not an address.
func trimLink(s string) string { return strings.TrimRight(s, `.,;:!?)]}>"'”’»`) }

// pageOf returns an address without what stands behind its path.
func pageOf(address string) string {
	if end := strings.IndexAny(address, "?#"); end >= 0 {
		return address[:end]
	}
	return address
}

// collect notes an address to be opened. What stands behind its path is left out where a value of the row is in it: nobody's own page is opened
// for that, and the page itself is there or not.
func (j *Judge) collect(l *link, address string) {
	one := Address{URL: address, Shown: l.shown, Media: l.media}
	if !l.media && len(l.parts) > 1 {
		first := l.parts[0]
		one.URL, one.Personal = pageOf(address), first.value >= 0 || !strings.ContainsAny(first.literal, "?#")
	}
	if judgeAddress(one.URL)&(noAddress|unknownScheme|otherApp) == 0 {
		j.Addresses = append(j.Addresses, one)
	}
}
