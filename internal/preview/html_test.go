package preview_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/preview"
)

// hostile is what a spreadsheet can hold.
const hostile = "Ann \"the\\ one\"\r\n<script>document.title='hit'</script>\"><img src=x onerror=document.title='hit'> ${x} $${y} <b>&amp;</b> 😀 " +
	"\x1b[2J\x1b]0;x\x07 \u202egnp.exe\u202c \x00 \u2028 {{.}} </style> 'å'"

// translations is one more language.
const translations = "translations:\n  sv: {text_message: {text: \"Hej ${name}\"}}\n  de: {text_message: {text: \"Hallo ${name}\"}}\n"

// page is a page with every type of message and every translation, for somebody with a name.
func page(t *testing.T, name string) string {
	t.Helper()
	var rows []preview.Row
	for _, kind := range kinds {
		rows = append(rows, row(t, kind, name))
	}
	c, r := load(t, "text", translations)
	for _, tr := range c.Translations {
		rows = append(rows, preview.Row{Title: "line 6", To: "+44 77·····002", Language: tr.Language, Fate: "would be left out: suppressed",
			Screens: preview.Screens(tr.Message, nil, r, person(name), shownChannels[:2])})
	}
	rows = append(rows, preview.Row{Title: "sv", Note: "nobody has it", Language: "sv", Screens: preview.Unfilled(c.Translations[0].Message, nil, []campaign.Channel{campaign.SMS})})
	rows[2].Screens[0].Theirs = preview.Compare(rows[2].Screens[0].View, "Something else\n"+name)
	rows[2].Screens[1].Theirs = preview.Compare(rows[2].Screens[1].View, `{"richCard": {"title": "Spring"}}`)
	rows[0].Screens[0].Theirs = preview.Compare(rows[0].Screens[0].View, rows[0].Screens[0].View.Text.String())
	var b bytes.Buffer
	if err := preview.WritePage(&b, "Spring & summer", rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPage(t *testing.T) {
	if path := os.Getenv("PREVIEW_PAGE"); path != "" {
		if err := os.WriteFile(path, []byte(page(t, "Zoë 😀")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := page(t, hostile)
	if !strings.Contains(text[:300], preview.Marker) {
		t.Error("the page does not begin as one of ours")
	}
	for _, harm := range []string{"<script", "<img", "<b>", "\x1b", "\u202e", "\x00", "javascript:", "ZgotmplZ"} {
		if strings.Contains(text, harm) {
			t.Errorf("the page holds %q", harm)
		}
	}
	if n := strings.Count(text, "</style>"); n != 1 {
		t.Errorf("the style ends %d times", n)
	}
	for _, want := range []string{"Ann &#34;the\\ one&#34;\n&lt;script&gt;", "␛[2J", "&lt;U&#43;202E&gt;gnp", "${x} $${y}", "{{.}}", `lang="sv"`, "Preview: nothing was sent"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// Placeholders are marked wherever they are read, and nowhere within a tag.
func TestMarkedPhones(t *testing.T) {
	c, _ := load(t, "card", "")
	marked, err := preview.MarkedPhones(preview.Row{Screens: preview.Unfilled(c.Message, nil, []campaign.Channel{campaign.RCS, campaign.SMS})}, "m")
	if err != nil {
		t.Fatal(err)
	}
	text := string(marked)
	for _, want := range []string{"Spring sale, <mark>name</mark>", "Your <mark>points</mark> points"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, harm := range []string{"<mark><", `="<mark`, "septets"} {
		if strings.Contains(text, harm) {
			t.Errorf("holds %q", harm)
		}
	}
}
