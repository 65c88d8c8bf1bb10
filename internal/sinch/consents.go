package sinch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// consentPageSize is the most that the API puts on a page of a consent list.
const consentPageSize = 50

// consentsAnswer is a page of a consent list as the API writes it.
type consentsAnswer struct {
	Identities []struct {
		Identity string `json:"identity"`
	} `json:"identities"`
	NextPageToken string `json:"next_page_token"`
}

// Consents hands all the identities on one of the app's consent lists, such as OPT_OUT_ALL, to take, page by page and in the API's order. That of a
// phone channel is the digits of the number. They are personal data, and somebody may be among them twice where the list changes meanwhile.
//
// Each page is asked for by way of patiently, which may try more than once, so that a list of 20,000 pages need not be begun anew. Errors
// are of the kinds that [Client.App] returns, or of patiently or take; without one the list is whole.
func (c *Client) Consents(ctx context.Context, list string, patiently func(ask func() error) error, take func(identities []string) error) error {
	seen := map[string]bool{"": true} // tokens: one that comes again would lead round for ever
	for token := ""; ; {
		var identities []string
		var next string
		err := patiently(func() (err error) {
			identities, next, err = c.consentPage(ctx, list, token)
			return err
		})
		if err == nil {
			err = take(identities)
		}
		switch {
		case err != nil:
			return fmt.Errorf("read consent list %s: %w", list, err)
		case next == "":
			return nil
		case seen[next]:
			return fmt.Errorf("read consent list %s: %w", list, errEndless)
		}
		seen[next] = true
		token = next
	}
}

// consentPage asks for one page.
func (c *Client) consentPage(ctx context.Context, list, token string) (identities []string, next string, err error) {
	values := url.Values{"page_size": {strconv.Itoa(consentPageSize)}}
	if token != "" {
		values.Set("page_token", token)
	}
	call, err := http.NewRequest(http.MethodGet, c.app.URL.String()+"/consents/"+url.PathEscape(list)+"?"+values.Encode(), nil)
	if err != nil {
		return nil, "", err
	}
	a, err := c.ask(ctx, call, nil, new(bytes.Buffer), maxBody)
	if err != nil {
		return nil, "", err
	}
	var page consentsAnswer
	if !readPage(a, "identities", &page) {
		return nil, "", errors.New("the answer is 200, but not a page of identities in JSON")
	}
	for _, entry := range page.Identities {
		identities = append(identities, entry.Identity)
	}
	if slices.Contains(identities, "") {
		return nil, "", errors.New("the answer is 200, but an entry names nobody")
	}
	return identities, page.NextPageToken, nil
}
