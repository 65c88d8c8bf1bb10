package preview_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"sendoff/campaign"
	"sendoff/internal/preview"
	"sendoff/internal/view"
)

func TestVisible(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{"Anna\n10\u00a0%", "Anna\n10\u00a0%"},
		{"a\tb\rc\r\nd\x00\x7f", "a␉b␍c\nd␀␡"},
		{"\x1b[31mred\u009b1m", "␛[31mred<U+009B>1m"},
		{"\u202egnp.exe\u2066\u200b\ufeff\u00ad\u2028", "<U+202E>gnp.exe<U+2066><U+200B><U+FEFF><U+00AD><U+2028>"},
		{"👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"},
		{"می\u200cخواهم a\u200db\u200d \U000E0067", "می\u200cخواهم a<U+200D>b<U+200D> <U+E0067>"},
		{"\xff\xc3", "\ufffd\ufffd"},
	} {
		if got := preview.Visible(tc.text); got != tc.want {
			t.Errorf("Visible(%q) = %q, want %q", tc.text, got, tc.want)
		}
	}
}

// However wide the terminal and whatever the values, frames are straight, nothing is wider than the terminal, and no character has an effect.
func TestFramesAreStraight(t *testing.T) {
	names := []string{"Zoë 😀", hostile, "", strings.Repeat("東京", 40), strings.Repeat("x", 200), "👩\u200d👩\u200d👧 e\u0301 ﷽ 한국어", "\u05d0\u05d1\u05d2 \u0639\u0631\u0628"}
	for _, kind := range kinds {
		c, renderer := load(t, kind, "")
		for _, width := range []int{24, 63} {
			for _, name := range names {
				var out bytes.Buffer
				r := preview.Row{Title: name, To: name, Screens: preview.Screens(c.Message, nil, renderer, person(name), shownChannels[:3])}
				r.Screens[0].Theirs = preview.Compare(r.Screens[0].View, hostile)
				if err := (preview.Terminal{Width: width}).Print(&out, []preview.Row{r}); err != nil {
					t.Fatal(err)
				}
				right := 0
				for _, line := range strings.Split(out.String(), "\n") {
					cells := uniseg.StringWidth(line)
					if cells > width || preview.Visible(line) != line {
						t.Fatalf("%s at %d: %d cells in %q", kind, width, cells, line)
					}
					switch first := strings.TrimLeft(line, " "); {
					case strings.HasPrefix(first, "╭"):
						right = cells
					case strings.HasPrefix(first, "│"), strings.HasPrefix(first, "╰"):
						if cells != right {
							t.Fatalf("%s at %d: %q ends at %d, and its frame at %d", kind, width, line, cells, right)
						}
					}
				}
			}
		}
	}
}

func TestBoldIsAllThatATerminalIsTold(t *testing.T) {
	var plain, bold bytes.Buffer
	r := row(t, "carousel", "Zoë")
	if err := (preview.Terminal{Width: 80}).Print(&plain, []preview.Row{r}); err != nil {
		t.Fatal(err)
	}
	if err := (preview.Terminal{Width: 80, Bold: true}).Print(&bold, []preview.Row{r}); err != nil {
		t.Fatal(err)
	}
	without := strings.NewReplacer("\x1b[1m", "", "\x1b[22m", "").Replace(bold.String())
	if !strings.Contains(bold.String(), "\x1b[1mTasting, Zoë\x1b[22m") || without != plain.String() {
		t.Errorf("bold:\n%q\nplain:\n%q", bold.String(), plain.String())
	}
}

func TestCompare(t *testing.T) {
	c, _ := load(t, "card", "")
	card, text := view.New(c.Message, campaign.RCS), view.New(c.Message, campaign.SMS)
	ours := text.Text.String()
	for _, tc := range []struct {
		v            view.View
		answer, want string
	}{
		{text, ours, "Sinch makes the same text of it"},
		{text, `{"type": "text", "text": {"body": ` + quoted(ours) + `}}`, "Sinch makes the same text of it"},
		{text, strings.Replace(ours, "> Call", "* Call", 1), "Sinch makes another text of it, from line 5 on:"},
		{text, ours + "\nmore", "Sinch makes another text of it, from line 7 on:"},
		{card, ours, "Sinch makes this of it, which has all texts that are shown here:"},
		{card, `{"title": "Spring sale, ${name}", "list": ["20 % off everything until Sunday. Your ${points} points count double.", {"a": "Shop now"}, "Call us"]}`,
			`Sinch makes this of it, which lacks "No, thanks":`},
	} {
		if got := preview.Compare(tc.v, tc.answer).Verdict(); got != tc.want {
			t.Errorf("Compare(%s, %q): %s, want %s", tc.v.Kind, tc.answer, got, tc.want)
		}
	}
}

func quoted(s string) string {
	return `"` + strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(s) + `"`
}
