package send

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/forecast"
)

// audience is people by kind, in the order of sending.
type audience []forecast.Kind

func of(n int, country, channel, language string) audience {
	return slices.Repeat(audience{{Country: country, Channel: campaign.Channel(channel), Language: language}}, n)
}

// mixed puts audiences together in an order by chance.
func mixed(all ...audience) audience {
	whole := slices.Concat(all...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(whole), func(i, j int) { whole[i], whole[j] = whole[j], whole[i] })
	return whole
}

// drive lets brakes judge an audience, whose row n ends as fate says, until they stop the run. It returns what was halted, with how many of it
// had ended badly by then, why the run stopped, and how many rows ended badly.
func drive(b *brakes, all audience, fate func(n int, k forecast.Kind) verdict) (halted []string, stop string, bad int) {
	b.isSliced, b.planned = true, map[slice]int{}
	for _, k := range all {
		for _, v := range slicesOf(k) {
			b.planned[v]++
		}
	}
	for n, k := range all {
		if is, _ := b.keepBack(k, n); is {
			continue
		}
		v := fate(n, k)
		if v != accepted {
			bad++
		}
		h, s := b.settled(k, v, "detail")
		if h == nil && s == nil && v == inDoubt {
			h, s = b.ended(k, v, "detail")
		}
		if h != nil {
			halted = append(halted, h.String())
		}
		if s != nil {
			return halted, s.Reason, bad
		}
	}
	return halted, "", bad
}

func TestBlame(t *testing.T) {
	inCountry := func(v verdict, after int, codes ...string) func(int, forecast.Kind) verdict {
		return func(n int, k forecast.Kind) verdict {
			if n >= after && slices.Contains(codes, k.Country) {
				return v
			}
			return accepted
		}
	}
	gb, fr, de, se := of(2000, "GB", "SMS", ""), of(1000, "FR", "SMS", "fr"), of(1000, "DE", "SMS", "de"), of(1000, "SE", "RCS", "sv")
	tests := []struct {
		name   string
		all    audience
		fate   func(int, forecast.Kind) verdict
		halted string
		stop   string // the beginning of why
		most   int    // rows that end badly, at most
	}{
		{"sorted", slices.Concat(gb, fr, de), inCountry(rejected, 0, "FR"), "language fr", "", 20},
		{"sorted, the first", slices.Concat(fr, gb, de), inCountry(rejected, 0, "FR"), "language fr", "", 20},
		{"interleaved", mixed(gb, fr, de), inCountry(rejected, 500, "FR"), "language fr", "", 20},
		{"in doubt", mixed(gb, fr, de), inCountry(inDoubt, 500, "FR"), "language fr", "", 20},
		{"a country in two languages", mixed(gb, fr, of(500, "CH", "SMS", "fr"), of(500, "CH", "SMS", "de"), de), inCountry(rejected, 0, "CH"), "country CH", "", 20},
		{"a language in two countries", mixed(gb, fr, of(500, "CH", "SMS", "fr"), of(500, "CH", "SMS", "de")),
			func(_ int, k forecast.Kind) verdict {
				if k.Language == "fr" {
					return rejected
				}
				return accepted
			}, "language fr", "", 20},
		{"a channel, by country", slices.Concat(gb, of(300, "FR", "RCS", ""), of(300, "DE", "RCS", "")),
			func(_ int, k forecast.Kind) verdict {
				if k.Channel == "RCS" {
					return rejected
				}
				return accepted
			}, "country FR, channel RCS", "", 40},
		{"the same rows", mixed(gb, se), inCountry(rejected, 0, "SE"), "channel RCS", "", 20},
		{"two neighbours", slices.Concat(gb, fr, de, se), inCountry(rejected, 0, "FR", "DE"), "language fr, language de", "", 40},
		{"two at once", mixed(gb, fr, de, se), inCountry(rejected, 300, "FR", "DE"), "language fr, language de", "", 70},
		{"everything, mixed", mixed(gb, fr, de, se, se, se), func(n int, _ forecast.Kind) verdict {
			if n < 500 {
				return accepted
			}
			return rejected
		}, "", "Sinch refused 20 messages in a row", 20},
		{"everything, sorted", slices.Concat(of(500, "GB", "SMS", ""), fr, de, se, of(500, "US", "SMS", "")), inCountry(rejected, 0, "FR", "DE", "SE", "US"),
			"language fr, language de", "Sinch refused 20 messages in a row, the last with \"detail\"; stopped before: language fr, language de", 60},
		{"one piece", of(1000, "GB", "SMS", ""), inCountry(rejected, 500, "GB"), "", "Sinch refused 20 messages in a row", 20},
		{"a third of one country", mixed(gb, fr, de), func(n int, k forecast.Kind) verdict {
			if k.Country == "FR" && n%3 == 0 {
				return rejected
			}
			return accepted
		}, "language fr", "", 51},
		{"a third of everybody", mixed(gb, fr, de), func(n int, _ forecast.Kind) verdict {
			if n%3 == 0 {
				return rejected
			}
			return accepted
		}, "", "Sinch refused ", 51},
		{"three in a hundred", mixed(gb, gb, gb, gb, gb, fr, de), func(n int, _ forecast.Kind) verdict {
			if n%33 == 0 {
				return rejected
			}
			return accepted
		}, "", "", 500},
		{"one connection that breaks", mixed(gb, fr, de), func(n int, _ forecast.Kind) verdict {
			if n >= 600 && n < 608 {
				return inDoubt
			}
			return accepted
		}, "", "", 8},
		{"three in a hundred stay in doubt", mixed(gb, gb, gb, fr, de), func(n int, _ forecast.Kind) verdict {
			if n%33 == 0 {
				return inDoubt
			}
			return accepted
		}, "", "1", 20},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			halted, stop, bad := drive(testBrakes(t, campaign.Limits{}), tc.all, tc.fate)
			if got := strings.Join(halted, ", "); got != tc.halted || !strings.HasPrefix(stop, tc.stop) || (stop == "") != (tc.stop == "") || bad > tc.most {
				t.Errorf("halted %q, stopped because %q, %d bad; want %q, %q, at most %d", got, stop, bad, tc.halted, tc.stop, tc.most)
			}
		})
	}
}

// Whoever is few and whoever is many: where everything fails, the run stops soon.
func TestEverythingFails(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		all := of(500, "GB", "SMS", "")
		for i := range 1 + rng.IntN(6) {
			all = append(all, of(1+rng.IntN(1000), string(rune('A'+i)), []string{"SMS", "RCS"}[rng.IntN(2)], []string{"", "fr", "sv"}[rng.IntN(3)])...)
		}
		if rest := all[500:]; rng.IntN(2) == 0 {
			rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		}
		halted, stop, bad := drive(testBrakes(t, campaign.Limits{}), all, func(n int, _ forecast.Kind) verdict {
			if n < 500 {
				return accepted
			}
			return rejected
		})
		if bad > haltsInARow*inARow {
			t.Errorf("%d bad, halted %q, stopped because %q", bad, halted, stop)
		}
	}
}

// Where nobody knows who is planned, the first slice is halted, and the rows to come show whether there are others.
func TestBlameWithoutForecast(t *testing.T) {
	b := testBrakes(t, campaign.Limits{})
	b.isSliced = true
	k := forecast.Kind{Country: "GB", Channel: campaign.SMS}
	for range inARow - 1 {
		if h, stop := b.settled(k, rejected, ""); h != nil || stop != nil {
			t.Fatal("stopped early")
		}
	}
	if h, stop := b.settled(k, rejected, ""); h == nil || h.String() != "channel SMS" || stop != nil {
		t.Errorf("halted %v, stop %v", h, stop)
	}
}

// What the campaign says replaces the default.
func TestAllowance(t *testing.T) {
	tests := []struct {
		share    campaign.Share
		n, bad   int
		rejected bool
	}{
		{campaign.Share{}, 25, 19, false}, {campaign.Share{}, 25, 20, true}, {campaign.Share{}, 30, 20, false},
		{campaign.Share{}, 50, 8, false}, {campaign.Share{}, 50, 9, true}, {campaign.Share{}, 1000, 50, false}, {campaign.Share{}, 1000, 51, true},
		{campaign.Share{Percent: 1}, 1000, 10, false}, {campaign.Share{Percent: 1}, 1000, 11, true},
		{campaign.Share{Percent: 90}, 25, 25, false}, {campaign.Share{Percent: 100}, 1000, 1000, false}, {campaign.Share{Count: 3}, 1000, 1000, false},
	}
	for _, tc := range tests {
		b := testBrakes(t, campaign.Limits{MaxRejected: tc.share})
		w := newRecord().answers
		for i := range tc.n {
			w.add(mark{0, map[bool]verdict{true: rejected, false: accepted}[i < tc.bad]})
		}
		if got := b.rejected.exceeds(&w); got != tc.rejected {
			t.Errorf("%v: %d of %d exceeds it: %v", tc.share, tc.bad, tc.n, got)
		}
	}
}

func TestWindow(t *testing.T) {
	w := window{size: 3, bad: rejected}
	for i, v := range []verdict{rejected, accepted, rejected, accepted, rejected} {
		w.add(mark{uint32(i), v})
	}
	var got []string
	w.newest(func(m mark) bool {
		got = append(got, fmt.Sprint(m.kind))
		return len(got) < 3
	})
	if w.count != 2 || strings.Join(got, " ") != "4 3 2" {
		t.Errorf("count %d, newest %v; want 2, and 4 3 2", w.count, got)
	}
}
