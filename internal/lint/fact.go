package lint

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"sendoff/internal/sms"
)

// fact is all that is to be known of a text: of a value in one row, or of the literals of a text of the campaign.
type fact struct {
	text  []byte // of a value; the judge's own
	flags flags

	characters int
	septets    int // where all characters are in GSM 7-bit
	units      int // of UTF-16
	plain      int // septets, once something stands in the place of what GSM 7-bit lacks
	foreign    foreign
}

// flags are what characters a text has.
type flags uint16

const (
	blankFlag   flags = 1 << iota // it has none that can be seen; also none at all
	breakFlag                     // an end of line
	tabFlag                       // a tab
	spacesFlag                    // five spaces in a row
	braceFlag                     // what placeholders of other systems begin with
	colonFlag                     // what addresses have
	unfitFlag                     // what does not belong into an address as it is
	doubleFlag                    // two septets, or two UTF-16 units; also once something plain stands in the place of others
	foreignFlag                   // not in GSM 7-bit
	scriptFlag                    // letters of another script than the Latin one, in whose place nothing can stand
	highFlag                      // not ASCII
	spaceFlag                     // a space or a control character
	seenFlag                      // of single bytes: something that can be seen
)

// classes has the flags of each byte.
var classes = func() (classes [256]flags) {
	for b := range classes {
		if b > ' ' && b != 0x7F {
			classes[b] |= seenFlag
		} else {
			classes[b] |= spaceFlag | unfitFlag
		}
		if b >= utf8.RuneSelf {
			classes[b] |= highFlag | unfitFlag
		} else if n := sms.Septets(rune(b)); n == 0 {
			classes[b] |= foreignFlag
		} else if n == 2 {
			classes[b] |= doubleFlag
		}
	}
	for _, b := range "\n\r" {
		classes[b] |= breakFlag
	}
	classes['\t'] |= tabFlag
	for _, b := range "{[<%*$" {
		classes[b] |= braceFlag
	}
	for _, b := range "\"#&<>\\^`{|}+" {
		classes[b] |= unfitFlag
	}
	classes[':'] |= colonFlag
	return classes
}()

// look finds out all about a text.
func look(text []byte) fact {
	var any flags
	for _, b := range text {
		any |= classes[b]
	}
	f := fact{text: text, flags: any &^ seenFlag, characters: len(text), septets: len(text), units: len(text), plain: len(text)}
	if any&seenFlag == 0 {
		f.flags |= blankFlag
	}
	if any&spaceFlag != 0 && bytes.Contains(text, []byte("     ")) {
		f.flags |= spacesFlag
	}
	if any&(highFlag|foreignFlag|doubleFlag) != 0 {
		f.lookClosely()
	}
	return f
}

// lookClosely counts the characters of a text that are not all one byte, one septet and one unit.
func (f *fact) lookClosely() {
	f.flags &^= doubleFlag | foreignFlag
	f.characters, f.septets, f.units, f.plain = 0, 0, 0, 0
	blank := true
	for i := 0; i < len(f.text); {
		r, size := rune(f.text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(f.text[i:])
		}
		i += size
		f.characters++
		f.units++
		if r > 0xFFFF {
			f.units++
			f.flags |= doubleFlag
		}
		blank = blank && (unicode.IsSpace(r) || sms.IsUnseen(r))
		n := sms.Septets(r)
		if f.septets += n; n == 2 {
			f.flags |= doubleFlag
		}
		if n > 0 {
			f.plain += n
			continue
		}
		f.flags |= foreignFlag
		f.foreign.add(r)
		instead, ok := plain(r)
		if !ok {
			f.flags |= scriptFlag
			f.plain++
			continue
		}
		for _, r := range instead {
			n := sms.Septets(r)
			if f.plain += n; n == 2 {
				f.flags |= doubleFlag
			}
		}
	}
	if blank {
		f.flags |= blankFlag
	}
}

// plain returns what could stand in the place of a character: what [sms.Replacement] says, and nothing for what is not a letter.
func plain(r rune) (string, bool) {
	if s, ok := sms.Replacement(r); ok {
		return s, true
	}
	return "", !unicode.IsLetter(r) && !unicode.IsNumber(r)
}

// foreign is a set of characters that GSM 7-bit lacks, of which only so many are told apart.
type foreign struct {
	first, second rune // 0: none
	more          bool
}

// several stands for more than one character.
const several rune = -1

// add adds a character. One that merely belongs to a picture before it says nothing beside that.
func (f *foreign) add(r rune) {
	attached := func(r rune) bool { return sms.IsUnseen(r) }
	switch {
	case r == 0, r == f.first, r == f.second, attached(r) && f.first != 0:
	case f.first == 0, f.second == 0 && attached(f.first):
		f.first = r
	case f.second == 0:
		f.second = r
	default:
		f.more = true
	}
}

func (f *foreign) merge(other foreign) {
	f.add(other.first)
	f.add(other.second)
	f.more = f.more || other.more
}

// pairs are the quotes that stand around something.
var pairs = [...]pair{{'“', '”'}, {'„', '“'}, {'„', '”'}, {'«', '»'}, {'‹', '›'}, {'‘', '’'}, {'‚', '‘'}}

// pair is one of them.
type pair struct{ opening, closing rune }

// forcing is the pair in the place of a character: below several, so that it is none.
func (p pair) forcing() rune { return -(p.opening<<16 | p.closing) }

// pairOf returns the pair that stands in the place of a character.
func pairOf(forcing rune) pair { return pair{-forcing >> 16, -forcing & 0xFFFF} }

// one returns the only character, or a pair of quotes in its place; else several.
func (f foreign) one() rune {
	switch {
	case f.more:
		return several
	case f.second == 0:
		return f.first
	}
	for _, pair := range pairs {
		if f.first == pair.opening && f.second == pair.closing || f.first == pair.closing && f.second == pair.opening {
			return pair.forcing()
		}
	}
	return several
}
