package lint_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/lint"
	"sendoff/internal/sms"
)

func TestMeasure(t *testing.T) {
	text := func(length int) string { return strings.Repeat("x", length) }
	const fromName, itself = "from ${first_name}", "in the text itself (message.text_message.text, line 4)"
	for _, tc := range []struct {
		name, message, first, city string
		want                       lint.Measure
	}{
		{"one part", "Hi ${first_name}", "Åsa", "", lint.Measure{Parts: 1}},
		{"sum", text(150) + "${first_name}${city}", "xxxxx", "xxxxxx", lint.Measure{Parts: 2}},
		{"two septets at the border", text(152) + "${first_name}" + text(152), "€", "", lint.Measure{Parts: 3}},
		{"a curly apostrophe", "${first_name}" + text(100), "D’Arcy", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '’', From: fromName}}},
		{"that costs nothing", "${first_name}", "D’Arcy", "", lint.Measure{Parts: 1, Forcing: lint.Forcing{Rune: '’', From: fromName}}},
		{"a picture", "${first_name}" + text(66) + "${city}", "🙂", "x", lint.Measure{Parts: 1, Forcing: lint.Forcing{Rune: '🙂', From: fromName}}},
		{"a pair at the border", text(66) + "${first_name}" + text(66), "🙂", "", lint.Measure{Parts: 3, Spared: 2, Forcing: lint.Forcing{Rune: '🙂', From: fromName}}},
		{"a pair of quotes", "${first_name}" + text(100), "“Bo”", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: -('“'<<16 | '”'), From: fromName}}},
		{"a picture of several", "${first_name}" + text(100), "❤️👍🏽", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: -1, From: fromName}}},
		{"one with its variant", "${first_name}" + text(100), "❤️", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '❤', From: fromName}}},
		{"letters of another script", "${first_name}" + text(100), "Иван", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: -1, From: fromName}}},
		{"of two values", "${first_name} ${city}" + text(100), "č", "š", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: -1, From: "in the values of several placeholders"}}},
		{"the text itself", "Today’s ${first_name}" + text(100), "x", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '’', From: itself}}},
		{"both", "Today’s ${first_name}" + text(100), "č", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: -1, From: itself + " and in values"}}},
		{"the same in both", "Today’s ${first_name}" + text(100), "D’Arcy", "", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '’', From: itself + " and in values"}}},
		{"written in another script", "Привет, ${first_name}" + text(100), "x", "", lint.Measure{Parts: 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := prepare(t, channel+"params: {city: {default: ''}}\nmessage: \""+tc.message+"\"")
			want := tc.want
			want.Forcing.From = strings.Replace(want.Forcing.From, "line 4", "line 5", 1)
			if diff := cmp.Diff(want, j.Row(recipient(tc.first, "", "", tc.city))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const channel = "channel_priority_order: [SMS]\n"

func TestNoSMSHasNoParts(t *testing.T) {
	j := prepare(t, "channel_priority_order: [MESSENGER]\nmessage: Hi")
	if m := j.Row(recipient("")); m != (lint.Measure{}) {
		t.Errorf("%+v", m)
	}
}

// TestMeasureIsThatOfTheText compares the sums with the text as it is put together.
func TestMeasureIsThatOfTheText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"x", "xxxxxxxxxx", "€", "{", "ä", "’", "🙂", "č", "И", "\n", "\t", "é", "❤️", "\xff", "~~~~", "ＡＢ", strings.Repeat("x", 50)}
	some := func() string {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	for range 100 {
		text := "Hi ${first_name}€ ${city}[${first_name}" + strings.Repeat("x", random.IntN(300))
		j := prepare(t, channel+"params: {first_name: {default: ''}, city: {default: ''}}\nmessage: \""+text+"\"")
		for range 20 {
			first, city := some(), some()
			blank := func(s string) string {
				if strings.TrimSpace(s) == "" {
					return ""
				}
				return s
			}
			filled := strings.NewReplacer("${first_name}", blank(first), "${city}", blank(city)).Replace(text)
			m := j.Row(recipient(first, "", "", city))
			if want := sms.Measure(filled); m.Parts != want.Parts || (m.Forcing.From != "") != (want.Encoding == sms.UCS2) {
				t.Fatalf("%q takes %+v, want %+v", filled, m, want)
			}
		}
	}
}

func TestForced(t *testing.T) {
	j := prepare(t, channel+"message: \"Today’s offer – for ${first_name}\"")
	const itself = "in the text itself (message.text_message.text, line 4)"
	found := j.Forced(map[lint.Forcing]lint.Forced{
		{Rune: '’', From: "from ${first_name}"}:      {Rows: 3000, Spared: 3000, Cost: "EUR 210.00"},
		{Rune: -1, From: itself}:                     {Rows: 500, Spared: 600},
		{Rune: -1, From: itself + " and in values"}:  {Rows: 50, Spared: 60},
		{Rune: '🎉', From: "from ${first_name}"}:      {Rows: 2, Spared: 5},
		{Rune: '中', From: "from ${first_name}"}:      {Rows: 2, Spared: 4},
		{Rune: '\u00a0', From: "from ${first_name}"}: {Rows: 2, Spared: 3},
		{Rune: -1, From: "from ${first_name}"}:       {Rows: 1, Spared: 2},
		{Rune: '\u200b', From: "from ${first_name}"}: {Rows: 1, Spared: 1},
		{Rune: 'č', From: "from ${first_name}"}:      {Rows: 1},
	}, 10000)
	var got []string
	for _, f := range found {
		got = append(got, f.Message)
	}
	want := []string{
		"’ (a curly apostrophe, U+2019) from ${first_name} makes the SMS of 3,000 of 10,000 rows UCS-2: 3,000 more parts, EUR 210.00; ' in its place costs nothing more",
		"’ (a curly apostrophe, U+2019) and – (a dash, U+2013) " + itself + " make the SMS of 500 of 10,000 rows UCS-2: 600 more parts; with ' for ’ and - for – these are not needed",
		"’ (a curly apostrophe, U+2019), – (a dash, U+2013) and others " + itself + " and in values make the SMS of 50 of 10,000 rows UCS-2: 60 more parts; with plain ones in their place, or without them, these are not needed",
		"🎉 (an emoji, U+1F389) from ${first_name} makes the SMS of 2 of 10,000 rows UCS-2: 5 more parts; without it they are not needed",
		"中 (a letter, U+4E2D) from ${first_name} makes the SMS of 2 of 10,000 rows UCS-2: 4 more parts; nothing plain can stand in its place",
		"a no-break space (U+00A0) from ${first_name} makes the SMS of 2 of 10,000 rows UCS-2: 3 more parts; a plain space in its place costs nothing more",
		"more than one character that GSM-7 lacks from ${first_name} makes the SMS of 1 of 10,000 rows UCS-2: 2 more parts; with plain ones in their place these are not needed",
		"a zero-width space (U+200B) from ${first_name} makes the SMS of 1 of 10,000 rows UCS-2: 1 more part; left out, nobody would see a difference",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForcedByTheText says of everything in the text what has to go, so that nobody mends half of it for nothing.
func TestForcedByTheText(t *testing.T) {
	for text, want := range map[string]string{
		"🎉 Sale – today": "🎉 (an emoji, U+1F389) and – (a dash, U+2013) in the text itself (message.text_message.text, line 4) make the SMS of 3 of 3 rows UCS-2: " +
			"4 more parts; without 🎉, and with - for –, these are not needed",
		"👍🏽 or ❤️": "👍 (an emoji, U+1F44D) and ❤ (a symbol, U+2764) in the text itself (message.text_message.text, line 4) make the SMS of 3 of 3 rows UCS-2: " +
			"4 more parts; without them these are not needed",
		"’…\u00a0": "’ (a curly apostrophe, U+2019), … (an ellipsis, U+2026) and a no-break space (U+00A0) in the text itself (message.text_message.text, line 4) make " +
			"the SMS of 3 of 3 rows UCS-2: 4 more parts; with ' for ’, ... for … and a plain space for a no-break space (U+00A0) these are not needed",
	} {
		found := prepare(t, channel+"message: \""+text+"\"").Forced(map[lint.Forcing]lint.Forced{
			{Rune: -1, From: "in the text itself (message.text_message.text, line 4)"}: {Rows: 3, Spared: 4},
		}, 3)
		if diff := cmp.Diff(want, found[0].Message); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
