package expression

import (
	"strings"
	"testing"

	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"sendoff/campaign"
)

// textOf is what an expression makes of a row for somebody with a language, or the fault.
func textOf(t testing.TB, s *Scope, text string, r *campaign.Recipient, language string) string {
	t.Helper()
	compiled, problems := s.Text("x", written(text))
	if problems != nil {
		t.Errorf("%s: %v", text, problems)
		return ""
	}
	made, fault := compiled.Of(r, language, "")
	if !fault.IsZero() {
		return "fails: " + fault.String()
	}
	return made
}

func TestText(t *testing.T) {
	s := testScope(t)
	for _, tc := range []struct{ text, want string }{
		{`points`, "1204.5"},
		{`points * 2 - 409`, "2000"},
		{`-points`, "-1204.5"},
		{`0.1 + 0.2`, "0.3"},
		{`1.1 * 3`, "3.3"},
		{`19.99 * 3`, "59.97"},
		{`points - points`, "0"},
		{`0 * -1`, "0"},
		{`1e15 + 0.5`, "1000000000000000"},
		{`points * 1e20`, "120450000000000000000000"},
		{`1 / 3`, "0.333333333333333"},
		{`1 / 3000000`, "0.000000333333333333333"},
		{`tier`, "Gold"},
		{`column("in")`, ""},
		{`date(last_order)`, "2026-01-31"},
		{`today()`, "2026-04-01"},
		{`today() - date(last_order)`, "60"},
		{`"Dear " + förnamn + "!"`, "Dear Åsa!"},
		{`points >= 1000 ? "much" : points > 0 ? "some" : "none"`, "much"},
		{`(points < 1000 or tier in ["Silver"]) and not (country == "SE") ? 1 : 2`, "2"},
		{`country == "GB" ? today() : date(kund_nr)`, "2026-04-01"},
		{`country == "IE" ? today() : date(kund_nr)`, "fails: Kund nr: is not a date"},
		{`number(kund_nr) > 1 ? "a" : "b"`, "fails: Kund nr: is not a number"},
		{`points / (points - points)`, "fails: points / (points - points): a division by zero"},
		{`points * 1e300 * 1e300`, "fails: points * 1e300 * 1e300: a number that is too large"},

		{`round(1.005, 2)`, "1.01"},
		{`round(-1.005, 2)`, "-1.01"},
		{`round(2.5, 0)`, "3"},
		{`round(-2.5, 0)`, "-3"},
		{`round(0.285 * 100, 0)`, "29"},
		{`round(9.999, 2)`, "10"},
		{`round(0.5, 0)`, "1"},
		{`round(0.05, 0)`, "0"},
		{`round(-0.4, 0)`, "0"},
		{`round(1234.5, 2) == 1234.5 ? "same" : "other"`, "same"},
		{`round(points * 1.2, 2)`, "1445.4"},
		{`format(points, 0)`, "1,205"},
		{`format(999999.995, 2)`, "1,000,000.00"},
		{`format(-0.001, 2)`, "0.00"},
		{`format(0.00123, 5)`, "0.00123"},
		{`format(1e15, 1)`, "1,000,000,000,000,000.0"},
		{`format(points, 2, "sv")`, "1 204,50"},
		{`format(points * 1000, 2, "en-IN")`, "12,04,500.00"},
		{`format(points, 2, "de_CH")`, "1'204.50"},
		{`format(points, 2, "sv-Latn-FI")`, "1 204,50"},
		{`format(points, 2, tier)`, "1,204.50"}, // no language
		{`money(14.45, "GBP")`, "£14.45"},
		{`money(points, "SEK", "sv")`, "1 204,50 kr"},
		{`money(points, "EUR", "de")`, "1.204,50 €"},
		{`money(points, "JPY")`, "¥1,205"},
		{`money(points, "TND")`, "TND 1,204.500"},
		{`money(-0.5, "GBP")`, "-£0.50"},
		{`money(-0.001, "GBP")`, "£0.00"},
		{`money(1.005, "usd", "en-US")`, "$1.01"},
		{`money(points, "NOK", "no")`, "1 204,50 kr"},
		{`money(points, "BRL", "pt-BR")`, "R$ 1.204,50"},
		{`money(points, "CHF", "de-CH")`, "CHF 1'204.50"},
		{`money(points, "EUR", "hr")`, "1.204,50 €"},
		{`money(points, replace(tier, "Gold", "GBP"))`, "£1,204.50"},
		{`money(points, tier)`, "fails: Tier: is not the code of a currency"},
		{`day(date(last_order), "short")`, "1/31/26"},
		{`day(date(last_order), "medium", "en-GB")`, "31 Jan 2026"},
		{`day(date(last_order), "long", "de-AT")`, "31. Jänner 2026"},
		{`day(date(last_order), "full", "sv")`, "lördag 31 januari 2026"},
		{`day(date(last_order), "full", "fi")`, "lauantai 31. tammikuuta 2026"},
		{`day(date("2026-08-14"), "long", "ca")`, "14 d'agost de 2026"},
		{`day(today(), "full")`, "Wednesday, April 1, 2026"},

		{`title("o'neill")`, "O'Neill"},
		{`title("ANNA-LENA d’angelo")`, "Anna-Lena D’Angelo"},
		{`title("dell'acqua  ann's")`, "Dell'Acqua  Ann's"},
		{`title("McDonald")`, "McDonald"},
		{`title("anna McDonald")`, "Anna McDonald"},
		{`title("мар'яна")`, "Мар'яна"},
		{`title("ΝΙΚΟΣ")`, "Νικος"},
		{`title("'")`, "'"},
		{`title("")`, ""},
		{`first(" Anna  Lena ") + first("") + first("Bo")`, "AnnaBo"},
		{`urlencode("a b&c=å/+?")`, "a%20b%26c%3D%C3%A5%2F%2B%3F"},
		{`replace(tier, "o", "00") + replace(tier, column("in"), "x")`, "G00ldGold"},
		{`plural(1, "point", "points") + plural(0, "point", "points") + plural(points, "point", "points")`, "pointpointspoints"},
		{`upper(förnamn) + lower("ÅÄ") + trim(" x ")`, "ÅSAåäx"},
		{`förnamn | title() | upper()`, "ÅSA"},
	} {
		if got := textOf(t, s, tc.text, testRow(), ""); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.text, got, tc.want)
		}
	}
}

func TestTextProblems(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`points > 100`, `8: points > 100 is true or false, and a text, a number or a date is wanted | say what is written then: … ? "yes" : "no"`},
		{`upper(naem)`, `7: there is no column naem | a text stands in quotes: "naem"; the columns are mobile`},
		{`upper(tire)`, `7: there is no column tire | did you mean tier?`},
		{`"You have " + points`, `1: "You have " is text, and + takes numbers | to join texts, write the number as one: format(points, 0)`},
		{`tier + points`, `1: tier is text, and + takes numbers | add it to audience.numbers: [Tier]; to join texts, write the number as one: format(points, 0)`},
		{`money(tier, "GBP")`, `7: tier is text, and money takes a number, a currency, and perhaps a language | add it to audience.numbers: [Tier]`},
		{`money(points, "GBQ")`, `15: there is no currency "GBQ" | a currency has a code of three letters`},
		{`money(points, "€")`, `15: there is no currency "€" | a currency has a code of three letters`},
		{`money(points, "GBP", "xx-YY")`, `22: there is no language "xx-YY" here | languages are named as en-GB, de or sv; those that there are: ar, bg`},
		{`money(points)`, `1: money takes a number, a currency, and perhaps a language | such as money(amount, "GBP")`},
		{`round(points, 1.5)`, `15: a number of decimals from 0 to 10 is wanted | such as 2`},
		{`round(points, points)`, `15: a number of decimals from 0 to 10 is wanted`},
		{`round(points)`, `1: round takes a number, and how many decimals are left | such as round(amount, 2)`},
		{`format(points, 11)`, `16: a number of decimals from 0 to 10 is wanted`},
		{`day(last_order, "long")`, `5: last_order is text, and day takes a date, a form, and perhaps a language | date(last_order) reads it as a date`},
		{`day(today(), "huge")`, `14: day writes a date "short", "medium", "long" or "full" | such as`},
		{`title(points)`, `7: points is a number, and title takes a text | format(points, 0) writes a number as text`},
		{`title(today())`, `7: today() is a date, and title takes a text | day(today(), "long") writes a date as text`},
		{`replace(tier, "", "x")`, `15: replace wants to know what is replaced`},
		{`points > 1 ? "a" : 5`, `20: "a" is text, and 5 is a number | format(5, 0) writes a number as text`},
		{`now()`, `1: there is no function now | the functions are lower, upper, title, trim, first, replace, urlencode, len, number, round, format, money, plural, date, today, day, column`},
		{`map([1], # + 1)`, `1: there is no function map`},
		{`"a`, `1: the quote that opens here is not closed`},
		{`["a"]`, `1: a list is possible after in alone`},
	} {
		_, problems := testScope(t).Text("x", written(tc.text))
		checkProblem(t, tc.text, problems, tc.want)
	}
}

// A row's own language goes first, since it is often more exact than that of its translation, then that one, then English.
func TestLanguageOfARow(t *testing.T) {
	s := testScope(t)
	compiled, problems := s.Text("x", written(`format(points, 1)`))
	if problems != nil {
		t.Fatal(problems)
	}
	for _, tc := range []struct{ own, translation, want string }{
		{"sv", "", "1 204,5"}, {"sv-FI", "sv", "1 204,5"}, {" SV_fi ", "sv", "1 204,5"}, {"de-CH", "de", "1'204.5"}, {"de", "", "1.204,5"},
		{"Deutsch", "de", "1.204,5"}, {"", "de", "1.204,5"}, {"", "", "1,204.5"}, {"tlh", "", "1,204.5"}, {"-", "", "1,204.5"},
	} {
		if got, _ := compiled.Of(testRow(), tc.own, tc.translation); got != tc.want {
			t.Errorf("own %q, translation %q: %q, want %q", tc.own, tc.translation, got, tc.want)
		}
	}
}

// Nothing that a few characters say takes much memory.
func TestTextIsBounded(t *testing.T) {
	text := `"aa"`
	for range 60 {
		text = `replace(` + text + `, "a", "aa")`
	}
	if got := textOf(t, testScope(t), text, testRow(), ""); !strings.HasSuffix(got, ": a text that is too long") {
		t.Errorf("%.100s", got)
	}
}

// Every locale separates digits as CLDR does in x/text, but with plain characters, and names its days.
func TestLocales(t *testing.T) {
	s := testScope(t)
	for tag, l := range s.locales {
		d := newDecimal(1234567.5)
		got := string(d.append(nil, 1, l.signs))
		want := plainly(message.NewPrinter(l.tag).Sprint(number.Decimal(1234567.5)))
		switch tag {
		case "ar": // its people read SMS with the digits of the rest of the world
			want = "1,234,567.5"
		case "de-at": // as it writes money
			want = "1.234.567,5"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
		for _, form := range []string{"short", "medium", "long", "full"} {
			seen := make(map[string]bool)
			for d := Day(0); d < 365; d += 9 {
				text := dayForm(form)(l, d)
				if seen[text] || text == "" || strings.ContainsAny(text, "\u00a0\u202f\u200f%") || strings.Contains(text, "cc") {
					t.Fatalf("%s, %s: %q", tag, form, text)
				}
				seen[text] = true
			}
		}
		for _, code := range []string{"GBP", "EUR", "USD", "SEK", "JPY", "CHF", "PLN", "INR", "ILS", "AED"} {
			text := s.prices.of(code, l).write(-1234567.5)
			if strings.ContainsAny(text, "\u00a0\u202f\u200e\u200f\u061c\u2212\u2019") || !strings.Contains(text, "-") {
				t.Errorf("%s, %s: %q", tag, code, text)
			}
		}
	}
}
