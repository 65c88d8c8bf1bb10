package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const welcome = `{"id":"welcome","description":"d","default_translation":"en-US","translations":[
	{"language_code":"en-US","version":"1","variables":[{"key":"name","preview_value":"Ann"}],"text_message":{"text":"Hi ${name}"}},
	{"language_code":"sv-SE","version":"2","text_message":{"text":"Hej"}}]}`

// templates2 asks for something of the Template API.
func templates2(t testing.TB, s *Server, method, resource, body string) reply {
	t.Helper()
	r := newRequest(t, method, "https://us.template.api.sinch.com/v2/projects/"+DefaultProjectID+"/templates"+resource, body)
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	return do(t, s, r)
}

func TestTemplates(t *testing.T) {
	s := New(Config{})
	r := templates2(t, s, "POST", "", welcome)
	got := decodeAs[template](t, r.body)
	if r.status != http.StatusOK || got.ID != "welcome" || got.Version != 1 || got.Created.IsZero() || len(got.Translations) != 2 {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	if again := templates2(t, s, "GET", "/welcome", ""); again.body != r.body {
		t.Errorf("get %s, want %s", again.body, r.body)
	}
	if list := templates2(t, s, "GET", "", ""); list.body != `{"templates":[`+r.body+`]}` {
		t.Errorf("list %s", list.body)
	}
	if other := decodeAs[template](t, templates2(t, s, "POST", "", strings.Replace(welcome, `"id":"welcome",`, "", 1)).body); len(other.ID) != 26 {
		t.Errorf("made id %q", other.ID)
	}

	changed := strings.Replace(r.body, "Hej", "Tja", 1)
	r = templates2(t, s, "PUT", "/welcome", changed)
	if got := decodeAs[template](t, r.body); r.status != http.StatusOK || got.Version != 2 || !strings.Contains(r.body, "Tja") {
		t.Errorf("put: status %d, body %s", r.status, r.body)
	}
	if r := templates2(t, s, "PUT", "/welcome", changed); r.status != http.StatusBadRequest || violationsOf(t, r)[0].Field != "version" {
		t.Errorf("put of an old version: status %d, body %s", r.status, r.body)
	}
	for query, want := range map[string]int{"": 2, "?language_code=sv_SE": 1, "?language_code=de": 0, "?translation_version=2": 1, "?translation_version=latest": 2} {
		r := templates2(t, s, "GET", "/welcome/translations"+query, "")
		if got := strings.Count(r.body, "language_code"); got != want {
			t.Errorf("translations%s: %s, want %d", query, r.body, want)
		}
	}
	if r := templates2(t, s, "DELETE", "/welcome", ""); r.status != http.StatusOK || r.body != "{}" {
		t.Errorf("delete: status %d, body %s", r.status, r.body)
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		if r := templates2(t, s, method, "/welcome", welcome); r.status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", method, r.status)
		}
	}
}

func TestTemplatesAreRefused(t *testing.T) {
	for _, tc := range []struct{ old, new, field string }{
		{`"default_translation":"en-US"`, `"default_translation":"de"`, "default_translation"},
		{`"sv-SE"`, `"en-US"`, "translations"},
		{`{"text":"Hej"}`, `{}`, "translations[1].text_message.text"},
		{`"text_message":{"text":"Hej"}`, `"version":"3"`, "translations[1]"},
		{`"key":"name",`, ``, "translations[0].variables[0].key"},
	} {
		r := templates2(t, New(Config{}), "POST", "", strings.Replace(welcome, tc.old, tc.new, 1))
		if r.status != http.StatusBadRequest || violationsOf(t, r)[0].Field != tc.field {
			t.Errorf("%s: status %d, body %s, want %s", tc.new, r.status, r.body, tc.field)
		}
	}
	s := New(Config{})
	templates2(t, s, "POST", "", welcome)
	if r := templates2(t, s, "POST", "", welcome); r.status != http.StatusBadRequest || violationsOf(t, r)[0].Field != "id" {
		t.Errorf("an id twice: status %d, body %s", r.status, r.body)
	}
}

// What is wrong with a template is told by a receipt, not by the answer.
func TestTemplatesOfMessages(t *testing.T) {
	const reference = `{"template_id":"welcome","version":"1","language_code":"en_US","parameters":{"name":"Ann"}}`
	omni := func(old, new string) string {
		return `{"template_message":{"omni_template":` + strings.Replace(reference, old, new, 1) + `}}`
	}
	for _, tc := range []struct{ message, code string }{
		{omni("", ""), ""},
		{omni(`"1"`, `"latest"`), ""},
		{omni(`"language_code":"en_US",`, ""), ""},
		{omni("welcome", "other"), "TEMPLATE_NOT_FOUND"},
		{omni("en_US", "de"), "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION"},
		{omni(`"1"`, `"7"`), "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION"},
		{omni(`"name":"Ann"`, ""), "TEMPLATE_INSUFFICIENT_PARAMETERS"},
		{`{"template_message":{"omni_template":{"template_id":"other","version":"1"},"channel_template":{"SMS":{"template_id":"theirs"}}}}`, ""},
		{`{"template_message":{"omni_template":{"template_id":"other","version":"1"}},"explicit_channel_omni_message":{"SMS":{"text_message":{"text":"a"}}}}`, ""},
		{`{"text_message":{"text":"a"},"explicit_channel_omni_message":{"SMS":{"template_reference":{"template_id":"other","version":"1"}}}}`, "TEMPLATE_NOT_FOUND"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, r := listened(t, Config{})
			templates2(t, s, "POST", "", welcome)
			sendWith(t, s, `{"message":`+tc.message+`}`)
			time.Sleep(time.Minute)
			want := deliveredStory
			if tc.code != "" {
				want = []string{"SMS FAILED " + tc.code}
			}
			if got := r.told(t); !slices.Equal(got, want) {
				t.Errorf("%s: told %v, want %v", tc.message, got, want)
			}
		})
	}
}

func TestReadTemplates(t *testing.T) {
	for _, tc := range []struct {
		text string
		n    int
		err  string
	}{
		{welcome, 1, ""}, {"[" + welcome + "," + strings.Replace(welcome, "welcome", "b", 1) + "]", 2, ""}, {`{"templates":[` + welcome + `]}`, 1, ""}, {`{"templates":[]}`, 0, ""},
		{"x", 0, "not JSON"}, {"{}", 0, "template 1: "}, {"[1]", 0, "Must be an object"},
		{strings.Replace(welcome, `"id":"welcome",`, "", 1), 0, "template 1: id: Field is mandatory"},
		{strings.Replace(welcome, `"text":"Hej"`, `"texts":"Hej"`, 1), 0, "translations[1].text_message"},
		{strings.Replace(welcome, `"id"`, `"create_time":"yesterday","id"`, 1), 0, "template 1: "},
	} {
		all, err := ReadTemplates([]byte(tc.text))
		if len(all) != tc.n || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("ReadTemplates(%s) = %d templates, %v; want %d, %q", tc.text, len(all), err, tc.n, tc.err)
		}
	}
}

// Templates that a server is made with are there as if somebody had created them; with AnyTemplate those that are not do no harm.
func TestTemplatesGiven(t *testing.T) {
	all, err := ReadTemplates([]byte(welcome))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Templates: append(all, all...)})
	if r := templates2(t, s, "GET", "", ""); strings.Count(r.body, `"id":"welcome"`) != 1 {
		t.Errorf("templates are %s", r.body)
	}
	dir := t.TempDir()
	for range 2 { // the second time it is read back
		s, err := Open(dir, Config{Templates: all})
		if err != nil {
			t.Fatal(err)
		}
		if r := templates2(t, s, "GET", "/welcome", ""); r.status != http.StatusOK {
			t.Errorf("status %d of a template that was given", r.status)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	unknown := map[string]any{"template_message": map[string]any{"omni_template": map[string]any{"template_id": "other", "version": "1"}}}
	if got := New(Config{}).templateRefusal(unknown, "SMS"); got != "TEMPLATE_NOT_FOUND" {
		t.Errorf("a template that is not there: %q", got)
	}
	if got := New(Config{AnyTemplate: true}).templateRefusal(unknown, "SMS"); got != "" {
		t.Errorf("a template that is taken for granted: %q", got)
	}
}
