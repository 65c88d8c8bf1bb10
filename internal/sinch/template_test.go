package sinch_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

const welcome = `{"id":"a b/c","version":7,"default_translation":"en","translations":[{"language_code":"en","version":"2","text_message":{"text":"Hi"}}]}`

func TestTemplate(t *testing.T) {
	templates, err := sandbox.ReadTemplates([]byte(strings.Replace(welcome, "a b/c", "welcome", 1)))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := inSandbox(t, sandbox.Config{Templates: templates}, nil)
	if got, err := c.Template(t.Context(), "welcome"); err != nil || got.ID != "welcome" || got.Version != 7 || !strings.Contains(string(got.JSON), `"text":"Hi"`) {
		t.Errorf("Template = %v, %v", got, err)
	}
	for version, want := range map[string]int{"2": 1, "1": 0} {
		if got, err := c.Translations(t.Context(), "welcome", version); err != nil || len(got) != want {
			t.Errorf("Translations of version %s: %s, %v; want %d", version, got, err, want)
		}
	}
	var status *sinch.StatusError
	if _, err := c.Template(t.Context(), "other"); !errors.As(err, &status) || status.Status != http.StatusNotFound {
		t.Errorf("Template of another id: %v; want 404", err)
	}
	if _, err := c.Translations(t.Context(), "other", "2"); !errors.As(err, &status) || status.Status != http.StatusNotFound {
		t.Errorf("Translations of another id: %v; want 404", err)
	}
}

// inMemory answers requests without a network.
type inMemory func(*http.Request) *http.Response

func (f inMemory) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// What the answer may hold, and which request asks for it.
func TestTemplateAnswers(t *testing.T) {
	for _, tc := range []struct{ name, contentType, body, err string }{
		{"a template", "application/json", welcome, ""},
		{"another one", "application/json", strings.Replace(welcome, "a b/c", "d", 1), "not the template in JSON"},
		{"no translations", "application/json", `{"id":"a b/c"}`, "not the template in JSON"},
		{"a page", "text/html", "<html>", "not in JSON"},
		{"half of it", "application/json", welcome[:40], "not in JSON"},
		{"too much", "application/json", `{"id":"` + strings.Repeat("x", 5<<20) + `"}`, "longer than"},
	} {
		asked := ""
		answer := func(r *http.Request) *http.Response {
			body, contentType := tc.body, tc.contentType
			if strings.HasPrefix(r.URL.Host, "auth.") {
				body, contentType = `{"access_token":"t","expires_in":3600,"token_type":"bearer"}`, "application/json"
			} else {
				asked = r.Method + " " + r.URL.Host + r.URL.EscapedPath() + " " + r.Header.Get("Authorization")
			}
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		}
		d := destination("")
		d.Region = "eu"
		got, err := newClient(t, sinch.Options{Destination: d, Transport: inMemory(answer)}).Template(t.Context(), "a b/c")
		if want := "GET eu.template.api.sinch.com/v2/projects/" + d.ProjectID + "/templates/a%20b%2Fc Bearer t"; asked != want {
			t.Errorf("%s: asked %s, want %s", tc.name, asked, want)
		}
		switch {
		case tc.err == "" && (err != nil || got.ID != "a b/c" || string(got.JSON) != welcome):
			t.Errorf("%s: %v, %v", tc.name, got, err)
		case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%s: %v, want %q", tc.name, err, tc.err)
		}
	}
}
