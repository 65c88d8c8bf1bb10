package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"sendoff/internal/prose"
	"sendoff/internal/sms"
	"sendoff/internal/view"
)

// Measure is what a row takes. It is comparable, so that equal ones can be counted.
type Measure struct {
	Parts   int     // of the SMS; 0 where SMS is not tried
	Spared  int     // how many parts fewer if something plain stood in the place of what forces UCS-2
	Forcing Forcing // zero in GSM 7-bit
}

// Forcing is what forces UCS-2.
type Forcing struct {
	Rune rune   // the only character; -1: several; less: a pair of quotes
	From string // where it comes from, as messages say it
}

// origin is where characters come from that force UCS-2.
type origin struct {
	literals []rune // of the campaign's text, in their order; nil: of values alone
	values   bool   // of values too
}

// smsText is the text of an SMS, and what its literals take.
type smsText struct {
	parts    []part
	values   []int
	literals fact
	from     string   // what messages call the text itself
	both     string   // and the text itself with values
	sources  []string // and each of its values, by part
	long     *Finding // more parts than the campaign allows
}

// valuesFrom is where several values are that have something.
const valuesFrom = "in the values of several placeholders"

// addSMS adds the text of the SMS.
func (b *builder) addSMS(v view.View) {
	if v.Kind != view.TextKind || len(v.Text) == 0 {
		return
	}
	t := &smsText{parts: b.parts(v.Text...)}
	var literals strings.Builder
	t.sources = make([]string, len(t.parts))
	for i, part := range t.parts {
		if part.value < 0 {
			literals.WriteString(part.literal)
			continue
		}
		t.values = append(t.values, part.value)
		t.sources[i] = "from " + printableName(b.values[part.value].name)
		b.origins[t.sources[i]] = origin{}
	}
	b.origins[valuesFrom] = origin{}
	t.literals = look([]byte(literals.String()))
	t.from = "in the text itself (" + strings.TrimSuffix(strings.Replace(b.placeOf(v, shown{text: v.Text}), " (", ", ", 1), ")") + ")"
	if b.mostSMS > 0 {
		t.long = b.found.warning("shorten the text, or the values in it; or allow more parts, each of which is paid for",
			"%s on SMS: more than the %s of SMS_MAX_NUMBER_OF_MESSAGE_PARTS: these people would not get it", b.name, prose.Counted(b.mostSMS, "part", "parts"))
	}
	var foreign []rune
	for _, r := range literals.String() {
		if sms.Septets(r) == 0 && !slices.Contains(foreign, r) {
			foreign = append(foreign, r)
		}
	}
	t.both = t.from + " and in values"
	b.origins[t.from], b.origins[t.both] = origin{literals: foreign}, origin{foreign, true}
	b.sms = t
}

// measure returns what the text takes in a row, with so many plain characters more behind it.
func (t *smsText) measure(facts []fact, more int) Measure {
	sum, from := t.literals, ""
	sum.septets, sum.units, sum.plain = sum.septets+more, sum.units+more, sum.plain+more
	if sum.flags&foreignFlag != 0 {
		from = t.from
	}
	for i, part := range t.parts {
		if part.value < 0 {
			continue
		}
		f := &facts[part.value]
		sum.septets += f.septets
		sum.units += f.units
		sum.plain += f.plain
		sum.flags |= f.flags
		if f.flags&foreignFlag == 0 {
			continue
		}
		switch from {
		case t.from, t.both: // mending one of them would change nothing
			from = t.both
		case "", t.sources[i]:
			from = t.sources[i]
		default:
			from = valuesFrom
		}
		sum.foreign.merge(f.foreign)
	}
	encoding, units, limit := sms.GSM7, sum.septets, 160
	if from != "" {
		encoding, units, limit = sms.UCS2, sum.units, 70
	}
	m := Measure{Parts: encoding.Parts(units)}
	if sum.flags&doubleFlag != 0 && units > limit { // what does not fit into one part has to be cut as it will be
		m.Parts = sms.Measure(t.text(facts, more, false)).Parts
	}
	if from == "" || t.literals.flags&scriptFlag != 0 { // it is written in another script
		return m
	}
	m.Forcing = Forcing{sum.foreign.one(), from}
	if m.Parts == 1 {
		return m
	}
	plainParts := sms.GSM7.Parts(sum.plain)
	if sum.flags&doubleFlag != 0 && sum.plain > 160 {
		plainParts = sms.Measure(t.text(facts, more, true)).Parts
	}
	m.Spared = max(m.Parts-plainParts, 0)
	return m
}

// text puts the text together, with something plain in the place of what GSM 7-bit lacks, if it is to be: of letters for which there is nothing, a letter.
func (t *smsText) text(facts []fact, more int, isPlain bool) string {
	var b strings.Builder
	for _, part := range t.parts {
		text := part.literal
		if part.value >= 0 {
			text = string(facts[part.value].text)
		}
		if !isPlain {
			b.WriteString(text)
			continue
		}
		for _, r := range text {
			switch instead, ok := plain(r); {
			case sms.Septets(r) > 0:
				b.WriteRune(r)
			case ok:
				b.WriteString(instead)
			default:
				b.WriteByte('a')
			}
		}
	}
	b.WriteString(strings.Repeat("a", more))
	return b.String()
}

// Forced is how many rows have something that forces UCS-2, and what that costs.
type Forced struct {
	Rows   int
	Spared int    // parts
	Cost   string // of these parts, such as EUR 210.00; empty: nobody knows
	Lines  []int  // the first of the rows, where somebody knows
}

// ForcedFinding is a finding about what forces UCS-2.
type ForcedFinding struct {
	Message, Hint string
	Forced
}

// Forced returns a finding for each thing that forces UCS-2 and makes more parts, the dearest first. Rows is how many get an SMS.
func (l *Linter) Forced(counts map[Forcing]Forced, rows int) []ForcedFinding {
	order := slices.SortedFunc(maps.Keys(counts), func(a, b Forcing) int {
		return cmp.Or(cmp.Compare(counts[b].Spared, counts[a].Spared), cmp.Compare(counts[b].Rows, counts[a].Rows), cmp.Compare(a.From, b.From), cmp.Compare(a.Rune, b.Rune))
	})
	var found []ForcedFinding
	for _, what := range order {
		n := counts[what]
		if n.Spared == 0 {
			continue
		}
		cost := ""
		if n.Cost != "" {
			cost = ", " + n.Cost
		}
		name, makes, instead := l.describe(what)
		message := fmt.Sprintf("%s %s %s the SMS of %s of %s UCS-2: %s%s; %s", name, what.From, makes, prose.Thousands(n.Rows), prose.Counted(rows, "row", "rows"),
			prose.Counted(n.Spared, "more part", "more parts"), cost, instead)
		hint := "mend the cells where they come from"
		if of := l.origins[what.From]; of.values {
			hint = "mend the text, and " + strings.TrimPrefix(hint, "mend ")
		} else if of.literals != nil {
			hint = "mend the text"
		}
		found = append(found, ForcedFinding{message, hint, n})
	}
	return found
}

// describe names what forces UCS-2, with its verb, and says what could stand in its place.
func (l *Linter) describe(what Forcing) (name, makes, instead string) {
	switch {
	case what.Rune < several:
		p := pairOf(what.Rune)
		return fmt.Sprintf("%c and %c (quotation marks, U+%04X and U+%04X)", p.opening, p.closing, p.opening, p.closing), "make", insteadOf(p.opening)
	case what.Rune != several:
		return sms.Name(what.Rune), "makes", insteadOf(what.Rune)
	}
	literals := l.origins[what.From].literals
	if len(literals) == 0 {
		return "more than one character that GSM-7 lacks", "makes", "with plain ones in their place these are not needed"
	}
	const most = 5
	var names, without, with []string
	for _, r := range literals {
		if r == '\u200d' || sms.IsUnseen(r) && unicode.In(r, unicode.Variation_Selector, unicode.Sk) {
			continue // it belongs to the emoji before it
		}
		switch s, ok := sms.Replacement(r); {
		case !ok || s == "":
			without = append(without, shownRune(r))
		case strings.TrimSpace(s) == "":
			with = append(with, "a plain space for "+sms.Name(r))
		default:
			with = append(with, s+" for "+string(r))
		}
		names = append(names, sms.Name(r))
	}
	and := func(all []string) string {
		if len(all) > most {
			all = append(all[:most:most], fmt.Sprintf("%d more", len(all)-most))
		}
		if len(all) == 1 {
			return all[0]
		}
		return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
	}
	switch {
	case l.origins[what.From].values:
		return and(append(names[:min(len(names), most-1)], "others")), "make", "with plain ones in their place, or without them, these are not needed"
	case len(with) == 0:
		instead = "without them these are not needed"
	case len(without) == 0:
		instead = "with " + and(with) + " these are not needed"
	default:
		instead = "without " + and(without) + ", and with " + and(with) + ", these are not needed"
	}
	return and(names), "make", instead
}

// insteadOf says what could stand in the place of the only character that forces UCS-2.
func insteadOf(r rune) string {
	switch s, ok := sms.Replacement(r); {
	case s == " ":
		return "a plain space in its place costs nothing more"
	case s == "\n":
		return "a line break in its place costs nothing more"
	case ok && s != "":
		return s + " in its place costs nothing more"
	case ok:
		return "left out, nobody would see a difference"
	}
	if _, ok := plain(r); ok {
		return "without it they are not needed"
	}
	return "nothing plain can stand in its place"
}

// shownRune is a character, or the name of one that cannot be seen.
func shownRune(r rune) string {
	if sms.IsUnseen(r) || unicode.Is(unicode.Mn, r) {
		return sms.Name(r)
	}
	return string(r)
}
