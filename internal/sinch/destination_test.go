package sinch_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sendoff/internal/sinch"
)

func TestDestinationValidate(t *testing.T) {
	with := func(change func(*sinch.Destination)) sinch.Destination {
		d := destination("")
		change(&d)
		return d
	}
	endpoint := func(e string) sinch.Destination { return destination(e) }
	for _, tc := range []struct {
		name string
		d    sinch.Destination
		want string // the beginning of the error; "": none
	}{
		{"all well", destination(""), ""},
		{"region us", with(func(d *sinch.Destination) { d.Region = "us" }), ""},
		{"region br", with(func(d *sinch.Destination) { d.Region = "br" }), ""},
		{"lower case app", with(func(d *sinch.Destination) { d.AppID = strings.ToLower(appID) }), ""},
		{"no project", with(func(d *sinch.Destination) { d.ProjectID = "" }), "no project id (SINCH_PROJECT_ID)"},
		{"project with a newline", with(func(d *sinch.Destination) { d.ProjectID += "\n" }), "the project id"},
		{"no app", with(func(d *sinch.Destination) { d.AppID = "" }), "no app id (SINCH_APP_ID)"},
		{"project for an app", with(func(d *sinch.Destination) { d.AppID = project }), "the app id"},
		{"app with an O", with(func(d *sinch.Destination) { d.AppID = "O1HZX3V8N6J9T5QK2M4R7WBCDE" }), "the app id"},
		{"app above 128 bits", with(func(d *sinch.Destination) { d.AppID = "8" + appID[1:] }), "the app id"},
		{"no region", with(func(d *sinch.Destination) { d.Region = "" }), "no region (SINCH_REGION)"},
		{"unknown region", with(func(d *sinch.Destination) { d.Region = "au" }), `unknown region "au" (SINCH_REGION)`},
		{"everything", sinch.Destination{}, "no project id (SINCH_PROJECT_ID)\nno app id (SINCH_APP_ID)\nno region"},

		{"sandbox", sinch.Destination{ProjectID: project, AppID: appID, Endpoint: "http://127.0.0.1:8089"}, ""},
		{"sandbox in an unknown region", sinch.Destination{ProjectID: project, AppID: appID, Region: "x", Endpoint: "http://127.0.0.1:8089"}, "unknown region"},
		{"localhost", endpoint("http://localhost:8089/"), ""},
		{"IPv6", endpoint("http://[::1]:8089"), ""},
		{"proxy with a path", endpoint("https://proxy.example.com/sinch"), ""},
		{"plain http", endpoint("http://proxy.example.com"), "the endpoint (SINCH_ENDPOINT) is plain http"},
		{"looks like loopback", endpoint("http://127.0.0.1.example.com"), "the endpoint (SINCH_ENDPOINT) is plain http"},
		{"any address", endpoint("http://0.0.0.0:8089"), "the endpoint (SINCH_ENDPOINT) is plain http"},
		{"no scheme", endpoint("127.0.0.1:8089"), "the endpoint (SINCH_ENDPOINT) is not a URL"},
		{"no host", endpoint("https://"), "the endpoint (SINCH_ENDPOINT) is not a URL"},
		{"port alone", endpoint("https://:443"), "the endpoint (SINCH_ENDPOINT) is not a URL"},
		{"other scheme", endpoint("ftp://example.com"), "the endpoint (SINCH_ENDPOINT) is not a URL"},
		{"user", endpoint("https://me:hunter2@example.com"), "the endpoint (SINCH_ENDPOINT) holds a user name"},
		{"query", endpoint("https://example.com/?a=b"), "the endpoint (SINCH_ENDPOINT) holds a query"},
		{"fragment", endpoint("https://example.com/#a"), "the endpoint (SINCH_ENDPOINT) holds a query"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.d.Validate()
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.want)) {
				t.Errorf("Validate() = %v, want %q", err, tc.want)
			}
			if strings.Contains(fmt.Sprint(err), "hunter2") {
				t.Error("the error holds a password")
			}
		})
	}
}

// recorder keeps the URLs that it is asked for.
type recorder struct{ urls []string }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.urls = append(r.urls, req.Method+" "+req.URL.String())
	w := httptest.NewRecorder()
	if strings.HasSuffix(req.URL.Path, "/token") {
		new(api).grant(w, req)
	} else {
		page(http.StatusNotFound)(w, req)
	}
	return w.Result(), nil
}

func TestURLs(t *testing.T) {
	for _, tc := range []struct {
		d    sinch.Destination
		want []string
	}{
		{destination(""), []string{
			"POST https://auth.sinch.com/oauth2/token",
			"POST https://eu.conversation.api.sinch.com/v1/projects/" + project + "/messages:send",
			"GET https://eu.conversation.api.sinch.com/v1/projects/" + project + "/apps/" + appID,
		}},
		{sinch.Destination{ProjectID: "a/../b?c", AppID: appID, Endpoint: "https://proxy.example.com/sinch/"}, []string{
			"POST https://proxy.example.com/sinch/oauth2/token",
			"POST https://proxy.example.com/sinch/v1/projects/a%2F..%2Fb%3Fc/messages:send",
			"GET https://proxy.example.com/sinch/v1/projects/a%2F..%2Fb%3Fc/apps/" + appID,
		}},
	} {
		r := new(recorder)
		c := newClient(t, sinch.Options{Destination: tc.d, Transport: r})
		c.Send(t.Context(), message)
		if _, err := c.App(t.Context()); err == nil {
			t.Error("App() of a 404 is no error")
		}
		if got := strings.Join(r.urls, "\n"); got != strings.Join(tc.want, "\n") {
			t.Errorf("requests:\n%s\nwant:\n%s", got, strings.Join(tc.want, "\n"))
		}
	}
}

func TestNew(t *testing.T) {
	for _, tc := range []struct {
		key  sinch.Credentials
		want string
	}{
		{sinch.Credentials{}, "no access key (SINCH_KEY_ID and SINCH_KEY_SECRET)"},
		{sinch.Credentials{KeyID: keyID}, "no access key (SINCH_KEY_ID and SINCH_KEY_SECRET)"},
		{sinch.Credentials{KeyID: keyID, KeySecret: sinch.NewSecret(keySecret + "\n")}, "the access key (SINCH_KEY_ID, SINCH_KEY_SECRET) holds white space"},
		{sinch.Credentials{KeyID: keyID + ":" + keySecret, KeySecret: sinch.NewSecret(keySecret)}, "the key id (SINCH_KEY_ID) holds a colon"},
	} {
		_, err := sinch.New(sinch.Options{Destination: destination(""), Credentials: tc.key})
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("New() = %v, want %s", err, tc.want)
		}
		if strings.Contains(fmt.Sprint(err), "horse") {
			t.Errorf("the error holds the secret: %v", err)
		}
	}
	_, err := sinch.New(sinch.Options{})
	if want := "no project id (SINCH_PROJECT_ID)\nno app id (SINCH_APP_ID)\nno region"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("New() = %v, want everything that is missing", err)
	}
}
