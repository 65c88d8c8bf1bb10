package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/lint"
)

// What is opened is never somebody's own page, where their value stands in the query.
func TestAddresses(t *testing.T) {
	j := prepare(t, `channel_priority_order: [RCS]
message:
  card_message:
    title: "https://example.com/about. https://example.com/${city}?c=${id}, ${link}"
    media_message: {url: "https://example.com/${city}.jpg?c=${id}"}
    choices: [{url_message: {title: a, url: "https://example.com/s?c=${id}"}}, {url_message: {title: a, url: "tel:${id}"}}]`)
	cells := recipient("Anna", "C1", "7", "Leeds", "see https://example.com/l?c=1!")
	if j.Row(cells); len(j.Addresses) > 0 {
		t.Errorf("nobody has asked for %v", j.Addresses)
	}
	j.CollectAddresses()
	j.Row(cells)
	want := []lint.Address{
		{URL: "https://example.com/l", Shown: "${link}", Personal: true},
		{URL: "https://example.com/about", Shown: "https://example.com/about"},
		{URL: "https://example.com/Leeds", Shown: "https://example.com/${city}?c=${id}", Personal: true},
		{URL: "https://example.com/Leeds.jpg?c=C1", Shown: "https://example.com/${city}.jpg?c=${id}", Media: true},
		{URL: "https://example.com/s", Shown: "https://example.com/s?c=${id}"},
	}
	if diff := cmp.Diff(want, j.Addresses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
