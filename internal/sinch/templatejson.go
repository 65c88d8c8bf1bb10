package sinch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// TemplateJSON asks for a template that was made at Sinch, and returns it as the Template API writes it. The error is of the kinds that
// [Client.App] returns.
func (c *Client) TemplateJSON(ctx context.Context, id string) (json.RawMessage, error) {
	base := strings.NewReplacer(".conversation.api.", ".template.api.", "/v1/projects/", "/v2/projects/").Replace(strings.TrimSuffix(c.list, "messages"))
	call, err := http.NewRequest(http.MethodGet, base+"templates/"+url.PathEscape(id), nil)
	if err != nil {
		return nil, err
	}
	buf := new(bytes.Buffer)
	a, err := c.ask(ctx, call, nil, buf, maxBody)
	if err != nil {
		return nil, fmt.Errorf("get template: %w", err)
	}
	if !isJSON(a.header) || !json.Valid(a.body) {
		return nil, errors.New("get template: the answer is 200, but not in JSON")
	}
	return slices.Clone(a.body), nil
}
