package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/forecast"
	"sendoff/internal/prose"
)

// LanguageCount is how many people get one of the campaign's messages.
type LanguageCount struct {
	Language string       `json:"language"` // of the translation; empty: the message itself
	People   int          `json:"people"`
	Values   []ValueCount `json:"values,omitempty"` // what the language column says of those who get the message itself, the most frequent first
	Others   int          `json:"others,omitempty"` // rows with further values
}

// ValueCount is how many rows have a value in the language column; the empty one among them. Duplicates count too.
type ValueCount struct {
	Value string `json:"value"`
	Rows  int    `json:"rows"`
}

// mostValues is how many values of the language column are told apart, and mostCounted how many are counted before that.
const (
	mostValues  = 20
	mostCounted = 1000
	longestName = 30 // characters of a value that are shown
)

// languages counts what the language column says of those who get the default message. A nil one counts nothing: there is only the one message.
type languages struct {
	values map[string]*tally
	others tally // of values beyond mostCounted
}

func newLanguages(c *campaign.Campaign) *languages {
	if len(c.Translations) == 0 {
		return nil
	}
	return &languages{values: make(map[string]*tally)}
}

func (l *languages) reset() {
	if l != nil {
		clear(l.values)
	}
}

// add counts a row.
func (l *languages) add(line, translation int, cell string) {
	if translation >= 0 {
		return
	}
	cell = strings.TrimSpace(cell)
	t := l.values[cell]
	if t == nil {
		t = new(tally)
		l.values[cell] = t
	}
	t.add(line, 0)
}

// merge takes over what a frame has counted.
func (l *languages) merge(f *languages) {
	if l == nil {
		return
	}
	for _, cell := range slices.Sorted(maps.Keys(f.values)) {
		t := l.values[cell]
		switch {
		case t != nil:
		case len(l.values) < mostCounted:
			t = new(tally)
			l.values[strings.Clone(cell)] = t
		default:
			t = &l.others
		}
		t.merge(*f.values[cell])
	}
}

// counts returns what is worth telling of so many people by language: every translation, then the default message.
func (l *languages) counts(c *campaign.Campaign, people map[string]int) []LanguageCount {
	if l == nil {
		return nil
	}
	var counts []LanguageCount
	for _, t := range c.Translations {
		counts = append(counts, LanguageCount{Language: t.Language, People: people[t.Language]})
	}
	rest := LanguageCount{People: people[""], Others: l.others.count}
	for _, v := range l.frequent() {
		if len(rest.Values) < mostValues {
			rest.Values = append(rest.Values, ValueCount{shortName(v), l.values[v].count})
		} else {
			rest.Others += l.values[v].count
		}
	}
	return append(counts, rest)
}

// people returns how many of those who are sent to get each translation, by its language; "" stands for the default message.
func (b *builder) people() map[string]int {
	people := make(map[string]int)
	b.counted.All(func(s forecast.Slice, rows int, _ []int) { people[s.Language] += rows })
	return people
}

// frequent returns the values in the order of how many rows have them.
func (l *languages) frequent() []string {
	return slices.SortedFunc(maps.Keys(l.values), func(a, b string) int {
		return cmp.Or(cmp.Compare(l.values[b].count, l.values[a].count), strings.Compare(a, b))
	})
}

// shortName is a value as it may be shown: it names a language, and nobody.
func shortName(value string) string {
	value = prose.Printable(value)
	if utf8.RuneCountInString(value) > longestName {
		return string([]rune(value)[:longestName]) + "…"
	}
	return value
}

// findings says of values that are no language that people get the default message for it, and of translations that nobody gets them.
func (l *languages) findings(c *campaign.Campaign, people map[string]int, hasColumn bool) []Finding {
	if l == nil {
		return nil
	}
	if !hasColumn {
		return []Finding{{
			Message: "there are translations, and no column says who speaks what: everybody gets the default message",
			Hint:    "audience: {columns: {language: NAME OF THE COLUMN}}", Warning: true, Lines: []int{},
		}}
	}
	var findings []Finding
	reader, others := campaign.NewLanguages(c), l.others
	for _, value := range l.frequent() {
		spoken := c.SpokenIn(value)
		switch {
		case value == "", spoken == "" && reader.Read(value).Tag != "":
			continue // they say nothing, or a language in which there is no translation
		case len(findings) == mostValues:
			others.merge(*l.values[value])
			continue
		}
		findings = append(findings, unknownLanguage(value, spoken, reader.Read(value).Tag, l.values[value]))
	}
	if others.count > 0 {
		findings = append(findings, Finding{Message: "other values of the language column that are no language → the default message", Warning: true, Count: others.count, Lines: others.lines})
	}
	for _, t := range c.Translations {
		if people[t.Language] == 0 {
			findings = append(findings, Finding{Message: fmt.Sprintf("translations.%s: nobody gets it: nobody who is sent to has this language", t.Language), Warning: true, Lines: []int{}})
		}
	}
	return findings
}

func unknownLanguage(value, spoken, tag string, t *tally) Finding {
	name := shortName(value)
	f := Finding{Message: fmt.Sprintf("language %q → the default message", name), Warning: true, Count: t.count, Lines: t.lines}
	switch {
	case tag != "":
		f.Hint = fmt.Sprintf("as a language that is %s; where the country is meant: audience: {languages: {%s: %s}}", campaign.EnglishName(tag), name, spoken)
	case spoken != "":
		f.Hint = fmt.Sprintf("audience: {languages: {%s: %s}}", name, spoken)
	default:
		f.Hint = fmt.Sprintf("say which language is meant: audience: {languages: {%s: …}}", quotedKey(name))
	}
	return f
}

// quotedKey is a key as it can stand in a campaign file.
func quotedKey(name string) string {
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return fmt.Sprintf("%q", name)
		}
	}
	return name
}
