package expression

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sendoff/campaign"
)

// The documentation's table of functions has an example of each, and every one gives what stands there.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../campaign/README.md")
	if err != nil {
		t.Fatal(err)
	}
	columns := campaign.Columns{
		Header: []string{"phone", "name", "amount", "points", "size", "city", "last_order"}, ID: -1, Country: -1, Language: -1, TimeZone: -1,
	}
	r := &campaign.Recipient{Fields: []string{"", "anna-lena o'neill", "1204.5", "1", "XL", "Malmö C", "31.01.2026"}}
	c := &campaign.Campaign{TimeZone: time.UTC}
	c.Audience.Numbers = []campaign.ColumnName{{Name: "amount"}, {Name: "points"}}
	today, _ := ReadDay("2026-03-28")
	s, problems := NewScope(c, columns, today)
	if problems != nil {
		t.Fatal(problems)
	}
	var shown []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+\\([^`]*)` \\| `([^`]*)` \\|").FindAllStringSubmatch(string(text), -1) {
		if got := textOf(t, s, row[1], r, ""); got != row[2] {
			t.Errorf("%s: %q, and the documentation says %q", row[1], got, row[2])
		}
		shown = append(shown, row[1])
	}
	for _, name := range strings.Split(functionList, ", ") {
		if name != "column" && !strings.Contains(strings.Join(shown, " "), name+"(") {
			t.Errorf("%s has no example", name)
		}
	}
}
