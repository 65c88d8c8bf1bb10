package sinch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// transcodeQuery is the body of messages:transcode.
type transcodeQuery struct {
	AppID    string          `json:"app_id"`
	Message  json.RawMessage `json:"app_message"`
	Channels []string        `json:"channels"`
}

// Transcode asks what the API makes of a message, the JSON of an AppMessage, for each of some channels: a text, or JSON in the channel's own form.
// Nothing is sent, and no person is named. Errors are of the kinds that [Client.App] returns.
func (c *Client) Transcode(ctx context.Context, message []byte, channels []string) (map[string]string, error) {
	body, err := json.Marshal(transcodeQuery{c.appID, message, channels})
	if err != nil {
		return nil, err
	}
	call, err := http.NewRequest(http.MethodPost, c.list+":transcode", nil)
	if err != nil {
		return nil, err
	}
	buf := c.wire.buffer()
	defer c.wire.release(buf)
	a, err := c.ask(ctx, call, body, buf, maxBody)
	if err != nil {
		return nil, fmt.Errorf("transcode message: %w", err)
	}
	var transcoded struct {
		Messages map[string]string `json:"transcoded_message"`
	}
	if !isJSON(a.header) || json.Unmarshal(a.body, &transcoded) != nil || transcoded.Messages == nil {
		return nil, errors.New("transcode message: the answer is 200, but not a transcoded message in JSON")
	}
	return transcoded.Messages, nil
}
