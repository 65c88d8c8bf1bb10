package campaign

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Language is what a cell of the language column stands for.
type Language struct {
	Tag         string // BCP 47, as it goes to Sinch; empty where the cell is empty, or no language that is known
	Translation int    // an index in Translations; -1: the default message
}

// LanguageName is what a file calls a language, and the tag that is meant.
type LanguageName struct {
	Name, Tag string
}

// Languages reads the cells of a language column: tags, with "-" or "_" and in any case; the codes of ISO 639; the names of languages, in English
// and in their own; and whatever audience.languages says. A country is never taken for a language: "se" is Northern Sami.
//
// It does not change but for a memory of what it has read, so that any number of goroutines can use it.
type Languages struct {
	campaign *Campaign
	told     map[string]string        // audience.languages: tags, by folded name
	names    func() map[string]string // of all languages: tags, by what FoldFurther leaves of the name; most columns hold none, and need not wait for it

	translations, templates tags

	// seen are the first cells that were read. Columns of languages have few different ones; one that has others was not meant for this.
	seen atomic.Pointer[map[string]Language]
}

// mostSeen bounds the memory of cells, and longestCell what can be a name at all, in bytes.
const (
	mostSeen    = 256
	longestCell = 100
)

// NewLanguages prepares the reading of a campaign's language column.
func NewLanguages(c *Campaign) *Languages {
	l := &Languages{campaign: c, told: make(map[string]string)}
	for _, t := range c.Translations {
		l.translations = append(l.translations, newTag(t.Language))
	}
	for _, t := range c.TemplateLanguages {
		l.templates = append(l.templates, newTag(t))
	}
	l.names = sync.OnceValue(func() map[string]string { return languageNames(slices.Concat(l.translations, l.templates)) })
	for _, n := range c.Audience.Languages {
		l.told[Fold(n.Name)] = n.Tag
	}
	l.seen.Store(&map[string]Language{})
	return l
}

// Read returns what a cell stands for.
func (l *Languages) Read(cell string) Language {
	seen := *l.seen.Load()
	if known, ok := seen[cell]; ok {
		return known
	}
	read := l.read(cell)
	if len(cell) <= longestCell {
		l.remember(cell, read)
	}
	return read
}

// remember adds a cell to the memory while there is room. Where another goroutine has just added one, this cell is read once more the next time.
func (l *Languages) remember(cell string, read Language) {
	old := l.seen.Load()
	if len(*old) >= mostSeen {
		return
	}
	next := make(map[string]Language, len(*old)+1)
	for k, v := range *old {
		next[k] = v
	}
	next[strings.Clone(cell)] = read
	l.seen.CompareAndSwap(old, &next)
}

func (l *Languages) read(cell string) Language {
	cell = strings.TrimSpace(cell)
	if cell == "" || len(cell) > longestCell {
		return Language{Translation: -1}
	}
	tag, known := l.told[Fold(cell)]
	if !known {
		tag, known = l.tag(cell)
	}
	if !known {
		// A translation may be in a language that only its author knows.
		if i := l.campaign.TranslationFor(cell); i >= 0 {
			return Language{Tag: l.campaign.Translations[i].Language, Translation: i}
		}
		return Language{Translation: -1}
	}
	read := Language{Tag: tag, Translation: l.translations.find(tag)}
	if i := l.templates.find(tag); i >= 0 {
		read.Tag = l.templates[i].written
	}
	return read
}

// tags are languages in which there is something to send.
type tags []tag

type tag struct{ written, canonical string }

func newTag(written string) tag { return tag{written, canonical(written)} }

// find returns the index of the tag for somebody whose language has a tag, as [Campaign.TranslationFor] does, or -1. Today's tag of a language
// and an older one are the same, he and iw, where none is the one that is written.
func (all tags) find(language string) int {
	for t := language; t != ""; t = shorterTag(t) {
		for i := range all {
			if sameTag(all[i].written, t) {
				return i
			}
		}
	}
	for t := canonical(language); t != ""; t = shorterTag(t) {
		for i := range all {
			if sameTag(all[i].canonical, t) {
				return i
			}
		}
	}
	return -1
}

// tag returns the tag that a cell is, or the code, or the name.
func (l *Languages) tag(cell string) (tag string, known bool) {
	if t, err := language.Raw.Parse(cell); err == nil {
		if base, _ := t.Base(); !isNone(base.String()) && !t.IsRoot() {
			return t.String(), true
		}
		return "", false
	}
	tag, known = l.names()[FoldFurther(cell)]
	return tag, known
}

// isNone reports whether a code of ISO 639 stands for no single language.
func isNone(code string) bool {
	switch code {
	case "und", "mul", "mis", "zxx":
		return true
	}
	return false
}

// canonical returns the tag by which a language goes today: he for iw, de for ger, no for nb.
func canonical(tag string) string {
	t, err := language.All.Parse(tag)
	if err != nil {
		return tag
	}
	return t.String()
}

// languageNames returns the tags of languages by what FoldFurther leaves of their names: the English one, and their own. Of those that are wanted
// it has the names with their countries too: Brazilian Portuguese, Swedish (Finland).
func languageNames(wanted tags) map[string]string {
	names := map[string]string{"norwegian": "no", "norsk": "no", "bengali": "bn", "farsi": "fa"}
	add := func(t language.Tag, name string) {
		if name = FoldFurther(name); name != "" && names[name] == "" {
			names[name] = t.String()
		}
	}
	english := display.English.Languages()
	for _, t := range display.Supported.Tags() { // a language stands before what it is in a country, which mostly has the same name
		add(t, english.Name(t))
		add(t, display.Self.Name(t))
	}
	for _, w := range wanted {
		if t, err := language.Raw.Parse(w.written); err == nil {
			add(t, display.English.Tags().Name(t))
		}
	}
	return names
}

// SpokenIn returns the language of a translation, or of a template, that is the one of a country, where a cell is the country's code; else "".
func (c *Campaign) SpokenIn(cell string) string {
	region, err := language.ParseRegion(strings.TrimSpace(cell))
	if err != nil || !region.IsCountry() {
		return ""
	}
	country, err := language.Compose(region)
	if err != nil {
		return ""
	}
	spoken, _ := country.Base() // the one that most people speak there, by CLDR
	for _, t := range c.Translations {
		if isSpoken(t.Language, spoken) {
			return t.Language
		}
	}
	for _, t := range c.TemplateLanguages {
		if isSpoken(t, spoken) {
			return t
		}
	}
	return ""
}

// isSpoken reports whether a tag is of a language, in whichever country or script.
func isSpoken(tag string, spoken language.Base) bool {
	t, err := language.Raw.Parse(tag)
	base, _ := t.Base()
	return err == nil && canonical(base.String()) == canonical(spoken.String())
}

// EnglishName returns what a language is called in English, or the tag where that is not known.
func EnglishName(tag string) string {
	t, err := language.Raw.Parse(tag)
	if err != nil {
		return tag
	}
	return cmp.Or(display.English.Tags().Name(t), tag)
}

// IsLanguage reports whether a tag is of a language that is known.
func IsLanguage(tag string) bool {
	t, err := language.Raw.Parse(tag)
	return err == nil && !t.IsRoot()
}
