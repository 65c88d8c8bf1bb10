package lint

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	Rune rune   // the only character, or the opening one of a pair of quotes; -1: several
	From string // where it comes from, as messages say it
}

// origin is where characters come from that force UCS-2.
type origin struct {
	literals []rune // of the campaign's text, in their order; nil: of values
}

// smsText is the text of an SMS, and what its literals take.
type smsText struct {
	parts    []part
	values   []int
	literals fact
	from     string   // what messages call the text itself
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
	t.from = "in the text itself, " + b.placeOf(v, shown{text: v.Text}) + ","
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
	b.origins[t.from] = origin{foreign}
	b.sms = t
}

// measure returns what the text takes in a row, with so many plain characters more behind it.
func (t *smsText) measure(facts []fact, more int) Measure {
	sum, from, inValues := t.literals, "", false
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
		inValues = true
		switch from {
		case t.from: // which is what has to be mended first
			continue
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
	if from == "" || from == t.from && t.literals.flags&scriptFlag != 0 { // it is written in another script
		return m
	}
	m.Forcing = Forcing{sum.foreign.one(), from}
	if m.Parts == 1 || from == t.from && inValues { // mending the text alone would change nothing
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
		name, instead := l.describe(what)
		message := fmt.Sprintf("%s %s in %s of %s makes the SMS UCS-2: %s%s; %s", name, what.From, prose.Thousands(n.Rows), prose.Counted(rows, "row", "rows"),
			prose.Counted(n.Spared, "more part", "more parts"), cost, instead)
		hint := "mend the cells where they come from"
		if l.origins[what.From].literals != nil {
			hint = "mend the text"
		}
		found = append(found, ForcedFinding{message, hint, n})
	}
	return found
}

// describe names what forces UCS-2, and says what could stand in its place.
func (l *Linter) describe(what Forcing) (name, instead string) {
	if what.Rune != several {
		name = sms.Name(what.Rune)
		switch s, ok := sms.Replacement(what.Rune); {
		case s == " ":
			return name, "a plain space in its place costs nothing more"
		case s == "\n":
			return name, "a line break in its place costs nothing more"
		case ok && s != "":
			return name, s + " in its place costs nothing more"
		case ok:
			return name, "left out, nobody would see a difference"
		}
		if _, ok := plain(what.Rune); ok {
			return name, "without it they are not needed"
		}
		return name, "nothing plain can stand in its place"
	}
	const most = 5
	var names, plains []string
	for _, r := range l.origins[what.From].literals {
		if s, ok := sms.Replacement(r); ok && strings.TrimSpace(s) != "" {
			plains = append(plains, s+" for "+string(r))
		}
		names = append(names, sms.Name(r))
	}
	switch {
	case len(names) == 0:
		return "more than one character that GSM-7 lacks", "with plain ones in their place these are not needed"
	case len(names) > most:
		names = append(names[:most], fmt.Sprintf("%d more", len(names)-most))
	}
	instead = "without them these are not needed"
	if len(plains) > 0 {
		instead = "in their place " + strings.Join(plains[:min(len(plains), most)], ", ") + " cost nothing more"
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1], instead
}
