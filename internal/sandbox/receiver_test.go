package sandbox

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// webhookTarget is where the tests' webhooks point to; receivers answer there without a network.
const webhookTarget = "http://127.0.0.1:9/hook"

// receiver takes the callbacks of a server in the same process.
type receiver struct {
	answer func(n int) (status int, err error) // to the nth callback, from 1; nil: 200

	mu  sync.Mutex
	all []received
}

// received is a callback that arrived.
type received struct {
	at     time.Time
	target string
	header http.Header
	body   string
}

func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.all = append(r.all, received{time.Now(), request.URL.String(), request.Header, string(body)})
	n := len(r.all)
	r.mu.Unlock()
	status := http.StatusOK
	if r.answer != nil {
		status, err = r.answer(n)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {webhookTarget + "/elsewhere"}}, Body: http.NoBody}, err
}

func (r *receiver) received() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.all...)
}

// told returns what the callbacks say, shortly: MESSAGE_SUBMIT, or the status of a receipt, with its channel and its reason.
func (r *receiver) told(t testing.TB) (all []string) {
	t.Helper()
	for _, c := range r.received() {
		e := decodeAs[event](t, c.body)
		switch {
		case e.Submit != nil:
			all = append(all, e.Submit.Identity.Channel+" SUBMIT")
		case e.Delivery != nil && e.Delivery.Reason != nil:
			all = append(all, e.Delivery.Identity.Channel+" "+e.Delivery.Status+" "+e.Delivery.Reason.Code)
		case e.Delivery != nil:
			all = append(all, e.Delivery.Identity.Channel+" "+e.Delivery.Status)
		case e.Message != nil:
			all = append(all, e.Message.Identity.Channel+" "+e.Message.Content.Text.Text)
		case e.OptOut != nil:
			all = append(all, e.OptOut.Channel+" "+e.OptOut.Status)
		default:
			all = append(all, c.body)
		}
	}
	return all
}

// hook makes a webhook at webhookTarget.
func hook(t testing.TB, s *Server, triggers ...string) webhook {
	t.Helper()
	r := call(t, s, "POST", "/webhooks", `{"app_id":"`+DefaultAppID+`","target":"`+webhookTarget+`","target_type":"HTTP","secret":"s3cr3t",
		"triggers":["`+strings.Join(triggers, `","`)+`"]}`)
	if r.status != http.StatusOK {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	return decodeAs[webhook](t, r.body)
}

// listened returns a server whose callbacks about messages go to the receiver.
func listened(t testing.TB, cfg Config) (*Server, *receiver) {
	t.Helper()
	r := &receiver{}
	cfg.Callbacks.Transport = r
	s := New(cfg)
	hook(t, s, onSubmit, onDelivery, onCapability, onBatch)
	return s, r
}

// sendWith sends a good request with some of its fields replaced, and returns the id it got.
func sendWith(t testing.TB, s *Server, changed string) string {
	t.Helper()
	r := send(t, s, requestWith(t, changed))
	if r.status != http.StatusOK {
		t.Fatalf("status %d, body %s", r.status, r.body)
	}
	return decodeAs[Message](t, r.body).ID
}
