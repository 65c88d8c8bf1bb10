package expression

import "sendoff/campaign"

// Text is an expression whose value is written as text: a number without separators and with no more decimals than it has, a date as
// 2026-01-31.
type Text struct {
	Reads
	of func(*Row) string
}

// Text compiles an expression that stands under a key. Of one with problems only what it reads is there.
func (s *Scope) Text(key string, e campaign.Expression) (*Text, campaign.Problems) {
	c := s.compiler(key, e)
	t := &Text{}
	whole, n, unread := parseWhole(e.Text)
	if unread != nil {
		c.misread(unread)
		return t, c.problems
	}
	c.term = whole.String()
	v := c.value(n)
	switch v.kind {
	case textKind:
		t.of = v.text
	case numberKind:
		t.of = func(r *Row) string { return plain(v.number(r)) }
	case dateKind:
		t.of = func(r *Row) string { return v.date(r).String() }
	case truthKind:
		c.fail(n, `say what is written then: … ? "yes" : "no"`, "%s is true or false, and a text, a number or a date is wanted", v)
	}
	t.Reads = c.read()
	return t, c.problems
}

// Of returns the text for a row, or why there is none. Where the expression does not name a language, its numbers and days are written as in the
// row's own, or else, where that is not known, in that of the translation which the row gets, or else in English.
func (t *Text) Of(r *campaign.Recipient, own, translation string) (string, Fault) {
	row := Row{Recipient: r, Language: own, translation: translation}
	text := t.of(&row)
	return text, row.fault
}
