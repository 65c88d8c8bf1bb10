package sandbox

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCallbackURL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{CallbackSecret: "other"})
		sendWith(t, s, `{"callback_url":"http://127.0.0.1:10/own"}`)
		sendWith(t, s, `{"callback_url":"https://example.com/own"}`) // whose receipts go nowhere
		time.Sleep(time.Minute)
		got := r.received()
		if told, want := r.told(t), append(deliveredStory[:2:2], "SMS SUBMIT", "SMS DELIVERED"); !slices.Equal(told, want) {
			t.Fatalf("told %v, want %v", told, want)
		}
		for _, c := range got {
			receipt := strings.Contains(c.body, "message_delivery_report")
			if receipt != (c.target == "http://127.0.0.1:10/own") {
				t.Errorf("%s got %s", c.target, c.body)
			}
			secret := "s3cr3t"
			if receipt {
				secret = "other"
			}
			h := c.header
			if want := callbackSignature(secret, []byte(c.body), h.Get("X-Sinch-Webhook-Signature-Nonce"),
				h.Get("X-Sinch-Webhook-Signature-Timestamp")); h.Get("X-Sinch-Webhook-Signature") != want {
				t.Errorf("signature of %s", c.body)
			}
		}
		s = New(Config{Callbacks: Callbacks{Transport: r}}) // with no webhook and no secret
		sendWith(t, s, `{"callback_url":"http://127.0.0.1:10/own"}`)
		time.Sleep(time.Minute)
		all := r.received()[len(got):]
		if len(all) != 2 || all[0].header.Get("X-Sinch-Webhook-Signature") != "" {
			t.Errorf("%d callbacks, the first with %v", len(all), all[0].header)
		}
	})
}

// A receipt can be there before the answer to the request, whatever waits in the queue.
func TestReceiptBeforeAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{Drain: 1, Webhooks: 1, Callbacks: Callbacks{Lost: 1, Tries: 1}})
		r.answer = func(int) (int, error) { time.Sleep(3 * time.Second); return 500, nil }
		for range 10 {
			sendText(t, s, "+447700900001")
		}
		start := time.Now()
		sendText(t, s, "+447700900096")
		if got := r.told(t); !slices.Equal(got, deliveredStory) || time.Since(start) != 9*time.Second {
			t.Errorf("told %v after %v", got, time.Since(start))
		}
		go func() { time.Sleep(time.Second); s.Close() }()
		start = time.Now()
		sendText(t, s, "+447700900096") // which a server that is closed does not keep waiting
		if took := time.Since(start); took != time.Second {
			t.Errorf("answered after %v", took)
		}
		s.Close() // when the call that is being made has ended
	})
}
