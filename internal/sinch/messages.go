package sinch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Source is where the API keeps messages: by the mode in which they were processed.
type Source string

// The sources. A message is found in that of its own mode only.
const (
	ConversationSource Source = "CONVERSATION_SOURCE"
	DispatchSource     Source = "DISPATCH_SOURCE"
)

// StoredMessage is a message to a person, as the API keeps it.
type StoredMessage struct {
	ID         string
	Identity   string // to whom: of a phone channel the digits, as a rule without the plus sign. Personal data
	Metadata   string // as the sender gave it
	AcceptTime time.Time
}

// Query says which stored messages of the app are wanted. Its other fields filter nothing where they are zero.
type Query struct {
	Source   Source
	Identity string
	Start    time.Time // accepted at or after
}

const (
	pageSize = 1000     // the most that the API puts on a page
	maxPage  = 64 << 20 // bytes that are read of a page: room for 1000 of the longest templates
)

// maxPages bounds a look-up, against a server whose pages never end.
const maxPages = 10_000

// messagesAnswer is a page of stored messages as the API writes it.
type messagesAnswer struct {
	Messages []struct {
		ID              string `json:"id"`
		Direction       string `json:"direction"`
		ChannelIdentity struct {
			Identity string `json:"identity"`
		} `json:"channel_identity"`
		Metadata   string    `json:"metadata"`
		AcceptTime time.Time `json:"accept_time"`
	} `json:"messages"`
	NextPageToken string `json:"next_page_token"`
}

// lastQuery is the body of messages:fetch-last-message.
type lastQuery struct {
	ChannelIdentities []string `json:"channel_identities"`
	AppID             string   `json:"app_id"`
	Source            Source   `json:"messages_source"`
	Direction         string   `json:"direction"`
	View              string   `json:"view"`
	PageSize          int      `json:"page_size"`
	PageToken         string   `json:"page_token,omitempty"`
}

// Messages returns the stored messages from the app to people that answer q, the newest first. The last pair may hold an error, of the kinds
// that [Client.App] returns; without one the list is whole.
func (c *Client) Messages(ctx context.Context, q Query) iter.Seq2[StoredMessage, error] {
	return c.pages(ctx, "list messages", func(pageToken string) (*http.Request, []byte, error) {
		values := url.Values{
			"app_id": {c.appID}, "messages_source": {string(q.Source)}, "direction": {"TO_CONTACT"}, "view": {"WITH_METADATA"},
			"page_size": {strconv.Itoa(pageSize)},
		}
		if q.Identity != "" {
			values.Set("channel_identity", q.Identity)
		}
		if !q.Start.IsZero() {
			values.Set("start_time", q.Start.UTC().Format(time.RFC3339Nano))
		}
		if pageToken != "" {
			values.Set("page_token", pageToken)
		}
		req, err := http.NewRequest(http.MethodGet, c.list+"?"+values.Encode(), nil)
		return req, nil, err
	})
}

// LastMessages returns for each of the identities the newest stored message from the app to it, where there is one. Errors are as
// of [Client.Messages].
func (c *Client) LastMessages(ctx context.Context, source Source, identities []string) iter.Seq2[StoredMessage, error] {
	q := lastQuery{
		ChannelIdentities: identities, AppID: c.appID, Source: source, Direction: "TO_CONTACT", View: "WITH_METADATA", PageSize: pageSize,
	}
	return c.pages(ctx, "fetch last messages", func(pageToken string) (*http.Request, []byte, error) {
		q.PageToken = pageToken
		body, err := json.Marshal(q)
		return c.last, body, err
	})
}

// pages asks for a page after the other, until one says that it is the last.
func (c *Client) pages(ctx context.Context, what string, ask func(pageToken string) (*http.Request, []byte, error)) iter.Seq2[StoredMessage, error] {
	return func(yield func(StoredMessage, error) bool) {
		token := ""
		for range maxPages {
			page, err := c.page(ctx, token, ask)
			if err != nil {
				yield(StoredMessage{}, fmt.Errorf("%s: %w", what, err))
				return
			}
			for _, m := range page.Messages {
				if m.Direction != "" && m.Direction != "TO_CONTACT" {
					continue
				}
				if !yield(StoredMessage{ID: m.ID, Identity: m.ChannelIdentity.Identity, Metadata: m.Metadata, AcceptTime: m.AcceptTime}, nil) {
					return
				}
			}
			if page.NextPageToken == "" {
				return
			}
			if page.NextPageToken == token {
				break
			}
			token = page.NextPageToken
		}
		yield(StoredMessage{}, fmt.Errorf("%s: the pages do not end", what))
	}
}

func (c *Client) page(ctx context.Context, token string, ask func(pageToken string) (*http.Request, []byte, error)) (*messagesAnswer, error) {
	call, body, err := ask(token)
	if err != nil {
		return nil, err
	}
	buf := new(bytes.Buffer) // a page is large, and pages are few: nothing for the pool
	a, err := c.ask(ctx, call, body, buf, maxPage)
	if err != nil {
		return nil, err
	}
	page, ok := parsePage(a)
	if !ok {
		return nil, errors.New("the answer is 200, but not a page of messages in JSON")
	}
	return page, nil
}

// parsePage reads a page, and nothing that only resembles one: that a message is not on it can mean that it is sent again. An empty page
// need not name the list, as JSON made of protocol buffers may leave out what is empty.
func parsePage(a answer) (*messagesAnswer, bool) {
	var page messagesAnswer
	var fields map[string]json.RawMessage
	if !isJSON(a.header) || json.Unmarshal(a.body, &fields) != nil || fields == nil || json.Unmarshal(a.body, &page) != nil {
		return nil, false
	}
	for name := range fields {
		if name != "messages" && name != "next_page_token" {
			return nil, false
		}
	}
	return &page, true
}
