package campaign

import (
	"strings"
	"testing"
)

func TestHowFilesAreRead(t *testing.T) {
	for text, want := range map[string]rune{"comma": ',', `","`: ',', "semicolon": ';', `";"`: ';', "tab": '\t', `"\t"`: '\t', "bar": '|', `"|"`: '|'} {
		c := parse(t, "message: Hi\nsuppress: [{file: out.csv, encoding: Latin1, delimiter: "+text+"}]\n")
		if list := c.Suppress[0]; list.Delimiter != want || list.Encoding != "Latin1" {
			t.Errorf("delimiter: %s gives %+v, want %q", text, list, want)
		}
	}
	c, err := Parse("campaign.yaml", []Source{{Data: []byte(`name: test
message_content_type: CONTENT_MARKETING
audience: {file: people.csv, encoding: utf-16le, delimiter: bar}
channel_priority_order: [SMS]
message: Hi
`)}})
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Audience; a.Delimiter != '|' || a.Encoding != "utf-16le" {
		t.Errorf("Audience = %+v", a)
	}
	if _, err := ParseDelimiter("semi"); err == nil {
		t.Error("ParseDelimiter takes what is no delimiter")
	}
	for _, d := range delimiters {
		for _, text := range []string{d.name, strings.ToUpper(d.name), string(d.char)} {
			if got, err := ParseDelimiter(text); err != nil || DelimiterName(got) != d.name {
				t.Errorf("ParseDelimiter(%q) = %q, %v, want %s", text, got, err, d.name)
			}
		}
	}
}
