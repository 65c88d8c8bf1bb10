package sinch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

// once asks no second time.
func once(ask func() error) error { return ask() }

// consents reads a list, and returns the sizes of its pages and who was on them.
func consents(c *sinch.Client, list string, patiently func(func() error) error) (sizes []int, people []string, err error) {
	err = c.Consents(context.Background(), list, patiently, func(page []string) error {
		sizes, people = append(sizes, len(page)), append(people, page...)
		return nil
	})
	return sizes, people, err
}

// optOut puts people on a list of the sandbox, as Sinch's batch host is asked to.
func optOut(t *testing.T, s *sandbox.Server, list string, people ...string) {
	t.Helper()
	var records []string
	for _, identity := range people {
		records = append(records, fmt.Sprintf(`{"identification":%q,"consent_type":%q}`, identity, list))
	}
	r, err := http.NewRequest(http.MethodPost, "http://localhost/v1/projects/"+sandbox.DefaultProjectID+"/consents",
		strings.NewReader(`{"app_id":"`+sandbox.DefaultAppID+`","consent_records":[`+strings.Join(records, ",")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(sandbox.DefaultKeyID, sandbox.DefaultKeySecret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
}

func fictitious(n int) (people []string) {
	for i := range n {
		people = append(people, fmt.Sprintf("447700900%03d", i))
	}
	return people
}

// A list is read whole, in the largest pages that there are; an empty one is no error, and a page that fails is asked for again, not the list.
func TestConsents(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{RateLimit: -1}, nil)
	people := fictitious(120)
	optOut(t, s, "OPT_OUT_MARKETING", people...)
	sizes, got, err := consents(c, "OPT_OUT_MARKETING", once)
	if err != nil || !slices.Equal(sizes, []int{50, 50, 20}) || !slices.Equal(got, people) {
		t.Errorf("pages of %v, %v", sizes, err)
	}
	if sizes, _, err := consents(c, "OPT_OUT_ALL", once); err != nil || !slices.Equal(sizes, []int{0}) {
		t.Errorf("empty list: pages of %v, %v", sizes, err)
	}

	for _, kind := range []string{"429", "500", "503", "502", "truncated", "401"} {
		setFaults(t, s, kind+":every=2,on=consents")
		asked := 0
		sizes, got, err := consents(c, "OPT_OUT_MARKETING", func(ask func() error) error {
			for {
				asked++
				if err := ask(); err == nil || asked > 10 {
					return err
				}
			}
		})
		want := 5 // the second request for the second page, and for the third
		if kind == "401" {
			want = 3 // the client itself fetches another token
		}
		if err != nil || asked != want || !slices.Equal(sizes, []int{50, 50, 20}) || !slices.Equal(got, people) {
			t.Errorf("%s: pages of %v after %d requests, %v", kind, sizes, asked, err)
		}
	}
}

func setFaults(t *testing.T, s *sandbox.Server, texts ...string) {
	t.Helper()
	faults, err := sandbox.ParseFaults(strings.Join(texts, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	s.SetFaults(faults...)
}

// What keeps a list from being read is an error of the kind that other calls have.
func TestConsentsRefused(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{RateLimit: -1}, nil)
	for _, status := range []int{400, 403, 404, 429, 503} {
		setFaults(t, s, fmt.Sprintf("%d:all,on=consents", status))
		sizes, _, err := consents(c, "OPT_OUT_ALL", once)
		var refusal *sinch.StatusError
		if sizes != nil || !errors.As(err, &refusal) || refusal.Status != status || !strings.HasPrefix(err.Error(), "read consent list OPT_OUT_ALL: ") {
			t.Errorf("%d: pages of %v, %v", status, sizes, err)
		}
	}
	setFaults(t, s)
	if _, _, err := consents(c, "OPT_OUT", once); err == nil {
		t.Error("a list that does not exist is read")
	}

	optOut(t, s, "OPT_OUT_ALL", fictitious(120)...)
	ctx, cancel := context.WithCancel(t.Context())
	pages := 0
	err := c.Consents(ctx, "OPT_OUT_ALL", once, func([]string) error {
		pages++
		cancel()
		return nil
	})
	if pages != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled behind the first page: %d pages, %v", pages, err)
	}
	full := errors.New("full")
	if err := c.Consents(t.Context(), "OPT_OUT_ALL", once, func([]string) error { return full }); !errors.Is(err, full) {
		t.Errorf("take has failed, and the error is %v", err)
	}
}

// pages answers a page token with a page, and the first request with that of no token.
type pages map[string]string

func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(p[r.URL.Query().Get("page_token")]))}, nil
}

// What is not wholly a list is an error: whoever is missing on it would be written to.
func TestConsentsFail(t *testing.T) {
	anna := `{"identities":[{"identity":"447700900001"}],"next_page_token":%q}`
	for name, tc := range map[string]struct {
		pages pages
		want  string
	}{
		"the same token":  {pages{"": fmt.Sprintf(anna, "a"), "a": fmt.Sprintf(anna, "a")}, "the pages do not end"},
		"a circle":        {pages{"": fmt.Sprintf(anna, "a"), "a": fmt.Sprintf(anna, "b"), "b": fmt.Sprintf(anna, "a")}, "the pages do not end"},
		"something else":  {pages{"": `{"message":"welcome"}`}, "not a page of identities"},
		"half":            {pages{"": anna[:30]}, "not a page of identities"},
		"no JSON":         {pages{"": "<html>"}, "not a page of identities"},
		"of another kind": {pages{"": `{"identities":["447700900001"]}`}, "not a page of identities"},
		"nobody":          {pages{"": `{"identities":[{"id":"447700900001"}]}`}, "an entry names nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			key := credentials()
			key.Basic = true
			c := newClient(t, sinch.Options{Destination: destination("http://127.0.0.1"), Credentials: key, Transport: tc.pages})
			if _, _, err := consents(c, "OPT_OUT_ALL", once); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "4477") {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}
