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

// toContact is the direction of messages to people.
const toContact = "TO_CONTACT"

// StoredMessage is a message to or from a person, as the API keeps it.
type StoredMessage struct {
	ID         string
	Identity   string // whose: of a phone channel the digits, as a rule without the plus sign. Personal data
	Contact    string // whose, where the app keeps contacts
	Inbound    bool   // from the person; the API was asked for others only
	Metadata   string // as the sender gave it; of an inbound one nothing
	AcceptTime time.Time
	Status     string // how far it is, as receipts say it; "" unless the app keeps that
	Channel    string // on which it is that far
}

// Query says which stored messages of the app are wanted. Its other fields filter nothing where they are zero.
type Query struct {
	Source   Source
	Identity string
	Contact  string    // of ConversationSource alone
	Start    time.Time // accepted at or after
}

const (
	pageSize = 1000     // the most that the API puts on a page
	maxPage  = 64 << 20 // bytes that are read of a page: room for 1000 of the longest templates
)

// errEndless says that a token leads to pages that have been read.
var errEndless = errors.New("the pages do not end")

// messagesAnswer is a page of stored messages as the API writes it.
type messagesAnswer struct {
	Messages []struct {
		ID              string `json:"id"`
		Direction       string `json:"direction"`
		ChannelIdentity struct {
			Channel  string `json:"channel"`
			Identity string `json:"identity"`
		} `json:"channel_identity"`
		ContactID  string          `json:"contact_id"`
		Metadata   string          `json:"metadata"`
		AcceptTime time.Time       `json:"accept_time"`
		Status     json.RawMessage `json:"message_status"` // whatever it is, the page can be read
	} `json:"messages"`
	NextPageToken string `json:"next_page_token"`
}

// lastQuery is the body of messages:fetch-last-message.
type lastQuery struct {
	ChannelIdentities []string `json:"channel_identities,omitempty"`
	ContactIDs        []string `json:"contact_ids,omitempty"`
	AppID             string   `json:"app_id"`
	Source            Source   `json:"messages_source"`
	Direction         string   `json:"direction"`
	View              string   `json:"view"`
	PageSize          int      `json:"page_size"`
	PageToken         string   `json:"page_token,omitempty"`
}

// Page returns a page of the stored messages of the app that answer q, the newest first, and the token of the next one: empty where there is none, or
// where this is the first. Errors are of the kinds that [Client.App] returns.
func (c *Client) Page(ctx context.Context, q Query, token string) (messages []StoredMessage, next string, err error) {
	values := url.Values{
		"app_id": {c.appID}, "messages_source": {string(q.Source)}, "direction": {toContact}, "view": {"WITH_METADATA"},
		"page_size": {strconv.Itoa(pageSize)},
	}
	if q.Identity != "" {
		values.Set("channel_identity", q.Identity)
	}
	if q.Contact != "" {
		values.Set("contact_id", q.Contact)
	}
	if !q.Start.IsZero() {
		values.Set("start_time", q.Start.UTC().Format(time.RFC3339Nano))
	}
	if token != "" {
		values.Set("page_token", token)
	}
	call, err := http.NewRequest(http.MethodGet, c.list+"?"+values.Encode(), nil)
	if err != nil {
		return nil, "", err
	}
	if messages, next, err = c.page(ctx, call, nil, token); err != nil {
		return nil, "", fmt.Errorf("list messages: %w", err)
	}
	return messages, next, nil
}

// Messages returns all the stored messages of the app that answer q, the newest first. The last pair may hold an error, as of [Client.Page]; without
// one the list is whole.
func (c *Client) Messages(ctx context.Context, q Query) iter.Seq2[StoredMessage, error] {
	return all(func(token string) ([]StoredMessage, string, error) { return c.Page(ctx, q, token) })
}

// LastMessages returns for each of the identities the newest stored message between the app and it, where there is one. Errors are as
// of [Client.Messages].
func (c *Client) LastMessages(ctx context.Context, source Source, identities []string) iter.Seq2[StoredMessage, error] {
	return c.lastMessages(ctx, lastQuery{ChannelIdentities: identities, Source: source})
}

// LastOfContacts returns for each of the contacts what [Client.LastMessages] returns for identities. They are in [ConversationSource] alone.
func (c *Client) LastOfContacts(ctx context.Context, contacts []string) iter.Seq2[StoredMessage, error] {
	return c.lastMessages(ctx, lastQuery{ContactIDs: contacts, Source: ConversationSource})
}

func (c *Client) lastMessages(ctx context.Context, q lastQuery) iter.Seq2[StoredMessage, error] {
	q.AppID, q.Direction, q.View, q.PageSize = c.appID, toContact, "WITH_METADATA", pageSize
	return all(func(token string) ([]StoredMessage, string, error) {
		q.PageToken = token
		body, err := json.Marshal(q)
		if err != nil {
			return nil, "", err
		}
		messages, next, err := c.page(ctx, c.last, body, token)
		if err != nil {
			return nil, "", fmt.Errorf("fetch last messages: %w", err)
		}
		return messages, next, nil
	})
}

// all yields the messages of a page after the other, until one says that it is the last.
func all(page func(token string) ([]StoredMessage, string, error)) iter.Seq2[StoredMessage, error] {
	return func(yield func(StoredMessage, error) bool) {
		for token := ""; ; {
			messages, next, err := page(token)
			if err != nil {
				yield(StoredMessage{}, err)
				return
			}
			for _, m := range messages {
				if !yield(m, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			token = next
		}
	}
}

// page asks for one page.
func (c *Client) page(ctx context.Context, call *http.Request, body []byte, token string) ([]StoredMessage, string, error) {
	buf := new(bytes.Buffer) // a page is large, and pages are few: nothing for the pool
	a, err := c.ask(ctx, call, body, buf, maxPage)
	if err != nil {
		return nil, "", err
	}
	var page messagesAnswer
	switch {
	case !readPage(a, "messages", &page):
		return nil, "", errors.New("the answer is 200, but not a page of messages in JSON")
	case page.NextPageToken != "" && page.NextPageToken == token:
		return nil, "", errEndless
	}
	messages := make([]StoredMessage, 0, len(page.Messages))
	for _, m := range page.Messages {
		stored := StoredMessage{ID: m.ID, Identity: m.ChannelIdentity.Identity, Contact: m.ContactID, Metadata: m.Metadata, AcceptTime: m.AcceptTime,
			Channel: m.ChannelIdentity.Channel}
		_ = json.Unmarshal(m.Status, &stored.Status) // what is no text is none that we know
		if stored.Inbound = m.Direction != "" && m.Direction != toContact; stored.Inbound {
			stored.Metadata = "" // a reply may carry that of what it replies to
		}
		messages = append(messages, stored)
	}
	return messages, page.NextPageToken, nil
}

// readPage reads a page of a list with a name into v, and nothing that only resembles one: what is not on it counts as not being there, and then
// somebody is sent to. An empty page need not name the list, as JSON made of protocol buffers may leave out what is empty.
func readPage(a answer, list string, v any) bool {
	var fields map[string]json.RawMessage
	if !isJSON(a.header) || json.Unmarshal(a.body, &fields) != nil || fields == nil || json.Unmarshal(a.body, v) != nil {
		return false
	}
	for name := range fields {
		if name != list && name != "next_page_token" {
			return false
		}
	}
	return true
}
