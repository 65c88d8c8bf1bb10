package sinch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// maxTemplate is how many bytes are read of a template: it may have many translations.
const maxTemplate = 4 << 20

// Template is a template as the Template API has it.
type Template struct {
	ID      string
	Version int             // one more with every change
	JSON    json.RawMessage // all of it, as the API writes it
}

// Template asks for the newest version of a template that was made at Sinch. The error is of the kinds that [Client.App] returns; a 404 means that
// the project has no such template in this region.
func (c *Client) Template(ctx context.Context, id string) (*Template, error) {
	body, err := c.askTemplates(ctx, url.PathEscape(id))
	if err != nil {
		return nil, fmt.Errorf("get template: %w", err)
	}
	var t struct {
		ID           string            `json:"id"`
		Version      int               `json:"version"`
		Translations []json.RawMessage `json:"translations"`
	}
	if json.Unmarshal(body, &t) != nil || t.ID != id || len(t.Translations) == 0 {
		return nil, errors.New("get template: the answer is 200, but not the template in JSON")
	}
	return &Template{ID: t.ID, Version: t.Version, JSON: body}, nil
}

// Translations asks for the translations of a template that have a version which need not be the newest, each as the API writes it.
func (c *Client) Translations(ctx context.Context, id, version string) ([]json.RawMessage, error) {
	body, err := c.askTemplates(ctx, url.PathEscape(id)+"/translations?"+url.Values{"translation_version": {version}}.Encode())
	if err != nil {
		return nil, fmt.Errorf("get translations: %w", err)
	}
	var answer struct {
		Translations *[]json.RawMessage `json:"translations"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Translations == nil {
		return nil, errors.New("get translations: the answer is 200, but not a list of translations in JSON")
	}
	return *answer.Translations, nil
}

// askTemplates asks for something below the project's templates, and returns the JSON of the answer.
func (c *Client) askTemplates(ctx context.Context, path string) (json.RawMessage, error) {
	call, err := http.NewRequest(http.MethodGet, c.templates+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	a, err := c.ask(ctx, call, nil, new(bytes.Buffer), maxTemplate)
	if err != nil {
		return nil, err
	}
	if !isJSON(a.header) || !json.Valid(a.body) {
		return nil, errors.New("the answer is 200, but not in JSON")
	}
	return a.body, nil
}
