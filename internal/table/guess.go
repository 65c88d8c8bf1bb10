package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// western is the name of the only encoding that is taken without being told.
const western = "Windows-1252"

// sureEnough is the confidence, in percent, below which a guess is not used.
const sureEnough = 85

// candidate is an encoding of a byte for each character that exports come in.
type candidate struct {
	encoding
	prior     float64 // how likely it is of a file of which nothing else is known
	languages []string
	isLatin   bool
}

// candidates are the encodings that are guessed. A language is its letters beyond ASCII, the most frequent first.
func candidates() []candidate {
	westerners := []string{
		"éèàçêôîëûâïùœü", "äüößé", "áóíéñúüç", "ãçáéíóõêâúôà", "àèìòùé", "ëéèïöüáó", // French, German, Spanish, Portuguese, Italian, Dutch
		"åäöéü", "øåæéöäü", "äöå", "áíðéóöúþýæ", "áéíóú", "àéèòíóúçïü", // Swedish, Danish, Finnish, Icelandic, Irish, Catalan
	}
	central := []string{
		"łóąęśżćńź", "áíéěšýčřžůúťďňó", "áíýčžšéúľťôňäďóĺŕ", "áéöóőüíúű", "čšžćđ", "ăâîşţéá", "äüößé", // Polish, Czech, Slovak, Hungarian, Slovene, Romanian, German
	}
	turkish := []string{"ışüğöçİâî", "ışüğöçİâî", "äüößé"}
	baltic := []string{"ėšųčžįąęū", "āīēšņļķžūģč", "õäüöšž"}
	cyrillic := []string{"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оаинтвреслкудмпзяьгбчхйжіїцюєшщфґ", "аоиетнрсвлкдпмузгъябчхжшцйщюфь"}
	greek := []string{"αοιετσνηυρπκμλωςγδθχφβξζψάόίέήώύ"}
	return []candidate{
		{encoding{name: western, table: charmap.Windows1252}, 0.66, westerners, true},
		{encoding{name: "ISO-8859-15", table: charmap.ISO8859_15}, 0.02, westerners, true},
		{encoding{name: "Windows-1250", table: charmap.Windows1250}, 0.15, central, true},
		{encoding{name: "ISO-8859-2", table: charmap.ISO8859_2}, 0.02, central, true},
		{encoding{name: "Windows-1254", table: charmap.Windows1254}, 0.03, turkish, true},
		{encoding{name: "Windows-1257", table: charmap.Windows1257}, 0.02, baltic, true},
		{encoding{name: "Windows-1251", table: charmap.Windows1251}, 0.03, cyrillic, false},
		{encoding{name: "Windows-1253", table: charmap.Windows1253}, 0.02, greek, false},
		{encoding{name: "KOI8-R", table: charmap.KOI8R}, 0.01, cyrillic, false},
		{encoding{name: "Mac Roman", table: charmap.Macintosh}, 0.03, westerners, true},
		{encoding{name: "CP850", table: charmap.CodePage850}, 0.03, westerners, true},
	}
}

// place says what stands beside a byte.
type place uint8

const (
	outside place = iota // no letter
	vowel
	consonant
	capital
	beyond // another byte beyond ASCII
	places
)

func placeOf(b byte) place {
	switch {
	case b >= 0x80:
		return beyond
	case strings.IndexByte("aeiouy", b) >= 0:
		return vowel
	case 'a' <= b && b <= 'z':
		return consonant
	case 'A' <= b && b <= 'Z':
		return capital
	}
	return outside
}

// evidence counts the bytes beyond ASCII of a file by what stands beside them. All of a file's are counted in a fixed amount of memory.
type evidence struct {
	seen [128][places][places]uint32
	last byte // the byte before the text that is seen next
	// utf8 counts what are letters in UTF-8, and in Windows-1252 an Ã or Â before a sign (é): nobody writes these, but where two files were put
	// together, in two encodings.
	utf8 int
}

// add takes over the bytes of src that follow those before.
func (e *evidence) add(src []byte) {
	for i, b := range src {
		if b < 0x80 {
			continue
		}
		before, after := e.last, byte(0)
		if i > 0 {
			before = src[i-1]
		}
		if i+1 < len(src) {
			after = src[i+1]
		}
		e.seen[b-0x80][placeOf(before)][placeOf(after)]++
		if b < 0xc0 && (before == 0xc2 || before == 0xc3) {
			e.utf8++
		}
	}
	if len(src) > 0 {
		e.last = src[len(src)-1]
	}
}

// isTaken reports whether a guess is used without somebody saying so. What Windows writes in Western Europe and America is; between the others
// too few letters differ, and each of them has relatives that are not even among the candidates.
func (g guess) isTaken() bool {
	return g.encoding != nil && g.name == western && g.confidence >= sureEnough
}

// guess is what an encoding is taken for.
type guess struct {
	*encoding
	confidence int
	rival      string // the next likely one, with its confidence
}

// judge returns the likeliest encoding. Those that make the same text of the bytes are one guess, named by the likeliest. Its encoding is
// nil where none of them makes text of all bytes.
func (e *evidence) judge() guess {
	all := candidates()
	scores := make([]float64, len(all))
	// What is none of the candidates makes any byte as likely as any other.
	total := math.Log(0.01) + float64(e.weight())*math.Log(1.0/2000)
	unknown := total
	for i := range all {
		scores[i] = math.Log(all[i].prior) + e.likelihood(&all[i])
		total = logSum(total, scores[i])
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	best := order[0]
	if math.IsInf(scores[best], -1) {
		return guess{}
	}
	g := guess{encoding: &all[best].encoding}
	share := 0.0
	for _, i := range order {
		if e.sameText(&all[best], &all[i]) {
			share += math.Exp(scores[i] - total)
		} else if g.rival == "" {
			g.rival = fmt.Sprintf("%s (%.0f %%)", all[i].name, 100*math.Exp(scores[i]-total))
		}
	}
	if unknown > scores[best] {
		g.rival = "another one"
	}
	n := e.weight()
	g.confidence = min(int(100*share*n/(n+0.15)), 99) // one word proves less than it seems to
	return g
}

func logSum(a, b float64) float64 {
	a, b = max(a, b), min(a, b)
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// each yields the bytes that were seen. What is seen often counts for more, but not for as much more: a word repeats itself.
func (e *evidence) each(yield func(b byte, before, after place, weight float64)) {
	for b := range e.seen {
		for before := range places {
			for after := range places {
				if n := e.seen[b][before][after]; n > 0 {
					yield(byte(b+0x80), before, after, 1+math.Log(float64(n)))
				}
			}
		}
	}
}

func (e *evidence) weight() (sum float64) {
	e.each(func(_ byte, _, _ place, weight float64) { sum += weight })
	return sum
}

// sameText reports whether two encodings make the same of the bytes that were seen.
func (e *evidence) sameText(a, b *candidate) bool {
	same := true
	e.each(func(c byte, _, _ place, _ float64) { same = same && a.rune(c) == b.rune(c) })
	return same
}

// likelihood returns the logarithm of how likely the bytes are in an encoding: text in one of its languages, or in all of them.
func (e *evidence) likelihood(c *candidate) float64 {
	byLanguage := make([]float64, len(c.languages))
	mixed, isText := 0.0, true
	e.each(func(b byte, before, after place, weight float64) {
		r := c.rune(b)
		if r == unicode.ReplacementChar {
			isText = false
			return
		}
		fits := c.fits(r, before, after)
		sum := 0.0
		for i, letters := range c.languages {
			p := frequency(r, letters) * fits
			byLanguage[i] += weight * math.Log(p)
			sum += p
		}
		mixed += weight * math.Log(sum/float64(len(c.languages)))
	})
	if !isText {
		return math.Inf(-1)
	}
	return logSum(math.Log(0.3)+mixed, math.Log(0.7/float64(len(c.languages)))+slices.Max(byLanguage))
}

// frequency returns how often a character stands among those beyond ASCII of a text in a language.
func frequency(r rune, letters string) float64 {
	const letter, quote, mark, otherLetter, other = 0.8, 0.01, 0.002, 0.0003, 0.00001
	at, count, sum := -1, 0, 0.0
	for _, l := range letters {
		if l == r || l == unicode.ToLower(r) {
			at = count
		}
		count++
		sum += 1 / float64(count+3)
	}
	switch {
	case at >= 0:
		return letter / float64(at+4) / sum
	case strings.ContainsRune("’“”–€\u00a0", r):
		return quote
	case strings.ContainsRune("‘„—…£§°©®™«»·¿¡ªº²", r):
		return mark
	case unicode.IsLetter(r):
		return otherLetter
	}
	return other
}

// fits returns how well a character goes with what stands beside it: capitals begin words, vowels and consonants alternate.
func (c *candidate) fits(r rune, before, after place) float64 {
	switch {
	case !unicode.IsLetter(r):
		switch inWord := before != outside && after != outside; {
		case inWord && r != '’' && r != '·':
			return 0.01
		case strings.ContainsRune("£€§°©®™", r) && (before != outside || after != outside):
			return 0.1 // beside numbers rather than words
		}
		return 1
	case !c.isLatin && unicode.IsUpper(r) && before == beyond:
		return 0.1
	case !c.isLatin && (between(before, vowel, capital) || between(after, vowel, capital)):
		return 0.001 // two scripts in a word
	case !c.isLatin:
		return 1
	}
	f := 1.0
	if before == beyond {
		f *= 0.3
	}
	if after == beyond {
		f *= 0.3
	}
	switch isVowel := strings.ContainsRune("áàâäãåāąăæéèêëēěęėíìîïīįóòôöõøőœúùûüūůűųýÿı", unicode.ToLower(r)); {
	case unicode.IsUpper(r) && (before == vowel || before == consonant):
		f *= 0.01
	case unicode.IsUpper(r) && before == capital && (after == vowel || after == consonant):
		f *= 0.05
	case before == outside && after == outside:
		f *= 0.1
	case unicode.IsUpper(r):
	case before == capital && after == capital:
		f *= 0.02
	case isVowel && (before == vowel || after == vowel):
		f *= 0.5
	case !isVowel && (before == consonant || before == outside) && (after == consonant || after == outside):
		f *= 0.1
	}
	return f
}

func between(p, low, high place) bool { return low <= p && p <= high }
