package campaign

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"maps"
	"slices"
	"strings"
)

// ContentDigest identifies what the campaign sends and how it understands its audience: all that goes to Sinch, the params, and of the
// audience columns, country, encoding, delimiter, sheet, hidden rows, numbers, languages, decimal, countries, where and consent. It does not depend
// on the order of keys, on comments or other layout of the file, nor on what may change while a run is going on: pace, limits, suppression lists,
// seeds, prices, labels, run key, name, profile, time zone, deadlines, window, the number of bad rows, how long data is kept, who is notified. When a
// message expires goes to Sinch as its ttl, and is left out all the same: it may have to be mended while a run is going on.
func (c *Campaign) ContentDigest() [sha256.Size]byte {
	d := digester{sha256.New()}
	d.text("campaign content 1") // a new number when the encoding below changes
	for _, s := range []string{c.MessageContentType, c.Queue, c.ProcessingStrategy, c.ConversationMetadataUpdateStrategy, c.Audience.Country} {
		d.text(s)
	}
	for _, v := range []Value{c.Message, c.ChannelProperties, c.CallbackURL, c.TTL, c.ConversationMetadata, c.CorrelationID, c.Metadata} {
		d.value(v)
	}
	d.count(len(c.ChannelPriorityOrder))
	for _, channel := range c.ChannelPriorityOrder {
		d.text(string(channel))
	}
	d.translations(c.Translations)
	d.params(c.Params)
	d.count(len(c.Audience.Columns))
	for _, role := range slices.Sorted(maps.Keys(c.Audience.Columns)) {
		d.text(role)
		d.text(c.Audience.Columns[role])
	}
	d.chosen(c.Audience)
	if a := c.Audience; a.Sheet != "" || a.HiddenRows != "" { // without them it is what it was before there were workbooks
		d.text(a.Sheet)
		d.text(a.HiddenRows)
	}
	// Where neither is said, the digest is that of the time when neither could be.
	if a := c.Audience; a.Encoding != "" || a.Delimiter != 0 {
		d.text("encoding and delimiter")
		d.text(strings.ToLower(a.Encoding))
		d.count(int(a.Delimiter))
	}
	return [sha256.Size]byte(d.hash.Sum(nil))
}

// chosen adds what decides whom of the audience is meant. A campaign that says nothing of it has the digest that it had before there was any such
// thing: runs of that time can go on.
func (d digester) chosen(a Audience) {
	if len(a.Numbers) > 0 {
		d.text("numbers")
		d.count(len(a.Numbers))
		for _, column := range sortedBy(a.Numbers, func(c ColumnName) string { return c.Name }) {
			d.text(column.Name)
		}
	}
	if a.Decimal == "," {
		d.text("decimal ,")
	}
	if len(a.Languages) > 0 {
		d.text("languages")
		d.count(len(a.Languages))
		for _, l := range sortedBy(a.Languages, func(l LanguageName) string { return Fold(l.Name) }) {
			d.text(Fold(l.Name))
			d.text(strings.ToLower(l.Tag))
		}
	}
	if a.AllowPremium {
		d.text("allow_premium")
	}
	if len(a.Countries) > 0 {
		d.text("countries")
		d.count(len(a.Countries))
		for _, country := range slices.Sorted(slices.Values(a.Countries)) {
			d.text(country)
		}
	}
	if a.Where.Text != "" {
		d.text("where")
		d.text(a.Where.Text)
	}
	if consent := a.Consent; consent.Column.Name != "" {
		d.text("consent")
		for _, s := range []string{consent.Column.Name, consent.Date.Name, consent.MaxAge.String()} {
			d.text(s)
		}
		d.count(len(consent.Yes))
		for _, word := range slices.Sorted(slices.Values(consent.Yes)) {
			d.text(word)
		}
	}
}

// digester writes an encoding in which no two different contents are the same bytes: every text is preceded by its length, every list
// by the number of its elements, every value by its kind.
type digester struct {
	hash hash.Hash
}

func (d digester) count(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	_, _ = d.hash.Write(b[:]) // a hash never fails
}

func (d digester) text(s string) {
	d.count(len(s))
	_, _ = io.WriteString(d.hash, s)
}

func (d digester) flag(b bool) {
	if b {
		d.count(1)
	} else {
		d.count(0)
	}
}

func (d digester) value(v Value) {
	d.count(int(v.Kind))
	switch v.Kind {
	case Bool:
		d.flag(v.Bool)
	case Number:
		d.text(v.Number)
	case String, NumberString:
		d.parts(v.Text)
	case List:
		d.count(len(v.List))
		for _, e := range v.List {
			d.value(e)
		}
	case Object:
		d.count(len(v.Fields))
		for _, f := range sortedBy(v.Fields, func(f Field) string { return f.Name }) {
			d.text(f.Name)
			d.value(f.Value)
		}
	case JSONString:
		d.value(*v.Inner)
	}
}

func (d digester) parts(t Text) {
	d.count(len(t))
	for _, p := range t {
		d.text(p.Name)
		d.text(p.Literal)
	}
}

func (d digester) translations(translations []Translation) {
	d.count(len(translations))
	for _, t := range sortedBy(translations, func(t Translation) string { return strings.ToLower(t.Language) }) {
		d.text(strings.ToLower(t.Language))
		d.value(t.Message)
	}
}

func (d digester) params(params []Param) {
	d.count(len(params))
	for _, p := range sortedBy(params, func(p Param) string { return p.Name }) {
		d.text(p.Name)
		d.text(p.Column)
		if p.Column == "" { // which no column is called
			d.text(p.Expr.Text)
		}
		d.flag(p.HasDefault)
		d.text(p.Default)
		d.count(int(p.OnEmpty))
	}
}

// sortedBy returns a sorted copy: the order in a file means nothing.
func sortedBy[T any](list []T, key func(T) string) []T {
	return slices.SortedFunc(slices.Values(list), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
