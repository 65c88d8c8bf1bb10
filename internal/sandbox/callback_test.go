package sandbox

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The first two are the vendor's.
func TestCallbackSignature(t *testing.T) {
	for _, tc := range []struct{ secret, nonce, timestamp, body, want string }{
		{"foo_secret1234", "01FJA8B4A7BM43YGWSG9GBV067", "1634579353",
			`{"app_id":"","accepted_time":"2021-10-18T17:49:13.813615Z","project_id":"e2df3a34-a71b-4448-9db5-a8d2baad28e4","contact_create_notification":{"contact":{"id":"01FJA8B466Y0R2GNXD78MD9SM1","channel_identities":[{"channel":"SMS","identity":"48123456789","app_id":""}],"display_name":"New Test Contact","email":"new.contact@email.com","external_id":"","metadata":"","language":"EN_US"}},"message_metadata":""}`,
			"6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE="},
		{"foo_secret1234", "01FJA8B4A7BM43YGWSG9GBV067", "1634579353",
			`{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z","project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":{"message_id":"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF","status":"QUEUED_ON_CHANNEL","contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}`,
			"Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk="},
		{"campaign-secret", "01HZX3Q4R5S6T7V8W9X0YZN0NC", "1772359201",
			`{"app_id":"01HZX3Q4R5S6T7V8W9X0YZABCD","accepted_time":"2026-03-01T10:00:00.000Z","event_time":"2026-03-01T10:00:01.500Z","project_id":"11111111-2222-4333-8444-555555555555","message_delivery_report":{"message_id":"01HZX3Q4R5S6T7V8W9X0YZ0001","conversation_id":"","status":"DELIVERED","channel_identity":{"channel":"SMS","identity":"447700900001","app_id":""},"contact_id":"","metadata":"{\"run\":\"r1\",\"row\":42}","processing_mode":"DISPATCH"},"message_metadata":"","correlation_id":"r1-42"}`,
			"L4wjG7yXhOhQLl6BioLQ/Apaa2fwrAIgqJ2Zp8hXuVE="},
		{"s3cr3t", "01HZX3Q4R5S6T7V8W9X0YZN0NC", "1700000000", `{"hello":"wörld"}`, "W8La19PKBAOX/nNmKgiVE9hfVFLAAdlROoyM6x6MlpU="},
	} {
		if got := callbackSignature(tc.secret, []byte(tc.body), tc.nonce, tc.timestamp); got != tc.want {
			t.Errorf("signature %s of %s, want %s", got, tc.body, tc.want)
		}
	}
}

// What clients trip over: no plus sign, no contact, and a message_metadata that is not theirs.
func TestCallbacksAsTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{Drain: 10})
		id := sendWith(t, s, `{"correlation_id":"r1/42","message":{"text_message":{"text":"1 < 2 & é"}}}`)
		time.Sleep(time.Minute)

		const head = `{"app_id":"` + DefaultAppID + `","accepted_time":"2000-01-01T00:00:00.1Z","event_time":"2000-01-01T00:00:00.1Z","project_id":"` +
			DefaultProjectID + `",`
		const tail = `},"message_metadata":"","correlation_id":"r1/42"}`
		message := `"message_id":"` + id + `","conversation_id":"",`
		const identity = `"channel_identity":{"channel":"SMS","identity":"447700900001","app_id":""},"contact_id":"",`
		const metadata = `"metadata":"about +447700900001","processing_mode":"DISPATCH"`
		want := []string{
			head + `"message_submit_notification":{` + message + identity +
				`"submitted_message":{"text_message":{"text":"1 < 2 & é"}},` + metadata + tail,
			head + `"message_delivery_report":{` + message + `"status":"QUEUED_ON_CHANNEL",` + identity + metadata + tail,
			strings.ReplaceAll(head, "00.1Z", "01.1Z") + `"message_delivery_report":{` + message + `"status":"DELIVERED",` + identity + metadata + tail,
		}
		got := r.received()
		if len(got) != len(want) {
			t.Fatalf("%d callbacks, want %d", len(got), len(want))
		}
		for i, c := range got {
			if c.body != want[i] {
				t.Errorf("callback %d is\n%s, want\n%s", i, c.body, want[i])
			}
			h := c.header
			nonce, timestamp := h.Get("x-sinch-webhook-signature-nonce"), h.Get("x-sinch-webhook-signature-timestamp")
			if signature := callbackSignature("s3cr3t", []byte(c.body), nonce, timestamp); h.Get("x-sinch-webhook-signature") != signature ||
				h.Get("x-sinch-webhook-signature-algorithm") != "HmacSHA256" || len(nonce) != 26 || h.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v, want a signature %s", h, signature)
			}
		}
		if got[0].header.Get("x-sinch-webhook-signature-nonce") == got[1].header.Get("x-sinch-webhook-signature-nonce") {
			t.Error("two callbacks have one nonce")
		}
	})
}

func TestCallbacksOfConversations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{Mode: Conversation})
		sendWith(t, s, `{"recipient":{"contact_id":"01EXA07N79THJ20WSN6AS30TMW"},"channel_priority_order":["RCS"],"correlation_id":"c"}`)
		sendWith(t, s, `{"processing_strategy":"DISPATCH_ONLY","correlation_id":"c"}`)
		time.Sleep(time.Minute)
		got := r.received()
		if len(got) != 6 {
			t.Fatalf("%d callbacks, want 6", len(got))
		}
		for _, c := range got {
			e := decodeAs[event](t, c.body)
			if e.Delivery == nil || e.Delivery.Status != "DELIVERED" {
				continue
			}
			kept := e.Delivery.ProcessingMode == Conversation
			if kept != (e.Delivery.ContactID == "01EXA07N79THJ20WSN6AS30TMW") || kept != (e.Delivery.ConversationID != "") || kept != (e.CorrelationID == "c") {
				t.Errorf("callback %s", c.body)
			}
		}
	})
}

func TestCallbacksWithMoreAndLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r := listened(t, Config{DropCorrelation: true, Callbacks: Callbacks{UnknownFields: true}})
		sendWith(t, s, `{"correlation_id":"c"}`)
		time.Sleep(time.Minute)
		for _, c := range r.received() {
			if strings.Contains(c.body, "correlation_id") || !strings.Contains(c.body, `"nrs_data":{`) || !strings.Contains(c.body, `"sandbox_notes":{`) {
				t.Errorf("callback %s", c.body)
			}
		}
	})
}
