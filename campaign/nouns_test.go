package campaign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAddressIsMasked(t *testing.T) {
	const digits = "447700900123"
	address := PhoneAddress("+" + digits)
	nested := struct {
		Name    string
		Address Address
		List    []Address
		Pointer *Address
		Map     map[string]Address
	}{"x", address, []Address{address}, &address, map[string]Address{"a": address}}

	var printed bytes.Buffer
	for _, verb := range "vsqxXdTtbcoOUeEfFgGp" {
		for _, flag := range []string{"", "+", "#", "-20", "0.3", " "} {
			fmt.Fprintf(&printed, "%"+flag+string(verb)+"\n", address)
			fmt.Fprintf(&printed, "%"+flag+string(verb)+"\n", nested)
		}
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(handler).Info("sent", "address", address, "nested", nested, "pointer", &address, slog.Group("g", "address", address))
	}
	for _, v := range []any{address, &address, nested, map[Address]int{address: 1}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed.Write(text)
	}
	for _, form := range []string{digits, digits[2:], digits[4:], fmt.Sprintf("%x", digits), fmt.Sprintf("%x", address.Key()), fmt.Sprint(address.Key())} {
		if strings.Contains(strings.ToLower(printed.String()), form) {
			t.Errorf("%s is in what was printed", form)
		}
	}
	if want := "+44 77·····123"; address.String() != want {
		t.Errorf("String() = %s, want %s", address, want)
	}
	if address.Reveal() != "+"+digits {
		t.Errorf("Reveal does not give the number")
	}
}

func TestPhoneAddress(t *testing.T) {
	for _, tc := range []struct {
		e164 string
		key  uint64
	}{
		{"+447700900123", 447700900123},
		{"+12025550123", 12025550123},
		{"+46701740605", 46701740605},
		{"+123456789012345", 123456789012345},
		{"+12345678", 12345678},
		{"447700900123", 0},
		{"+44 7700900123", 0},
		{"+0447700900123", 0},
		{"+1234567", 0},
		{"+1234567890123456", 0},
		{"+44770090012x", 0},
		{"", 0},
	} {
		a := PhoneAddress(tc.e164)
		if a.Key() != tc.key || a.IsZero() != (tc.key == 0) {
			t.Errorf("PhoneAddress(%q): key %d, zero %v, want key %d", tc.e164, a.Key(), a.IsZero(), tc.key)
		}
	}
	set := map[Address]bool{PhoneAddress("+447700900123"): true}
	if !set[PhoneAddress(strings.Join([]string{"+44", "7700900123"}, ""))] {
		t.Error("equal numbers are different addresses")
	}
}

func TestCallingCode(t *testing.T) {
	for _, tc := range []struct{ e164, want string }{
		{"+12025550123", "+1 20·····123"},
		{"+447700900123", "+44 77·····123"},
		{"+46701740605", "+46 70····605"},
		{"+77001234567", "+7 70·····567"},
		{"+358501234567", "+358 50····567"},
		{"+212600000000", "+212 60····000"},
		{"+99800000000", "+998 00···000"},
		{"+376312345", "+376 ···345"},
		{"+99812345", "+998 ··345"},
	} {
		if got := PhoneAddress(tc.e164).String(); got != tc.want {
			t.Errorf("String() = %s, want %s", got, tc.want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tc := range []struct{ a, b string }{
		{"First name", "first_name"},
		{"FIRST-NAME", "firstname"},
		{"Förnamn", "FÖRNAMN"},
		{"Kund nr", "kund\u00a0nr"},
		{" id\t", "ID"},
	} {
		if Fold(tc.a) != Fold(tc.b) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q, want the same", tc.a, Fold(tc.a), tc.b, Fold(tc.b))
		}
		if Fold(Fold(tc.a)) != Fold(tc.a) {
			t.Errorf("folding %q twice changes it", tc.a)
		}
	}
	if Fold("name") == Fold("name2") {
		t.Error("different names fold to the same")
	}
}

func TestRateAndShare(t *testing.T) {
	for _, tc := range []struct {
		rate string
		want Rate
	}{{"auto", Rate{}}, {"20", Rate{PerSecond: 20}}, {"0.5", Rate{PerSecond: 0.5}}, {"80%", Rate{Percent: 80}}, {"12.5%", Rate{Percent: 12.5}}} {
		got := parse(t, "message: Hi\npace: {rate: "+tc.rate+"}\n").Pace.Rate
		if got != tc.want || got.String() != tc.rate {
			t.Errorf("rate: %s = %v (%s), want %v", tc.rate, got, got, tc.want)
		}
	}
	for _, wrong := range []string{"", "0", "fast", "101%", "-1", "1e3", "20/s", "0%"} {
		if r, err := ParseRate(wrong); err == nil {
			t.Errorf("ParseRate(%q) = %v, want an error", wrong, r)
		}
	}
	for _, share := range []Share{{Count: 100}, {Percent: 5}, {Percent: 0.1}} {
		c, err := Parse("", []Source{{Data: []byte(strings.Replace(base, "people.csv", fmt.Sprintf("{file: p.csv, max_bad_rows: %v}", share), 1) + "message: Hi\n")}})
		if err != nil {
			t.Fatal(err)
		}
		if c.Audience.MaxBadRows != share {
			t.Errorf("max_bad_rows: %v = %v", share, c.Audience.MaxBadRows)
		}
	}
}

func TestKeep(t *testing.T) {
	if got := parse(t, "message: Hi\nkeep: 90d\n").Keep; got != 90*24*time.Hour {
		t.Errorf("keep: 90d = %v", got)
	}
	if got := parse(t, "message: Hi\n").Keep; got != 0 {
		t.Errorf("without keep: %v", got)
	}
	if got, err := ParseAge("20h"); err != nil || got != 20*time.Hour {
		t.Errorf("ParseAge(20h) = %v, %v", got, err)
	}
	for text, want := range map[string]string{"90m": "90m", "120m": "2h", "20h": "20h", "48h": "2d", "60d": "60d"} {
		if d, err := ParseAge(text); err != nil || FormatAge(d) != want {
			t.Errorf("FormatAge(%v) = %s, want %s (%v)", d, FormatAge(d), want, err)
		}
	}
	if got, err := ParseKeep("90d"); err != nil || got != 90*24*time.Hour {
		t.Errorf("ParseKeep(90d) = %v, %v", got, err)
	}
	if _, err := ParseKeep("6m"); err == nil || !strings.Contains(err.Error(), "m reads like months") {
		t.Errorf("minutes, which read like months, are taken: %v", err)
	}
	if _, err := Parse("", []Source{{Data: []byte(base + "message: Hi\nkeep: 6m\n")}}); err == nil || !strings.Contains(err.Error(), "hours or days") {
		t.Errorf("keep: 6m is taken: %v", err)
	}
	for _, wrong := range []string{"", "90", "0d", "-1d", "3 months", "1w"} {
		if got, err := ParseAge(wrong); err == nil {
			t.Errorf("ParseAge(%q) = %v, want an error", wrong, got)
		}
		if _, err := Parse("", []Source{{Data: []byte(base + "message: Hi\nkeep: \"" + wrong + "\"\n")}}); err == nil {
			t.Errorf("keep: %q is taken", wrong)
		}
	}
}

func TestTranslationFor(t *testing.T) {
	c := parse(t, "message: Hi\ntranslations: {sv: a, pt_BR: b, zh-Hant: c, en-GB: d}\n")
	for _, tc := range []struct {
		language string
		want     string
	}{
		{"sv", "sv"}, {"SV", "sv"}, {"sv-FI", "sv"}, {"sv_FI", "sv"}, {" sv ", "sv"}, {"sv-Latn-FI-x-old", "sv"},
		{"pt-br", "pt_BR"}, {"pt", ""}, {"pt-PT", ""},
		{"zh-Hant-TW", "zh-Hant"}, {"zh", ""}, {"en", ""}, {"en-GB-oed", "en-GB"},
		{"", ""}, {"svenska", ""}, {"-", ""}, {"s", ""},
	} {
		got := ""
		i := c.TranslationFor(tc.language)
		if i >= 0 {
			got = c.Translations[i].Language
		}
		if got != tc.want {
			t.Errorf("TranslationFor(%q) = %q, want %q", tc.language, got, tc.want)
		}
		if text, _ := c.MessageFor(i).Get("text_message").Get("text").Text.literal(); (text == "Hi") != (i < 0) {
			t.Errorf("MessageFor(%d) = %q", i, text)
		}
	}
}

func TestProblems(t *testing.T) {
	var ps Problems
	for i := range 25 {
		ps = append(ps, Problem{File: "f", Line: 25 - i, Column: 1, Message: "wrong", Warning: true})
	}
	if err := ps.Err(); err != nil {
		t.Errorf("warnings alone are an error: %v", err)
	}
	ps[3].Warning, ps[3].Hint = false, "mend it"
	text := ps.Err().Error()
	if !strings.HasPrefix(text, "f:1:1: warning: wrong\n") || !strings.HasSuffix(text, "\n… and 5 more") {
		t.Errorf("Error() = %s", text)
	}
	if ps[21].Hint == "" || ps[21].Line != 22 {
		t.Errorf("not sorted: %v", ps[21])
	}
}

func TestRecipientNouns(t *testing.T) {
	r := Recipient{Fields: []string{"a", "b"}}
	if r.Field(1) != "b" || r.Field(2) != "" || r.Field(-1) != "" {
		t.Errorf("Field: %q, %q, %q", r.Field(1), r.Field(2), r.Field(-1))
	}
	c := Columns{Phone: 0, ID: 1, Language: 2, Country: 3, TimeZone: 4}
	for i, channel := range OwnChannels() {
		c.Own = append(c.Own, OwnColumn{channel, 5 + i})
	}
	for i, role := range Roles {
		if c.Role(role) != i {
			t.Errorf("Role(%q) = %d, want %d", role, c.Role(role), i)
		}
	}
	if c.Role("colour") != -1 {
		t.Error("colour is a role")
	}
	for i, name := range SkipReasons() {
		if got := SkipReason(i + 1).String(); got != name {
			t.Errorf("SkipReason(%d) = %q, want %q", i+1, got, name)
		}
	}
}

func TestChannelIndex(t *testing.T) {
	for i, c := range Channels {
		if c.Index() != i {
			t.Errorf("%s.Index() = %d, want %d", c, c.Index(), i)
		}
	}
	if Channel("FAX").Index() != -1 {
		t.Error("FAX is a channel")
	}
}

// Columns are stored with a run.
func TestColumnsInJSON(t *testing.T) {
	columns := Columns{Header: []string{"Mobile", "No"}, Phone: 0, ID: 1, Language: -1, Country: -1, TimeZone: -1}
	got, err := json.Marshal(columns)
	if want := `{"header":["Mobile","No"],"phone":0,"id":1,"language":-1,"country":-1,"time_zone":-1}`; err != nil || string(got) != want {
		t.Errorf("Marshal() = %s, %v, want %s", got, err, want)
	}
}
