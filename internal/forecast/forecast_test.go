package forecast

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/ledger"
	"sendoff/internal/lint"
	"sendoff/internal/prices"
)

func list(t *testing.T, text string) *prices.Table {
	t.Helper()
	var table *prices.Table
	if err := json.Unmarshal([]byte(`{"file": "prices.csv", "date": "2026-10-01", "currency": "EUR", "prices": `+text+`}`), &table); err != nil {
		t.Fatal(err)
	}
	return table
}

func channels(all ...campaign.Channel) (set campaign.ChannelSet) {
	for _, c := range all {
		set = set.With(c)
	}
	return set
}

var order = &campaign.Campaign{ChannelPriorityOrder: []campaign.Channel{campaign.RCS, campaign.SMS}}

// tallied counts so many rows of each slice.
func tallied(slices map[Slice]int) *Tally {
	var t Tally
	row := 0
	for s, n := range slices {
		for range n {
			row++
			t.Add(t.ID(s), row, row+1)
		}
	}
	return &t
}

func TestCost(t *testing.T) {
	both := channels(campaign.RCS, campaign.SMS)
	table := list(t, `[{"country": "GB", "channel": "SMS", "price": "0.0333", "per": "part"}, {"country": "GB", "channel": "RCS", "price": "0.05", "per": "message"},
		{"country": "", "channel": "SMS", "price": "0.7", "per": "message"}]`)
	for _, tc := range []struct {
		name string
		s    Slice
		want Sum
	}{
		{"the first is cheaper", Slice{Country: "GB", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 2}}, Sum{1, Parts{0, 2}, Cost{50_000, 66_600}, 0}},
		{"the first is dearer", Slice{Country: "GB", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 1}}, Sum{1, Parts{0, 1}, Cost{50_000, 50_000}, 0}},
		{"SMS alone", Slice{Country: "GB", First: campaign.SMS, Channels: channels(campaign.SMS), Measure: lint.Measure{Parts: 3}}, Sum{1, Parts{3, 3}, Cost{99_900, 99_900}, 0}},
		{"per message", Slice{Country: "SE", First: campaign.SMS, Channels: channels(campaign.SMS), Measure: lint.Measure{Parts: 3}}, Sum{1, Parts{3, 3}, Cost{700_000, 700_000}, 0}},
		{"the first has no price", Slice{Country: "SE", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 1}}, Sum{1, Parts{0, 1}, Cost{0, 700_000}, 1}},
	} {
		if got, _, ok := one(tc.s, table); got != tc.want || !ok {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

// The sum of many is that of arithmetic without limits, to the millionth.
func TestSumsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	table := list(t, `[{"country": "GB", "channel": "SMS", "price": "0.033333", "per": "part"}, {"country": "", "channel": "SMS", "price": "0.000001", "per": "part"}]`)
	slices, want := map[Slice]int{}, new(big.Rat)
	for range 300 {
		s := Slice{Country: []string{"GB", "SE", ""}[random.IntN(3)], First: campaign.SMS, Channels: channels(campaign.SMS), Measure: lint.Measure{Parts: 1 + random.IntN(9)}}
		n := random.IntN(50)
		slices[s] += n
		price := big.NewRat(1, 1_000_000)
		if s.Country == "GB" {
			price = big.NewRat(33_333, 1_000_000)
		}
		want.Add(want, price.Mul(price, big.NewRat(int64(s.Parts*n), 1)))
	}
	f, err := New(order, tallied(slices), table)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := new(big.Rat).SetString(f.Cost.High.String())
	if !ok || got.Cmp(want) != 0 || f.Cost.Low != f.Cost.High {
		t.Errorf("%s, want %s", f.Cost.High, want.FloatString(6))
	}
}

func TestCostThatCannotBeCounted(t *testing.T) {
	table := list(t, `[{"country": "", "channel": "SMS", "price": "9223372036854.775807", "per": "part"}]`)
	sms := Slice{First: campaign.SMS, Channels: channels(campaign.SMS), Measure: lint.Measure{Parts: 1}}
	if f, err := New(order, tallied(map[Slice]int{sms: 1}), table); err != nil || f.Cost.High != math.MaxInt64 {
		t.Errorf("as much as can be counted: %v, %v", f, err)
	}
	several := sms
	several.Parts = 2
	for _, slices := range []map[Slice]int{{sms: 2}, {several: 1}, {sms: 1, {First: campaign.SMS, Channels: channels(campaign.SMS), Measure: lint.Measure{Parts: 1, Forcing: lint.Forcing{Rune: '’'}}}: 1}} {
		if _, err := New(order, tallied(slices), table); !errors.Is(err, campaign.ErrTooMuch) {
			t.Errorf("%v: %v", slices, err)
		}
	}
}

func TestForecast(t *testing.T) {
	both, sms := channels(campaign.RCS, campaign.SMS), channels(campaign.SMS)
	table := list(t, `[{"country": "GB", "channel": "SMS", "price": "0.03", "per": "part"}, {"country": "GB", "channel": "RCS", "price": "0.04", "per": "message"},
		{"country": "JM", "channel": "SMS", "price": "0.41", "per": "part"}, {"country": "SE", "channel": "SMS", "price": "0.40", "per": "part"}]`)
	f, err := New(order, tallied(map[Slice]int{
		{Country: "GB", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 1}}:                 10,
		{Country: "GB", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 1}, Language: "sv"}: 5,
		{Country: "JM", First: campaign.SMS, Channels: sms, Measure: lint.Measure{Parts: 1}}:                  2,
		{Country: "SE", First: campaign.SMS, Channels: sms, Measure: lint.Measure{Parts: 1}}:                  1,
		{Country: "IE", First: campaign.RCS, Channels: both, Measure: lint.Measure{Parts: 2}}:                 3,
	}), table)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Sum{21, Parts{3, 24}, Cost{1_820_000, 1_820_000}, 3}); f.Sum != want {
		t.Errorf("%+v, want %+v", f.Sum, want)
	}
	if diff := cmp.Diff([]string{"JM"}, f.Dear); diff != "" { // the median is 0.04, of which 0.40 is ten times
		t.Errorf("dear countries (-want +got):\n%s", diff)
	}
	var names []string
	for _, g := range f.By(func(l Line) string { return l.Country }) {
		names = append(names, g.Name)
	}
	if diff := cmp.Diff([]string{"SE", "JM", "IE", "GB"}, names); diff != "" {
		t.Errorf("the fewest first (-want +got):\n%s", diff)
	}
	if len(f.Missing) != 2 || f.Missing[0].Country != "IE" || f.Missing[0].Channel != campaign.SMS || f.Missing[1].Channel != campaign.RCS || f.Missing[0].People != 3 || len(f.Missing[0].Lines) != 3 {
		t.Errorf("missing: %+v", f.Missing)
	}
	if f.IsComplete() || f.Largest != (Charge{410_000, 2}) || f.WorstCase() != "nobody has RCS" {
		t.Errorf("complete %v, largest %+v, %q", f.IsComplete(), f.Largest, f.WorstCase())
	}
}

func TestBudget(t *testing.T) {
	limits := campaign.Limits{MaxCost: campaign.Money{Amount: 1_000_000, Currency: "EUR"}, MaxParts: 10}
	b := NewBudget(nil, nil, limits, Charge{400_000, 2})
	if err := b.Take(Charge{600_000, 1}); err != nil {
		t.Errorf("all that is left: %v", err)
	}
	err := b.Take(Charge{1, 1})
	if want := "the next message may bring the estimated cost above limits.max_cost: EUR 1.00 of EUR 1.00 is spent; raise it to go on"; err == nil || err.Error() != want {
		t.Errorf("a millionth more: %v, want %s", err, want)
	}
	b.GiveBack(Charge{600_000, 1})
	if err := b.Take(Charge{0, 8}); err != nil {
		t.Errorf("all parts that are left: %v", err)
	}
	err = b.Take(Charge{0, 1})
	if want := "the next message may bring the SMS parts above limits.max_parts: 10 of 10 are spent; raise it to go on"; err == nil || err.Error() != want {
		t.Errorf("a part more: %v, want %s", err, want)
	}
	if err := b.Take(Charge{math.MaxInt64, 0}); err == nil {
		t.Error("more than can be counted is taken")
	}
}

// Whoever may have a message counts; whoever certainly has none does not.
func TestFateOf(t *testing.T) {
	const flag = ledger.AfterServerError
	for _, tc := range []struct {
		e    ledger.Entry
		want fate
	}{
		{ledger.Entry{State: ledger.None}, fate{}},
		{ledger.Entry{State: ledger.Skipped}, fate{}},
		{ledger.Entry{State: ledger.Begun, Attempts: 4}, fate{0, 1}},
		{ledger.Entry{State: ledger.Accepted, Attempts: 3}, fate{1, 1}},
		{ledger.Entry{State: ledger.InDoubt, Attempts: 1}, fate{0, 1}},
		{ledger.Entry{State: ledger.LeftInDoubt, Attempts: 1}, fate{0, 1}},
		{ledger.Entry{State: ledger.Rejected, Attempts: 2}, fate{}},
		{ledger.Entry{State: ledger.Released, Attempts: 2}, fate{}},
		{ledger.Entry{State: ledger.Released, Attempts: 2, Flags: flag}, fate{0, 2}},
		{ledger.Entry{State: ledger.Accepted, Attempts: 3, Flags: flag}, fate{1, 3}},
		{ledger.Entry{State: ledger.Rejected, Attempts: 2, Flags: ledger.AfterDoubt}, fate{0, 2}},
	} {
		if got := fateOf(&tc.e); got != tc.want {
			t.Errorf("%v after %d attempts, flags %d: %+v, want %+v", tc.e.State, tc.e.Attempts, tc.e.Flags, got, tc.want)
		}
	}
}

// Afterwards a message has the price of the channel that its receipts name; where none has come, that of the one which is tried first.
func TestOutcomes(t *testing.T) {
	table := list(t, `[{"country": "GB", "channel": "SMS", "price": "0.03", "per": "part"}, {"country": "GB", "channel": "RCS", "price": "0.05", "per": "message"}]`)
	s := Slice{Country: "GB", First: campaign.RCS, Channels: channels(campaign.RCS, campaign.SMS), Measure: lint.Measure{Parts: 2}}
	f, err := New(order, tallied(map[Slice]int{s: 6}), table)
	if err != nil {
		t.Fatal(err)
	}
	on := func(s delivery.Status, channel int) *ledger.Entry {
		return &ledger.Entry{State: ledger.Accepted, Attempts: 1, Receipt: ledger.Receipt{Status: s, Channel: channel}}
	}
	var a, other Account
	a.Add(s, on(delivery.None, campaign.SMS.Index()))
	a.Add(s, on(delivery.Read, campaign.RCS.Index()))
	a.Add(s, on(delivery.Failed, campaign.SMS.Index()))
	a.Add(s, on(delivery.Delivered, len(campaign.Channels)))
	a.Add(s, &ledger.Entry{State: ledger.InDoubt, Attempts: 1})
	a.Add(s, &ledger.Entry{State: ledger.Rejected, Attempts: 1})
	other.Add(s, on(delivery.Delivered, campaign.SMS.Index()))
	other.AddErased(on(delivery.Delivered, campaign.SMS.Index()))
	a.Join(&other)
	lines, erased := f.Outcomes(&a, table)
	settled := map[campaign.Channel]Settled{}
	for i, l := range f.Lines {
		settled[l.Channel] = lines[i].Settled
		if want := map[campaign.Channel]int{campaign.RCS: 5}[l.Channel]; lines[i].Accepted.People != want {
			t.Errorf("%s was to be tried first of %d, want %d", l.Channel, lines[i].Accepted.People, want)
		}
	}
	want := map[campaign.Channel]Settled{
		campaign.RCS: {People: 2, Cost: 100_000}, campaign.SMS: {People: 2, Parts: 4, Cost: 120_000}, UnknownChannel: {People: 1, NoPrice: 1},
	}
	if diff := cmp.Diff(want, settled); diff != "" || erased != 1 {
		t.Errorf("%d erased; (-want +got):\n%s", erased, diff)
	}
}
