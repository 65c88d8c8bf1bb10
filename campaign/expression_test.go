package campaign

import (
	"strings"
	"testing"
)

// The characters of a text are found where its author sees them, however it was written.
func TestPlaces(t *testing.T) {
	const before = "name: test\nmessage_content_type: CONTENT_MARKETING\nchannel_priority_order: [SMS]\nmessage: Hi\naudience:\n  file: a.csv\n"
	for _, tc := range []struct {
		lines, mark string // the mark stands once in the text, and is looked for in the file
		line, col   int
	}{
		{`  where: a == "GB" and b >= 10`, "b", 7, 24},
		{`  where: 'a == "GB" and b >= 10'`, "b", 7, 25},
		{`  where: 'a == ''GB'' and b >= 10'`, "b", 7, 27},
		{`  where: "a == \"GB\" and b >= 10"`, "b", 7, 27},
		{`  where: "a \u003e 1 and \x62 > 2"`, "b", 7, 26},
		{`  where: "a > 1 and \` + "\n" + `    b > 2"`, "b", 8, 5},
		{"  where: a == 1\n    and b == 2", "b", 8, 9},
		{"  where: |\n    a == 1\n    and b == 2", "b", 9, 9},
		{"  where: >-\n    a == 1\n\n    and b == 2", "b", 10, 9},
		{"  where: å == 1 and b == 2 # b", "b", 7, 21},
		{`  {"where": "a == \"\ud83c\udf37\" and b"}`, "", 0, 0},
	} {
		text := before + tc.lines + "\n"
		if tc.mark == "" { // JSON
			text = `{"name": "t", "message_content_type": "CONTENT_MARKETING", "channel_priority_order": ["SMS"], "message": "Hi", "audience": {"file": "a",` + "\n" +
				`"where": "a == \"\u00e5\" and b"}}`
			tc.mark, tc.line, tc.col = "b", 2, 31
		}
		c, err := Parse("c.yaml", []Source{{Name: "c.yaml", Data: []byte(text)}})
		if err != nil {
			t.Errorf("%s: %v", tc.lines, err)
			continue
		}
		where := c.Audience.Where
		i := len([]rune(where.Text[:strings.LastIndex(where.Text, tc.mark)]))
		if got := where.At(i); got != (Place{tc.line, tc.col}) {
			t.Errorf("%s: in %q %s is at %+v, want %d:%d", tc.lines, where.Text, tc.mark, got, tc.line, tc.col)
		}
		if where.At(-1) != where.Places[0] || where.At(10_000) != where.Places[len(where.Places)-1] {
			t.Errorf("%s: places outside of the text", tc.lines)
		}
	}
}
