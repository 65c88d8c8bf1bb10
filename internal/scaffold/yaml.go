package scaffold

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What a YAML file is made of, on its way there. A value is one of these four.
type (
	text   string // stands in quotes, or in a block where it has several lines
	word   string // stands as it is: a number, a name of the API, a short list of names
	object []member
	list   []item
)

// member is a key of an object. One that is an example is commented out.
type member struct {
	key       string
	value     any
	about     string // what stands above it as a comment
	isExample bool
}

// item is an element of a list.
type item struct {
	value     any
	about     string
	isExample bool
}

// printer writes values as YAML in block style.
type printer struct {
	strings.Builder
	isExample bool // what it writes is commented out, and has no comments of its own
}

// object writes the members of an object, each from the start of a line.
func (p *printer) object(o object, indent string) {
	for _, m := range o {
		p.about(m.about, indent)
		p.commented(m.isExample, indent, func(p *printer) {
			p.WriteString(indent + quoteKey(m.key) + ":")
			p.value(m.value, indent)
		})
	}
}

func (p *printer) list(l list, indent string) {
	for _, i := range l {
		about, value := i.about, i.value
		if o, ok := value.(object); ok && len(o) > 0 {
			o = slices.Clone(o)
			about, o[0].about, value = about+o[0].about, "", o // nothing stands between the dash and the first key
		}
		p.about(about, indent)
		p.commented(i.isExample, indent, func(p *printer) {
			o, ok := value.(object)
			if !ok || len(o) == 0 {
				p.WriteString(indent + "-")
				p.value(value, indent)
				return
			}
			var inner printer
			inner.isExample = p.isExample
			inner.object(o, indent+"  ")
			p.WriteString(indent + "- " + inner.String()[len(indent)+2:])
		})
	}
}

// value writes what stands behind a colon or a dash, up to the end of its last line.
func (p *printer) value(v any, indent string) {
	switch v := v.(type) {
	case text:
		p.text(string(v), indent+"  ")
	case word:
		p.WriteString(" " + string(v) + "\n")
	case object:
		if len(v) == 0 {
			p.WriteString(" {}\n")
			return
		}
		p.WriteString("\n")
		p.object(v, indent+"  ")
	case list:
		if len(v) == 0 {
			p.WriteString(" []\n")
			return
		}
		p.WriteString("\n")
		p.list(v, indent+"  ")
	default:
		panic(fmt.Sprintf("unreachable: a value of type %T", v))
	}
}

// text writes a text in quotes, or as a block where it has several lines and a block keeps them.
func (p *printer) text(s, indent string) {
	if !strings.Contains(s, "\n") || !blockForm.MatchString(s) || strings.ContainsFunc(s, mustEscape) {
		p.WriteString(" " + quote(s) + "\n")
		return
	}
	p.WriteString(" |-\n")
	for line := range strings.Lines(s + "\n") {
		if line != "\n" {
			p.WriteString(indent)
		}
		p.WriteString(line)
	}
}

// blockForm is of texts whose lines neither begin nor end with white space, and of which the first and the last line hold something.
var blockForm = regexp.MustCompile(`^\S(.*\S)?(\n|\n\S(.*\S)?)*\n\S(.*\S)?$`)

// about writes a comment.
func (p *printer) about(lines, indent string) {
	if p.isExample {
		return
	}
	for line := range strings.Lines(lines) {
		p.WriteString(indent + "# " + strings.TrimSuffix(line, "\n") + "\n")
	}
}

// commented writes what write writes, as a comment where it is only an example.
func (p *printer) commented(isExample bool, indent string, write func(*printer)) {
	if !isExample {
		write(p)
		return
	}
	inner := printer{isExample: true}
	write(&inner)
	for line := range strings.Lines(inner.String()) {
		p.WriteString(indent + "# " + strings.TrimPrefix(line, indent))
	}
}

// quote writes a text in quotes, so that a campaign file gives the same text again whatever it holds: in double ones, or in single ones where
// that spares escapes.
func quote(s string) string {
	if strings.ContainsAny(s, `"\`) && !strings.ContainsAny(s, "'\n") && !strings.ContainsFunc(s, mustEscape) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case mustEscape(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case mustEscape(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// mustEscape reports whether a character could be taken for the end of a line, is refused in files, or cannot be seen and is not a part of
// an emoji or of a word.
func mustEscape(r rune) bool {
	const joiners = "\u200c\u200d" // of letters in some scripts, and of emoji
	return r != '\n' && !unicode.IsPrint(r) && !strings.ContainsRune(joiners, r)
}

var plainKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// quoteKey writes a key. The words that YAML readers take for true, false or nothing stand in quotes.
func quoteKey(key string) string {
	words := []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
	if plainKey.MatchString(key) && !slices.Contains(words, strings.ToLower(key)) {
		return key
	}
	return quote(key)
}
