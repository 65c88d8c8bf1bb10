package notify

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

var errAddress = errors.New("an address that begins with https:// or http:// is wanted") // without what was given: it may be a secret

// parseAddress reads a URL that can be told something.
func parseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, errAddress
	}
	return u, nil
}

// status is what a heartbeat says.
type status int

const (
	start status = iota
	success
	failure
)

// Heartbeat is the address of a service that expects to hear of every start and every end, and calls somebody when it does not.
//
// A plain address follows the convention of healthchecks.io: POST to it at success, to /start and /fail below it at the start and at
// failure. In an address with {status}, that becomes start, success or failure; {run|complete|fail} gives other words in this order (those
// of Cronitor), and nothing is sent where the word is empty: {|up|down} is what Uptime Kuma wants. Such an address is asked for with GET.
type Heartbeat struct {
	text string
	host string
}

// placeholder is what stands for the status in an address.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// ParseHeartbeat reads the address of a heartbeat. An error does not quote it.
func ParseHeartbeat(text string) (*Heartbeat, error) {
	for _, p := range placeholder.FindAllString(text, -1) {
		if len(words(p)) != 3 {
			return nil, errors.New("between { and } three words are wanted, for the start, success and failure, such as {run|complete|fail}; or {status}")
		}
	}
	h := &Heartbeat{text: text}
	for _, s := range []status{start, success, failure} {
		u, err := parseAddress(h.fill(s))
		if err != nil {
			return nil, err
		}
		h.host = u.Host
	}
	return h, nil
}

func words(placeholder string) []string {
	inner := strings.Trim(placeholder, "{}")
	if inner == "status" {
		inner = "start|success|failure"
	}
	return strings.Split(inner, "|")
}

// fill puts the word for s into the address.
func (h *Heartbeat) fill(s status) string {
	return placeholder.ReplaceAllStringFunc(h.text, func(p string) string { return words(p)[s] })
}

// call is the request that says s, or nil where nothing is to be sent.
func (h *Heartbeat) call(s status, body string) *call {
	u, err := parseAddress(h.fill(s))
	if err != nil {
		return nil // unreachable: ParseHeartbeat has tried
	}
	if found := placeholder.FindAllString(h.text, -1); len(found) > 0 {
		for _, p := range found {
			if words(p)[s] == "" {
				return nil
			}
		}
		return &call{method: "GET", url: u}
	}
	switch s { // JoinPath leaves the query where it is: ?create=1
	case start:
		u = u.JoinPath("start")
	case failure:
		u = u.JoinPath("fail")
	}
	return &call{method: "POST", url: u, kind: "text/plain; charset=utf-8", body: []byte(body)}
}

// Webhook is an address that is told of the end of every start.
type Webhook struct {
	url   *url.URL
	slack bool // it takes {"text": …}
}

// ParseWebhook reads the address of a webhook. One of hooks.slack.com, or with "slack:" before it, gets a text for people; any other the
// [Message] as JSON. An error does not quote it.
func ParseWebhook(text string) (*Webhook, error) {
	address, slack := strings.CutPrefix(text, "slack:")
	u, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	return &Webhook{url: u, slack: slack || u.Hostname() == "hooks.slack.com"}, nil
}

func (w *Webhook) call(m Message) *call {
	body := m.json()
	if w.slack {
		body = m.slack()
	}
	return &call{method: "POST", url: w.url, kind: "application/json", body: body}
}
