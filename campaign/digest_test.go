package campaign

import (
	"fmt"
	"strings"
	"testing"
)

const digestBase = `name: a
message_content_type: CONTENT_MARKETING
time_zone: Europe/London
audience:
  file: a.csv
  columns: {phone: Mobile, id: No}
  country: GB
  max_bad_rows: 5%
  numbers: [points, amount]
  decimal: ","
  where: points > 5
  consent: {column: ok, yes: [sure, fine], date: since, max_age: 24mo}
suppress: [x.csv]
channel_priority_order: [RCS, SMS]
channel_properties: {SMS_SENDER: Acme, RCS_WEBVIEW_MODE: FULL}
callback_url: https://example.com
ttl: 60s
queue: NORMAL_PRIORITY
processing_strategy: DEFAULT
conversation_metadata: {a: 1, b: [x, true]}
conversation_metadata_update_strategy: REPLACE
correlation_id: "${id}"
metadata: {m: n}
params: {p: {column: P, default: q}, r: {on_empty: skip}, x: {expr: upper(name)}}
message:
  card_message: {title: "Hi ${p}", description: there}
  explicit_channel_message: {RCS: '{"a": "b"}'}
translations: {sv: Hej, de: Hallo}
pace: {rate: 20}
limits: {max_recipients: 5}
`

func digest(t *testing.T, text string) [32]byte {
	t.Helper()
	c, err := Parse("campaign.yaml", []Source{{Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c.ContentDigest()
}

func TestDigestIgnores(t *testing.T) {
	want := digest(t, digestBase)
	lines := strings.SplitAfter(strings.Replace(digestBase, "message:\n  card_message", "message: \n  card_message", 1), "\n")
	reordered := strings.Join(append(append([]string{}, lines[24:]...), lines[:24]...), "")
	if digest(t, reordered) != want {
		t.Error("the order of keys changes the digest")
	}
	for _, tc := range []struct{ old, new string }{
		{"name: a", "name: b"},
		{"name: a", "name: a\napproval: required"},
		{"pace: {rate: 20}", "pace: {rate: 80%, max_in_flight: 5}"},
		{"limits: {max_recipients: 5}", ""},
		{"suppress: [x.csv]", "suppress: none"},
		{"suppress: [x.csv]", "suppress: none\nprices: prices.csv\nlabels: {a: b}"},
		{"{max_recipients: 5}", "{max_parts: 5}"},
		{"{max_recipients: 5}", "{max_rejected: 5, max_in_doubt: 1%}"},
		{"pace: {rate: 20}", "pace: {warm_up: 30s, queue_ahead: 1m}"},
		{"pace: {rate: 20}", "window: {from: \"09:00\", to: \"19:00\", holidays: public}\nnot_before: \"07:00\""},
		{"limits:", "keep: 90d\nlimits:"},
		{"queue: NORMAL_PRIORITY", "queue: NORMAL_PRIORITY\nnotify: https://example.com/hook"},
		{"Europe/London", "Europe/Stockholm"},
		{"file: a.csv", "file: b.csv"},
		{"max_bad_rows: 5%", "max_bad_rows: 7"},
		{"ttl: 60s", "ttl: \"60s\" # a minute"},
		{"{phone: Mobile, id: No}", "{id: No, phone: Mobile}"},
		{"[points, amount]", "[amount, points]"},
		{"[sure, fine]", "[fine, sure]"},
		{"where: points > 5", "where: 'points > 5' # many"},
		{`{title: "Hi ${p}", description: there}`, `{description: there, title: Hi $` + `{p}}`},
		{"{sv: Hej, de: Hallo}", "\n  de: Hallo\n  sv:\n    text_message:\n      text: 'Hej'"},
		{`'{"a": "b"}'`, `{a: b}`},
		{"name: a\n", "name: a\nprofile: production\n"},
		{"p: {column: P, default: q}, r: {on_empty: skip}", "r: {column: r, on_empty: skip}, p: {default: q, column: P}"},
	} {
		if tc.new == `{description: there, title: Hi $`+`{p}}` {
			tc.new = "\n    description: there\n    title: Hi ${p}"
		}
		if digest(t, replaceOnce(t, digestBase, tc.old, tc.new)) != want {
			t.Errorf("%q instead of %q changes the digest", tc.new, tc.old)
		}
	}
}

func TestDigestSees(t *testing.T) {
	seen := map[[32]byte]string{digest(t, digestBase): "the campaign itself"}
	for _, tc := range []struct{ old, new string }{
		{"CONTENT_MARKETING", "CONTENT_NOTIFICATION"},
		{"phone: Mobile", "phone: Phone"},
		{"country: GB", "country: SE"},
		{"[points, amount]", "[points]"},
		{"[points, amount]", "[points, amounts]"},
		{`decimal: ","`, `decimal: "."`},
		{"where: points > 5", "where: points > 6"},
		{"column: ok", "column: yes"},
		{"[sure, fine]", "[sure]"},
		{"since", "when"},
		{"24mo", "24d"},
		{", date: since, max_age: 24mo", ""},
		{"country: GB", "country: GB\n  sheet: skip"},
		{"country: GB", "country: GB\n  countries: [GB]"},
		{"country: GB", "country: GB\n  countries: [GB, IE]"},
		{"country: GB", "country: GB\n  hidden_rows: skip"},
		{"country: GB", "country: GB\n  encoding: cp1252"},
		{"country: GB", "country: GB\n  allow_premium: true"},
		{"country: GB", "country: GB\n  languages: {SWE: sv}"},
		{"country: GB", "country: GB\n  delimiter: tab"},
		{"country: GB", "country: GB\n  delimiter: bar"},
		{"[RCS, SMS]", "[SMS, RCS]"},
		{"SMS_SENDER: Acme", "SMS_SENDER: Acma"},
		{"https://example.com", "https://example.org"},
		{"ttl: 60s", "ttl: 61s"},
		{"NORMAL_PRIORITY", "HIGH_PRIORITY"},
		{"strategy: DEFAULT", "strategy: DISPATCH_ONLY"},
		{"a: 1", "a: 2"},
		{"a: 1", `a: "1"`},
		{"[x, true]", "[x, false]"},
		{"[x, true]", "[x, [true]]"},
		{"REPLACE", "MERGE_PATCH"},
		{`"${id}"`, `"$${id}"`},
		{"m: n", "m: o"},
		{"column: P", "column: Q"},
		{"default: q", `default: ""`},
		{", default: q", ""},
		{"on_empty: skip", "on_empty: error"},
		{"{expr: upper(name)}", "{expr: lower(name)}"},
		{"{expr: upper(name)}", "upper(name)"},
		{"{expr: upper(name)}", "{expr: upper(name), default: q}"},
		{"Hi ${p}", "Hi ${p}."},
		{"Hi ${p}", "Hi ${r}"},
		{"description: there", "description: There"},
		{`{"a": "b"}`, `{"a": "c"}`},
		{"sv: Hej", "sv: Hej!"},
		{"sv: Hej", "sv-SE: Hej"},
	} {
		sum := digest(t, replaceOnce(t, digestBase, tc.old, tc.new))
		if other, ok := seen[sum]; ok {
			t.Errorf("%q instead of %q has the digest of %s", tc.new, tc.old, other)
		}
		seen[sum] = tc.new
	}
}

func replaceOnce(t *testing.T, s, old, new string) string {
	t.Helper()
	if strings.Count(s, old) != 1 {
		t.Fatalf("%q stands in the text %d times", old, strings.Count(s, old))
	}
	return strings.Replace(s, old, new, 1)
}

// Runs that an older version has begun go on only where this one finds their campaign unchanged.
func TestDigestStays(t *testing.T) {
	c, err := Load("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%x", c.ContentDigest()), "d1620970616cd3c51961a5f3c280ed8bd39154f71dbfc27adee36cc0cba6e403"; got != want {
		t.Errorf("the digest is %s, and was %s", got, want)
	}
}
