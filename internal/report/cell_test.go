package report

import (
	"regexp"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/phone"
)

var cellTests = []struct{ cell, want string }{
	{"", ""},
	{"Ann", "Ann"},
	{"Jean-Luc = 1 + 1 @ home", "Jean-Luc = 1 + 1 @ home"},
	{"'=1", "'=1"},

	// Formulas.
	{`=HYPERLINK("http://example.com";"click")`, `'=HYPERLINK("http://example.com";"click")`},
	{"=1+1", "'=1+1"},
	{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
	{"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
	{"@SUM(1,2)", "'@SUM(1,2)"},
	{"＝SUM(1)", "'＝SUM(1)"},
	{"  =1+1", "'  =1+1"},
	{"\u00a0=1+1", "'\u00a0=1+1"},
	{"\t=1+1", "'\t'=1+1"},
	{"\rAnn", "'\rAnn"},
	{"Ann;=1+1", "Ann;'=1+1"},
	{"Ann; \t @SUM(1)\n+A1", "Ann; \t' @SUM(1)\n'+A1"},

	// What begins like one and is none.
	{"+447700900123", "+447700900123"},
	{"+44 7700 900123", "+44 7700 900123"},
	{"+44 77·····123", "+44 77·····123"},
	{"-5", "-5"},
	{"-1.234,50", "-1.234,50"},
	{"-5 %", "-5 %"},
	{"-", "-"},
	{`="00123"`, `="00123"`},
	{` ="00123" `, ` ="00123" `},
	{";-)", ";'-)"}, // a parenthesis computes; nobody is harmed by the apostrophe

	// What begins like a text or a number and is neither.
	{`="a"&"b"`, `'="a"&"b"`},
	{`="`, `'="`},
	{"+1-2", "'+1-2"},
	{"+44-7700-900123", "'+44-7700-900123"}, // a spreadsheet would subtract
}

func TestGuard(t *testing.T) {
	for _, tc := range cellTests {
		if got := guard(tc.cell); got != tc.want {
			t.Errorf("guard(%q) = %q, want %q", tc.cell, got, tc.want)
		}
	}
}

// isHarmless says the rule again, another way.
var isHarmless = regexp.MustCompile(`^(|[^-=+@＝＋－＠].*|[-+＋－]+[0-9 .,%·\x{a0}\x{202f}]*|[=＝]"[^"]*")$`)

func FuzzGuard(f *testing.F) {
	for _, tc := range cellTests {
		f.Add(tc.cell)
	}
	separator := regexp.MustCompile("[;\t\r\n]")
	f.Fuzz(func(t *testing.T, cell string) {
		got := guard(cell)
		if strings.IndexByte("\t\r\n", (got + " ")[0]) >= 0 {
			t.Errorf("guard(%q) = %q begins with white space that may be dropped", cell, got)
		}
		for _, part := range separator.Split(got, -1) {
			if part = strings.TrimFunc(part, isBlank); !isHarmless.MatchString(part) {
				t.Errorf("guard(%q) = %q, where %q is a formula", cell, got, part)
			}
		}
		if again := guard(got); again != got {
			t.Errorf("guard(%q) = %q, and guarded again %q", cell, got, again)
		}
		if !addsApostrophes(cell, got) {
			t.Errorf("guard(%q) = %q; more than apostrophes was added", cell, got)
		}
	})
}

// addsApostrophes reports whether text is cell with apostrophes added.
func addsApostrophes(cell, text string) bool {
	for text != "" {
		switch {
		case cell != "" && cell[0] == text[0]:
			cell, text = cell[1:], text[1:]
		case text[0] == '\'':
			text = text[1:]
		default:
			return false
		}
	}
	return cell == ""
}

// A phone cell that stands in a list is read as the same person again, or as nobody where nobody was. Only a number that is
// broken over lines may become unreadable.
func FuzzGuardPhone(f *testing.F) {
	for _, tc := range cellTests {
		f.Add(tc.cell)
	}
	for _, cell := range []string{
		"07700900123", "+44 (0)7700 900123", "+44-7700-900123", "＋447700900123", "\t+44-7700900123.0", `="+447700900123"`, ` ="-07700900123"` + "\u200e",
		"\u200e+44-7700900123", "'+44-7700-900123", "-07700-900123", "\n+44/7700900123", "07700\t-900-123",
	} {
		f.Add(cell)
	}
	n, err := phone.New("GB")
	if err != nil {
		f.Fatal(err)
	}
	read := func(cell string) campaign.Address {
		address, finding := n.Read(cell, "")
		if finding.IsProblem() {
			return campaign.Address{}
		}
		return address
	}
	f.Fuzz(func(t *testing.T, cell string) {
		want, got := read(cell), read(guardPhone(cell))
		if got == want || got.IsZero() && strings.ContainsAny(cell, "\r\n") {
			return
		}
		t.Errorf("%q is %q, and as %q in a list it is %q", cell, want.Reveal(), guardPhone(cell), got.Reveal())
	})
}

// An id that stands in a list is the same id when the list is read as an audience.
func TestGuardKeepsIDs(t *testing.T) {
	for _, cell := range []string{"1234567890123456", "@anna", "-100123", "=abc=", "+abc", `="00077"`, "'00077", "  U12"} {
		want, err := campaign.ReadIdentity(campaign.Telegram, cell)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := campaign.ReadIdentity(campaign.Telegram, guard(cell)); err != nil || !got.Equal(want) {
			t.Errorf("%q stands in a list as %q and is read as %q, %v, want %q", cell, guard(cell), got.Reveal(), err, want.Reveal())
		}
	}
}
