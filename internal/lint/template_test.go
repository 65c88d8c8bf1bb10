package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/lint"
	"sendoff/internal/render"
	"sendoff/internal/template"
)

// TestTemplates looks at the words of a template, in the language of each row.
func TestTemplates(t *testing.T) {
	known, err := template.Parse([]byte(`{"id": "welcome", "default_translation": "en", "translations": [
		{"language_code": "en", "version": "1", "variables": [{"key": "first_name"}], "text_message": {"text": "Hi ${first_name}, welcome"}},
		{"language_code": "sv", "version": "1", "variables": [{"key": "first_name"}], "card_message": {"title": "Hej ${first_name}, välkommen {{namn}}", "description": "` +
		strings.Repeat("x", 80) + ` – nu"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		code, language string
		want           lint.Measure
	}{
		{"'${language}'", "en", lint.Measure{Parts: 1}},
		{"'${language}'", "", lint.Measure{Parts: 1}},
		{"'${language}'", "Swedish", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '–', From: "in the text itself (template welcome[sv], as text)"}}},
		{"sv", "en", lint.Measure{Parts: 2, Spared: 1, Forcing: lint.Forcing{Rune: '–', From: "in the text itself (template welcome[sv], as text)"}}},
		{"'${city}'", "en", lint.Measure{}},
	} {
		c := load(t, "channel_priority_order: [SMS]\nparams: {language: {default: en}}\n"+
			"message: {template_message: {omni_template: {template_id: welcome, version: latest, language_code: "+tc.code+"}}}")
		columns := header()
		columns.Language = len(columns.Header)
		columns.Header = append(columns.Header, "Lang")
		applied := template.Set{known}.Apply(c, columns).Campaign
		r, err := render.New(applied, columns, render.Identity{})
		if err != nil {
			t.Fatal(err)
		}
		linter := lint.New(applied, r, template.Set{known})
		cells := make([]string, len(columns.Header))
		cells[0], cells[columns.Language] = "Anna", tc.language
		if diff := cmp.Diff(tc.want, linter.Judge().Row(recipient(cells...))); diff != "" {
			t.Errorf("%s for %q (-want +got):\n%s", tc.code, tc.language, diff)
		}
		var static []string
		for _, f := range linter.Static() {
			static = append(static, f.Message)
		}
		const leftOver = `template welcome[sv].card_message.title: "{{namn}}" looks like a placeholder of another system, and is sent as it stands`
		if got, want := strings.Contains(strings.Join(static, "\n"), leftOver), tc.code != "'${city}'"; got != want {
			t.Errorf("%s: found in the text: %q", tc.code, static)
		}
	}
}
