package campaign

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse looks for panics, for problems outside the file, and for campaigns that are not the same when they are parsed again.
func FuzzParse(f *testing.F) {
	for _, path := range glob(f, "testdata/ok/*.yaml", "testdata/ok/*.json", "testdata/err/*.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sources := []Source{{Name: "campaign.yaml", Data: data}, {Name: "card.json", Data: []byte(`{"text_message": {"text": "Hi"}}`)}}
		text, _, _ := decodeText(data)
		lines := strings.Split(text, "\n")
		inside := func(line, column int) bool {
			return line >= 1 && line <= len(lines) && column >= 1 && column <= utf8.RuneCountInString(lines[line-1])+1
		}
		c, err := Parse("campaign.yaml", sources)
		var problems Problems
		switch {
		case err == nil:
			problems = c.Warnings
		case !errors.As(err, &problems):
			t.Fatalf("Parse: %v, want problems", err)
		}
		for _, p := range problems {
			if p.File == "campaign.yaml" && p.Line != 0 && !inside(p.Line, p.Column) {
				t.Errorf("%v stands outside the file", p)
			}
		}
		if err != nil {
			return
		}
		again, err := Parse(c.Path, c.Sources)
		if err != nil || again.ContentDigest() != c.ContentDigest() {
			t.Errorf("parsed again: %v", err)
		}
		for text := range allTexts(c) {
			for _, p := range text {
				if p.Name != "" && c.MessageFile == "" && !inside(p.Line, p.Column) {
					t.Errorf("placeholder %q stands outside the file, at %d:%d", p.Name, p.Line, p.Column)
				}
			}
		}
	})
}

// FuzzPositions holds every scalar that was read against the place where it is said to stand: plain texts stand there as they were read,
// the others begin with their sign. All that is said of placeholders and cut texts rests on it.
func FuzzPositions(f *testing.F) {
	for _, path := range glob(f, "testdata/ok/*.yaml", "testdata/ok/*.json", "testdata/err/*.yaml") {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d := readDocument("campaign.yaml", data); d.root != nil && !d.broken {
			checkNodePositions(t, d.root)
		}
	})
}

func checkNodePositions(t *testing.T, n *node) {
	for _, item := range n.items {
		checkNodePositions(t, item)
	}
	for _, m := range n.members {
		checkNodePositions(t, m.value)
	}
	if n.kind != scalarNode {
		return
	}
	rest := string(n.doc.runes[n.start:])
	line, _, _ := strings.Cut(rest, "\n")
	if n.plain {
		overLines := len(strings.TrimSpace(line)) < len(n.text) && strings.HasPrefix(strings.Join(strings.Fields(rest), " "), strings.Join(strings.Fields(n.text), " "))
		if !strings.HasPrefix(line, n.text) && !overLines {
			t.Errorf("%v: %q, but there stands %q", n.pos, n.text, line)
		}
		return
	}
	inner, _, closed := strings.Cut(line[1:], line[:1])
	switch {
	case !strings.ContainsAny(line[:1], `'"|>`):
		t.Errorf("%v: %q, but there stands %q", n.pos, n.text, line)
	case strings.TrimSpace(line) == "|":
		if want := blockText(string(n.doc.runes[n.start+len([]rune(line)) : n.end])); n.text != want {
			t.Errorf("%v: %q, want %q", n.pos, n.text, want)
		}
	case line[0] != '>' && closed && !strings.Contains(inner, `\`) && !strings.HasPrefix(line[1+len(inner):], `''`) && inner != n.text:
		t.Errorf("%v: %q, but there stands %q", n.pos, n.text, line)
	}
}

// blockText reads what stands below "|", by the letter of YAML 1.2, section 8.1, and without the last line break.
func blockText(source string) string {
	source = source[:strings.LastIndex(source, "\n")+1] // without the indentation of what follows
	if strings.TrimSpace(source) == "" {
		return ""
	}
	lines := strings.Split(strings.Trim(source, "\n"), "\n")
	indent := 0
	for i, line := range lines {
		if text := strings.TrimLeft(line, " "); text != "" {
			indent = len(line) - len(text)
			break
		}
		lines[i] = ""
	}
	leading := len(source) - len(strings.TrimLeft(source, "\n")) - 1
	text := strings.Repeat("\n", max(leading, 0))
	for i, line := range lines {
		if i > 0 {
			text += "\n"
		}
		text += line[min(indent, len(line)-len(strings.TrimLeft(line, " "))):]
	}
	return strings.TrimRight(text, "\n")
}
