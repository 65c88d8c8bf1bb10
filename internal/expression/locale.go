package expression

import (
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/bg"
	"github.com/go-playground/locales/ca"
	"github.com/go-playground/locales/cs"
	"github.com/go-playground/locales/da"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/de_AT"
	"github.com/go-playground/locales/de_CH"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_AU"
	"github.com/go-playground/locales/en_CA"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_IE"
	"github.com/go-playground/locales/en_IN"
	"github.com/go-playground/locales/en_NZ"
	"github.com/go-playground/locales/en_ZA"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/es_MX"
	"github.com/go-playground/locales/et"
	"github.com/go-playground/locales/fi"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/fr_CA"
	"github.com/go-playground/locales/fr_CH"
	"github.com/go-playground/locales/he"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/hr"
	"github.com/go-playground/locales/hu"
	"github.com/go-playground/locales/id"
	"github.com/go-playground/locales/is"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/ko"
	"github.com/go-playground/locales/lt"
	"github.com/go-playground/locales/lv"
	"github.com/go-playground/locales/ms"
	"github.com/go-playground/locales/nb"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/nn"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/pt_PT"
	"github.com/go-playground/locales/ro"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/sk"
	"github.com/go-playground/locales/sl"
	"github.com/go-playground/locales/sr"
	"github.com/go-playground/locales/sv"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/uk"
	"github.com/go-playground/locales/vi"
	"github.com/go-playground/locales/zh"
	"github.com/go-playground/locales/zh_Hant"
	"golang.org/x/text/language"
)

// locale is how a language writes numbers, money and days.
type locale struct {
	tag    language.Tag
	signs  separators
	symbol symbolPlace
	days   func() locales.Translator
}

// symbolPlace is where the symbol of a currency stands.
type symbolPlace uint8

const (
	behind symbolPlace = iota // 14,45 €
	before                    // £14.45
	apart                     // € 14,45
)

// localesByTag are those that there are, by their tags in lower case.
type localesByTag map[string]*locale

// newLocales makes the table. The signs are those of CLDR, but every space is a plain one and every apostrophe the typewriter's: U+00A0,
// U+202F and U+2019 are in no SMS alphabet, so that one price would cost every message half of its room.
func newLocales() localesByTag {
	const (
		comma  = ".," // the decimal sign, and what groups digits: 1,204.50
		quote  = ".'"
		point  = ",."
		spaced = ", "
	)
	all := make(localesByTag)
	add := func(tag, signs string, symbol symbolPlace, days func() locales.Translator) *locale {
		l := &locale{language.MustParse(tag), separators{decimal: signs[:1], group: signs[1:]}, symbol, sync.OnceValue(days)}
		all[strings.ToLower(tag)] = l
		return l
	}
	add("ar", comma, behind, ar.New)
	add("bg", spaced, behind, bg.New)
	add("ca", point, behind, ca.New)
	add("cs", spaced, behind, cs.New)
	add("da", point, behind, da.New)
	add("de", point, behind, de.New)
	add("de-AT", point, apart, de_AT.New)
	add("de-CH", quote, apart, de_CH.New)
	add("el", point, behind, el.New)
	add("en", comma, before, en.New)
	add("en-AU", comma, before, en_AU.New)
	add("en-CA", comma, before, en_CA.New)
	add("en-GB", comma, before, en_GB.New)
	add("en-IE", comma, before, en_IE.New)
	add("en-IN", comma, before, en_IN.New).signs.lakhs = true
	add("en-NZ", comma, before, en_NZ.New)
	add("en-ZA", spaced, before, en_ZA.New)
	add("es", point, behind, es.New)
	add("es-MX", comma, before, es_MX.New)
	add("et", spaced, behind, et.New)
	add("fi", spaced, behind, fi.New)
	add("fr", spaced, behind, fr.New)
	add("fr-CA", spaced, behind, fr_CA.New)
	add("fr-CH", spaced, behind, fr_CH.New)
	add("he", comma, behind, he.New)
	add("hi", comma, before, hi.New).signs.lakhs = true
	add("hr", point, behind, hr.New)
	add("hu", spaced, behind, hu.New)
	add("id", point, apart, id.New)
	add("is", point, behind, is.New)
	add("it", point, behind, it.New)
	add("ja", comma, before, ja.New)
	add("ko", comma, before, ko.New)
	add("lt", spaced, behind, lt.New)
	add("lv", spaced, behind, lv.New)
	add("ms", comma, apart, ms.New)
	add("nb", spaced, behind, nb.New)
	add("nl", point, apart, nl.New)
	add("nn", spaced, behind, nn.New)
	add("pl", spaced, behind, pl.New)
	add("pt", point, apart, pt.New)
	add("pt-PT", spaced, behind, pt_PT.New)
	add("ro", point, behind, ro.New)
	add("ru", spaced, behind, ru.New)
	add("sk", spaced, behind, sk.New)
	add("sl", point, behind, sl.New)
	add("sr", point, behind, sr.New)
	add("sv", spaced, behind, sv.New)
	add("tr", point, before, tr.New)
	add("uk", spaced, behind, uk.New)
	add("vi", point, behind, vi.New)
	add("zh", comma, before, zh.New)
	add("zh-Hant", comma, before, zh_Hant.New)
	for tag, same := range map[string]string{
		"no": "nb", "iw": "he", "in": "id", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant", "es-us": "es-mx", "es-419": "es-mx",
	} {
		all[tag] = all[same]
	}
	return all
}

// find returns the locale of a language tag, or of what remains of it without its last parts: sv-FI, sv. It is nil where there is none.
func (l localesByTag) find(tag string) *locale {
	if found := l[tag]; found != nil { // for nearly every row
		return found
	}
	tag = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"))
	for tag != "" {
		if found := l[tag]; found != nil {
			return found
		}
		tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	}
	return nil
}

// of returns the locale of a row.
func (l localesByTag) of(r *Row) *locale {
	if found := l.find(r.Language); found != nil {
		return found
	}
	return l.or(r.translation)
}

// or returns the locale of a language tag, or English.
func (l localesByTag) or(tag string) *locale {
	if found := l.find(tag); found != nil {
		return found
	}
	return l["en"]
}

// String lists the tags.
func (l localesByTag) String() string {
	var tags []string
	for _, found := range l {
		tags = append(tags, found.tag.String())
	}
	slices.Sort(tags)
	return strings.Join(slices.Compact(tags), ", ")
}
