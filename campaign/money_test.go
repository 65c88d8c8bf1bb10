package campaign

import (
	"errors"
	"math"
	"testing"
)

func TestMicrosAreExact(t *testing.T) {
	for _, tc := range []struct {
		text     string
		want     Micros
		err      error
		exact    string
		down, up string
	}{
		{"0.07", 70_000, nil, "0.07", "0.07", "0.07"},
		{"0.0075", 7_500, nil, "0.0075", "0.00", "0.01"},
		{"12", 12_000_000, nil, "12", "12.00", "12.00"},
		{"1234567.891", 1_234_567_891_000, nil, "1234567.891", "1,234,567.89", "1,234,567.90"},
		{"0.000001", 1, nil, "0.000001", "0.00", "0.01"},
		{"0", 0, nil, "0", "0.00", "0.00"},
		{"0.1000000000", 100_000, nil, "0.1", "0.10", "0.10"},
		{"9223372036854.775807", math.MaxInt64, nil, "9223372036854.775807", "9,223,372,036,854.77", "9,223,372,036,854.78"},
		{"9223372036854.775808", 0, ErrTooMuch, "", "", ""},
		{"0.0000001", 0, ErrTooExact, "", "", ""},
		{"", 0, ErrAmount, "", "", ""},
		{".5", 0, ErrAmount, "", "", ""},
		{"5.", 0, ErrAmount, "", "", ""},
		{"-1", 0, ErrAmount, "", "", ""},
		{"1e3", 0, ErrAmount, "", "", ""},
		{"1,5", 0, ErrAmount, "", "", ""},
	} {
		got, err := ParseMicros(tc.text)
		if got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("ParseMicros(%q) = %d, %v, want %d, %v", tc.text, got, err, tc.want, tc.err)
		}
		if err == nil && (got.String() != tc.exact || got.Down() != tc.down || got.Up() != tc.up) {
			t.Errorf("%q is written %s, %s, %s, want %s, %s, %s", tc.text, got, got.Down(), got.Up(), tc.exact, tc.down, tc.up)
		}
	}
}

func TestMicrosDoNotOverflow(t *testing.T) {
	const most = Micros(math.MaxInt64)
	for _, tc := range []struct {
		a, b Micros
		ok   bool
	}{{most, 0, true}, {most - 1, 1, true}, {most, 1, false}, {most, most, false}} {
		if sum, ok := tc.a.Plus(tc.b); ok != tc.ok || ok && sum != tc.a+tc.b {
			t.Errorf("%d + %d = %d, %v", tc.a, tc.b, sum, ok)
		}
	}
	for _, tc := range []struct {
		a  Micros
		n  int
		ok bool
	}{{most, 1, true}, {most, 2, false}, {most / 3, 3, true}, {most, 0, true}, {1 << 40, 1 << 40, false}, {0, 1 << 40, true}} {
		if product, ok := tc.a.Times(tc.n); ok != tc.ok || ok && product != tc.a*Micros(tc.n) {
			t.Errorf("%d × %d = %d, %v", tc.a, tc.n, product, ok)
		}
	}
}

func TestParseMoney(t *testing.T) {
	for text, want := range map[string]Money{
		"2500 EUR": {2_500_000_000, "EUR"}, "0.5 GBP": {500_000, "GBP"}, "0 SEK": {0, "SEK"},
		"2500": {}, "EUR 2500": {}, "2500EUR": {}, "2,500 EUR": {}, "2500 eur": {}, "2500 Euro": {}, "2500  EUR": {},
	} {
		got, err := ParseMoney(text)
		if got != want || (err == nil) == want.IsZero() {
			t.Errorf("ParseMoney(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
}
