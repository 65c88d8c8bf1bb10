package template

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

const welcome = `{"id":"welcome","description":"d","version":7,"default_translation":"en-US","create_time":"2026-01-01T00:00:00Z","translations":[
	{"language_code":"en-US","version":"3","create_time":"2026-01-01T00:00:00Z","variables":[{"key":"name","preview_value":"Ann"}],
	 "card_message":{"title":"Hi ${name}","description":"$${price} ${ } ${open"}},
	{"language_code":"sv","version":"4","variables":[{"key":"name"},{"key":"points"}],"text_message":{"text":"Hej ${name}: ${points}"},
	 "channel_template_overrides":{"WHATSAPP":{"template_reference":{"template_id":"hej","language_code":"sv"},"parameter_mappings":{"body[1]text":"name"}}}}]}`

func parse(t *testing.T, text string) *Template {
	t.Helper()
	tmpl, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestParse(t *testing.T) {
	tmpl := parse(t, welcome)
	if tmpl.ID != "welcome" || tmpl.Version != 7 || tmpl.Default != "en-US" || len(tmpl.Translations) != 2 {
		t.Fatalf("got %+v", tmpl)
	}
	en, sv := tmpl.Translations[0], tmpl.Translations[1]
	if diff := cmp.Diff([]Variable{{"name", "Ann"}}, en.Variables); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	card := en.Message.Get("card_message")
	if got := card.Get("title").Text; len(got) != 2 || got[1].Name != "name" {
		t.Errorf("title is %v", got)
	}
	if got := card.Get("description").Text; len(got) != 1 || got[0].Literal != "${price} ${ } ${open" {
		t.Errorf("description is %v", got)
	}
	if len(en.Message.Fields) != 1 || len(sv.Message.Fields) != 1 {
		t.Errorf("messages have %d and %d fields", len(en.Message.Fields), len(sv.Message.Fields))
	}
	if o := sv.Overrides; len(o) != 1 || o[0].Channel != campaign.WhatsApp || o[0].Mappings["body[1]text"] != "name" || o[0].Reference.Get("template_id").Text.String() != "hej" {
		t.Errorf("overrides are %+v", o)
	}
	for _, text := range []string{"", "{}", `{"id":"x"}`, `{"id":"x","translations":[]}`, `{"id":"x","translations":[1]}`, `{"id":"x","translations":[{"language_code":1}]}`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q) takes it", text)
		}
	}
}

func TestKept(t *testing.T) {
	for _, tmpl := range []*Template{parse(t, welcome), Suppose(&campaign.Campaign{Params: []campaign.Param{{Name: "a"}, {Name: `"b"`}}}, "x")} {
		b, err := json.Marshal(tmpl)
		if err != nil {
			t.Fatal(err)
		}
		again := parse(t, string(b))
		if again.Digest() != tmpl.Digest() || again.Supposed != tmpl.Supposed || len(tmpl.Changes(again)) > 0 {
			t.Errorf("%s came back as %+v", tmpl.ID, again)
		}
		if diff := cmp.Diff(tmpl.Translations[0].Variables, again.Translations[0].Variables); diff != "" {
			t.Errorf("variables (-want +got):\n%s", diff)
		}
	}
}

func TestChoose(t *testing.T) {
	tmpl := parse(t, welcome)
	if err := tmpl.Add([]byte(`{"language_code":"sv","version":"2","text_message":{"text":"old"}}`)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ language, version, want string }{
		{"", "", "en-US 3"}, {"en_us", "latest", "en-US 3"}, {"sv", "", "sv 4"}, {"sv", "2", "sv 2"}, {"sv", "3", ""}, {"sv-SE", "", ""}, {"en", "", ""},
	} {
		got := ""
		if tr, ok := tmpl.Choose(tc.language, tc.version); ok {
			got = tr.Language + " " + tr.Version
		}
		if got != tc.want {
			t.Errorf("Choose(%q, %q) = %q, want %q", tc.language, tc.version, got, tc.want)
		}
	}
	if _, ok := Suppose(&campaign.Campaign{}, "x").Choose("tlh", "9"); !ok {
		t.Error("a supposed template has no such language")
	}
	if got := tmpl.Languages(); !slices.Equal(got, []string{"en-US", "sv"}) {
		t.Errorf("Languages() = %v", got)
	}
}

func TestChanges(t *testing.T) {
	for _, tc := range []struct{ old, new, want string }{
		{"2026-01-01", "2027-01-01", ""},
		{`"description":"d","version":7`, `"version":8`, ""},
		{"Hej", "Tja", "sv has another text, or takes other values"},
		{`"version":"4"`, `"version":"5"`, "sv has version 5, and had 4"},
		{`"sv","version"`, `"nb","version"`, "sv is gone"},
		{`"default_translation":"en-US"`, `"default_translation":"sv"`, "its default language is sv, and was en-US"},
		{`"translations":[`, `"translations":[{"language_code":"fi","text_message":{"text":"Hei"}},`, ""},
	} {
		tmpl := parse(t, welcome)
		now := parse(t, strings.ReplaceAll(welcome, tc.old, tc.new))
		if got := strings.Join(tmpl.Changes(now), "; "); got != tc.want {
			t.Errorf("%s → %s: %q, want %q", tc.old, tc.new, got, tc.want)
		}
		if same := tmpl.Digest() == now.Digest(); same != (tc.want == "" && !strings.Contains(tc.new, "fi")) {
			t.Errorf("%s → %s: the same digest: %v", tc.old, tc.new, same)
		}
	}
}

func load(t *testing.T, message string) *campaign.Campaign {
	t.Helper()
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(`{"name": "test", "message_content_type": "CONTENT_NOTIFICATION",
"audience": "a.csv", "suppress": "none", "channel_priority_order": ["WHATSAPP", "SMS"], "params": {"name": {"default": "you"}}, "message": ` + message + `}`)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestApply(t *testing.T) {
	columns := campaign.Columns{Header: []string{"phone", "Points", "Lang"}, Phone: 0, ID: -1, Language: 2, Country: -1, TimeZone: -1}
	for _, tc := range []struct{ reference, parameters, language, version, problems string }{
		{`"version": "latest"`, "name=${name}", "en-US", "3", ""},
		{`"version": "latest", "language_code": "sv"`, "name=${name} points=${points}", "sv", "4", ""},
		{`"version": "latest", "language_code": "sv_se"`, "", "sv_se", "latest", `template welcome is not in "sv_se"`},
		{`"version": "latest", "language_code": "${language}"`, "name=${name} points=${points}", "${language}", "latest", ""},
		{`"version": "3", "language_code": "${language}"`, "name=${name}", "${language}", "3", ""},
		{`"version": "9", "language_code": "${language}"`, "", "${language}", "9", `template welcome has version 3 in en-US, and not "9"`},
		{`"version": "latest", "language_code": "sv", "parameters": {"Name": "x", "points": "1"}`, "Name=x points=1", "sv", "4",
			"template welcome in sv takes name, and parameters does not have it; warning: template welcome does not take Name"},
		{`"version": "latest", "parameters": {"name": "x", "points": "1"}`, "name=x points=1", "en-US", "3", "warning: template welcome does not take points"},
	} {
		c := load(t, `{"template_message": {"omni_template": {"template_id": "welcome", `+tc.reference+`}}}`)
		before := c.ContentDigest()
		a := Set{parse(t, welcome)}.Apply(c, columns)
		if before != c.ContentDigest() {
			t.Fatal("the campaign itself has changed")
		}
		r := referenceIn(a.Campaign, a.Campaign.TemplateReferences[0])
		var parameters, problems []string
		for _, f := range r.Get("parameters").Fields {
			parameters = append(parameters, f.Name+"="+f.Value.Text.String())
		}
		for _, p := range a.Problems {
			text := strings.TrimPrefix(p.Message, "omni_template: ")
			if p.Warning {
				text = "warning: " + text
			}
			problems = append(problems, text)
		}
		got := []string{strings.Join(parameters, " "), r.Get("language_code").Text.String(), r.Get("version").Text.String(), strings.Join(problems, "; ")}
		if diff := cmp.Diff([]string{tc.parameters, tc.language, tc.version, tc.problems}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reference, diff)
		}
	}
}

// TestNamed has the words of a template, but where another one goes out that a channel has approved.
func TestNamed(t *testing.T) {
	known := parse(t, `{"id": "welcome", "default_translation": "en", "translations": [{"language_code": "en", "version": "1", "text_message": {"text": "Hi ${name}"},
		"channel_template_overrides": {"WHATSAPP": {"template_reference": {"template_id": "hello", "version": "1", "language_code": "en"}}}}]}`)
	c := load(t, `{"template_message": {"omni_template": {"template_id": "welcome", "version": "1", "parameters": {"name": "Ann"}}}}`)
	words, name := Set{known}.Named(c.Message, campaign.SMS, campaign.Text.String)
	if got := words.Get("text_message").Get("text").Text.String(); got != "Hi Ann" || name != "template welcome[en]" {
		t.Errorf("on SMS %q of %q", got, name)
	}
	words, name = Set{known}.Named(c.Message, campaign.WhatsApp, campaign.Text.String)
	if got := words.Get("template_message").Get("channel_template").Get("WHATSAPP").Get("template_id").Text.String(); got != "hello" || name != "" {
		t.Errorf("on WhatsApp template %q of %q", got, name)
	}
}

func TestNeeds(t *testing.T) {
	columns := campaign.Columns{Header: []string{"phone", "Lang"}, Phone: 0, ID: -1, Language: 1, Country: -1, TimeZone: -1}
	c := load(t, `{"template_message": {"omni_template": {"template_id": "welcome", "version": "latest", "language_code": "${language}"}}}`)
	a := Set{parse(t, welcome)}.Apply(c, columns)
	if diff := cmp.Diff([]string{"en-US", "sv"}, a.Campaign.TemplateLanguages); diff != "" || len(a.Needs) != 1 || len(a.Problems) > 0 {
		t.Fatalf("languages %s, needs %v, problems %v", diff, a.Needs, a.Problems)
	}
	for language, want := range map[string]string{
		"en-US":   "",
		"sv":      "omni_template: template welcome in sv takes points, and no param, role or column has that name",
		"de":      `omni_template: template welcome is not in "de"`,
		"Ann Lee": "omni_template: template welcome is not in the language of these rows",
	} {
		if got := a.Needs[0].Lack(language).Message; got != want {
			t.Errorf("Lack(%q) = %q, want %q", language, got, want)
		}
	}
	if same := (Set{}).Apply(c, columns).Campaign; same != c {
		t.Error("without templates the campaign is another one")
	}
}
