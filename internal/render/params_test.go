package render

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// pricedColumns have a column of numbers, and one of dates.
func pricedColumns() campaign.Columns {
	return campaign.Columns{
		Header: []string{"Mobile", "CustomerNo", "Lang", "First name", "amount", "Since"}, Phone: 0, ID: 1, Language: 2, Country: -1, TimeZone: -1,
	}
}

func pricedRecipient(language, name, amount string) *campaign.Recipient {
	return &campaign.Recipient{
		Row: 41, Line: 43, Address: campaign.PhoneAddress("+447700900123"),
		Fields: []string{"07700 900123", "C 17", language, name, amount, "2026-01-31"},
	}
}

// priced makes a campaign that has a column of numbers.
func priced(t testing.TB, message string, lines ...string) *campaign.Campaign {
	t.Helper()
	file := "name: test\nmessage_content_type: CONTENT_MARKETING\ntime_zone: Europe/London\naudience: {file: people.csv, numbers: amount}\n" +
		"channel_priority_order: [RCS, SMS]\nmessage: " + message + "\n" + strings.Join(lines, "\n") + "\n"
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParamsOfExpressions(t *testing.T) {
	c := priced(t, `"${greeting}: ${total}, ${left}, ${days}, ${today}"`, `params:
  greeting: {expr: 'first_name == "" ? "" : "Dear " + title(first_name)', default: Hello}
  total: {expr: 'money(amount * 1.2, "GBP")'}
  left: {expr: amount - 0.1}
  days: {expr: today() - date(since)}
  today: {expr: 'day(today(), "long")'}
  unused: {expr: number(first_name)}`, `translations: {sv: "${total} till ${today}"}`)
	r, err := New(c, pricedColumns(), testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	if r.Day() != "2026-03-28" {
		t.Errorf("the day is %q", r.Day())
	}
	for _, tc := range []struct {
		language, name, amount, want string
		isDefault                    bool
	}{
		{"", "anna-lena", "1,003.75", "Dear Anna-Lena: £1,204.50, 1003.65, 56, March 28, 2026", false},
		{"en-GB", " ", "1", "Hello: £1.20, 0.9, 56, 28 March 2026", true},
		{"de", "bo", "1000", "Dear Bo: 1.200,00 £, 999.9, 56, 28. März 2026", false},
		{"sv-FI", "", "1000", "1 200,00 GBP till 28 mars 2026", false},
	} {
		recipient := pricedRecipient(tc.language, tc.name, tc.amount)
		want := any(map[string]any{"text_message": map[string]any{"text": tc.want}})
		if diff := cmp.Diff(want, body(t, r, recipient)["message"]); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tc, diff)
		}
		if got := r.Text(recipient); got != tc.want {
			t.Errorf("%+v: Text %q", tc, got)
		}
		if got := r.UsesDefault(recipient); got != tc.isDefault {
			t.Errorf("%+v: UsesDefault %t", tc, got)
		}
	}

	// A row in which it fails has no body.
	recipient := pricedRecipient("", "Anna", "twelve")
	_, err = r.Body(nil, recipient, testEpoch)
	var failed *RowError
	if !errors.As(err, &failed) || failed.Reason != Failed || failed.Name != "total" || failed.Error() != "${total}: amount: is not a number" || failed.Hint() == "" {
		t.Errorf("got %+v, %v", failed, err)
	}
	if got := r.Text(recipient); got != "Dear Anna: ${total}, ${left}, 56, March 28, 2026" {
		t.Errorf("Text %q", got)
	}
	if r.UsesDefault(recipient) {
		t.Error("a default stands in for a value that failed")
	}
}

// An empty result is an empty value: on_empty says what it means, and without it nothing is sent.
func TestEmptyExpression(t *testing.T) {
	for line, want := range map[string]string{
		`name: {expr: first(first_name), on_empty: skip}`: "${name}: no value",
		`name: {expr: first(first_name)}`:                 "${name}: no value",
		`name: {expr: first(first_name), default: ""}`:    "<nil>",
	} {
		r, err := New(priced(t, `"${name}"`, "params: {"+line+"}"), pricedColumns(), testIdentity)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Body(nil, pricedRecipient("", " ", "1"), testEpoch)
		var rowError *RowError
		if errors.As(err, &rowError) && (rowError.Reason == Skip) != strings.Contains(line, "skip") {
			t.Errorf("%s: reason %d", line, rowError.Reason)
		}
		if got := "<nil>"; err != nil && err.Error() != want || err == nil && got != want {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}

// What is wrong with expressions is said with everything else, each at its place, and not of their placeholders again.
func TestProblemsOfExpressions(t *testing.T) {
	c := priced(t, `"${total} ${name} ${nobody}"`, `params:
  total: {expr: 'money(amuont, "GBQ")'}
  name: {expr: upper(first_name) > 1}
  x: {column: nowhere}`)
	_, err := New(c, pricedColumns(), testIdentity)
	var problems campaign.Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	problems.Sort()
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		`campaign.yaml:6:28: nothing is called ${nobody}: no param, no role, no column of the audience`,
		`campaign.yaml:8:24: params.total.expr: there is no column amuont`,
		`campaign.yaml:9:34: params.name.expr: upper(first_name) is text, and 1 is a number`,
		`campaign.yaml:10:3: param x: there is no column "nowhere"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// Without the day of the plan today() would be another one after midnight.
func TestTodayWantsTheDay(t *testing.T) {
	c := priced(t, `"${day}"`, "params: {day: {expr: today()}}")
	if _, err := New(c, pricedColumns(), Identity{}); !errors.Is(err, errNoDay) {
		t.Errorf("got %v", err)
	}
	r, err := New(priced(t, `"${day}"`, "params: {day: {expr: since}}"), pricedColumns(), Identity{})
	if err != nil || r.Day() != "" {
		t.Errorf("%v, day %q", err, r.Day())
	}
}

func TestUsesOfExpressions(t *testing.T) {
	c := priced(t, `"${total} ${since}"`, `params: {total: {expr: 'amount > 5 ? first_name : id'}, unused: {expr: column("Lang")}}`, `metadata: {a: "${total}"}`)
	want := []Use{
		{Column: 1, Name: "total", In: []string{"message", "metadata"}},
		{Column: 3, Name: "total", In: []string{"message", "metadata"}},
		{Column: 4, Name: "total", In: []string{"message", "metadata"}},
		{Column: 5, Name: "Since", In: []string{"message"}},
	}
	if diff := cmp.Diff(want, Uses(c, pricedColumns())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
