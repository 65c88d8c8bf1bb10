package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/oklog/ulid/v2"
)

// goodMessages are of every type and with every field.
var goodMessages = []struct{ name, json string }{
	{"text", `{"text_message":{"text":"Hello"}}`},
	{"null fields", `{"text_message":{"text":"Hello"},"media_message":null,"agent":null}`},
	{"media", `{"media_message":{"url":"https://example.com/a.jpg","thumbnail_url":"https://example.com/t.jpg","filename_override":"a.jpg"}}`},
	{"card", `{"card_message":{"title":"Sale","description":"Now","height":"TALL","media_message":{"url":"https://example.com/a.jpg"},
		"choices":[{"url_message":{"title":"Open","url":"https://example.com"}}],"message_properties":{"whatsapp_header":"h"}}}`},
	{"card without title", `{"card_message":{"description":"Now"}}`},
	{"choice", `{"choice_message":{"text_message":{"text":"Coming?"},"message_properties":{"whatsapp_footer":"f"},"choices":[
		{"text_message":{"text":"Yes"},"postback_data":"y","display_mode":"PERSISTENT"},
		{"call_message":{"title":"Call","phone_number":"+447700900002"}},
		{"location_message":{"title":"Here","coordinates":{"latitude":0,"longitude":-0.5}}},
		{"calendar_message":{"title":"Save","event_start":"2026-04-01T10:00:00Z","event_end":"2026-04-01T11:00:00+01:00","event_title":"Sale",
			"event_description":"d","fallback_url":"https://example.com"}},
		{"share_location_message":{"title":"Where?","fallback_url":"https://example.com"}}]}}`},
	{"carousel", `{"carousel_message":{"cards":[{"title":"A"},{"title":"B"}],"choices":[{"text_message":{"text":"More"}}]}}`},
	{"location", `{"location_message":{"title":"Office","label":"HQ","coordinates":{"latitude":55.610479,"longitude":13.002873}}}`},
	{"list", `{"list_message":{"title":"Pick","description":"d","media":{"url":"https://example.com/a.jpg"},"message_properties":{"menu":"Open"},
		"sections":[{"title":"S","items":[{"choice":{"title":"A","description":"d","postback_data":"a"}}]}]}}`},
	{"list of products", `{"list_message":{"title":"Buy","message_properties":{"catalog_id":"c"},
		"sections":[{"title":"S","items":[{"product":{"id":"1","marketplace":"FACEBOOK","quantity":2,"item_price":9.5,"currency":"GBP"}}]}]}}`},
	{"template", `{"template_message":{"channel_template":{"WHATSAPP":{"template_id":"order","language_code":"en","parameters":{"body[1]text":"Ann"}}},
		"omni_template":{"template_id":"01F8MECHZX3TBDSZ7XRADM79XE","version":"latest","parameters":{"name":"Ann"}}}}`},
	{"contact info", `{"contact_info_message":{"name":{"full_name":"Ann Lee"},"phone_numbers":[{"phone_number":"+447700900003","type":"WORK"}],
		"addresses":[{"city":"Leeds"}],"email_addresses":[{"email_address":"ann@example.com"}],"organization":{"company":"Acme"},
		"urls":[{"url":"https://example.com"}],"birthday":"1990-02-28"}}`},
	{"overrides", `{"text_message":{"text":"default"},
		"explicit_channel_message":{"WHATSAPP":"{\"type\":\"text\",\"text\":{\"body\":\"a \\\"b\\\"\"}}"},
		"explicit_channel_omni_message":{"SMS":{"text_message":{"text":"short"}},"WHATSAPP":{"template_reference":{"template_id":"t","version":"1"}}},
		"channel_specific_message":{"WHATSAPP":{"message_type":"FLOWS","message":{"flow_id":"1","flow_cta":"Go"}}},
		"agent":{"display_name":"Ann","type":"HUMAN","picture_url":"https://example.com/ann.jpg"},"reply_to":{"message_id":"01FC66621XXXXX119Z8PMV1QPQ"}}`},
}

func TestSendAcceptsMessages(t *testing.T) {
	for _, tc := range goodMessages {
		t.Run(tc.name, func(t *testing.T) {
			s := New(Config{Keep: true})
			body := requestWith(t, `{"message":`+tc.json+`}`)
			if r := send(t, s, body); r.status != http.StatusOK {
				t.Fatalf("status %d, body %s", r.status, r.body)
			}
			accepted := s.Accepted()
			if len(accepted) != 1 || !sameJSON(t, accepted[0].Request, []byte(body)) {
				t.Errorf("accepted %s, want %s once", accepted, body)
			}
		})
	}
}

func TestSendAcceptsFields(t *testing.T) {
	for _, tc := range []struct{ name, fields string }{
		{"everything", `{"callback_url":"https://example.com:8443/hook","channel_priority_order":["RCS","SMS"],
			"channel_properties":{"SMS_SENDER":"Acme"},"conversation_metadata":{"a":{"b":1}},"conversation_metadata_update_strategy":"MERGE_PATCH",
			"correlation_id":"run/1","queue":"HIGH_PRIORITY","ttl":"86400s","processing_strategy":"DISPATCH_ONLY",
			"message_content_type":"CONTENT_MARKETING"}`},
		{"longest", `{"message_metadata":"` + strings.Repeat("é", 1024) + `","correlation_id":"` + strings.Repeat("é", 128) + `",
			"channel_properties":{"SMS_SENDER":"` + strings.Repeat("é", 1024) + `"},"conversation_metadata":{"a":"` + strings.Repeat("é", 2040) + `"}}`},
		{"short ttl of the vendor's examples", `{"ttl":"2s"}`},
		{"conversation metadata as a string", `{"conversation_metadata":"{\"a\":1}"}`},
		{"channel that the app lacks", `{"channel_priority_order":["LINE","SMS"]}`},
		{"null", `{"ttl":null,"channel_properties":null}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := New(Config{Channels: []string{"SMS"}})
			if r := send(t, s, requestWith(t, tc.fields)); r.status != http.StatusOK {
				t.Errorf("status %d, body %s", r.status, r.body)
			}
		})
	}
}

func TestSendRefuses(t *testing.T) {
	repeat := func(n int, s string) string { return "[" + strings.TrimSuffix(strings.Repeat(s+",", n), ",") + "]" }
	yes := `{"text_message":{"text":"Yes"}}`
	for _, tc := range []struct{ fields, field string }{
		{`{"app_id":null}`, "app_id"},
		{`{"app_id":""}`, "app_id"},
		{`{"app_id":"my-app"}`, "app_id"},
		{`{"app_id":1}`, "app_id"},
		{`{"colour":"red"}`, "colour"},
		{`{"Message_metadata":"x"}`, "Message_metadata"},
		{`{"message_metadata":{"a":1}}`, "message_metadata"},
		{`{"message_metadata":"` + strings.Repeat("x", 1025) + `"}`, "message_metadata"},
		{`{"correlation_id":"` + strings.Repeat("x", 129) + `"}`, "correlation_id"},
		{`{"conversation_metadata":{"a":"` + strings.Repeat("x", 2041) + `"}}`, "conversation_metadata"},
		{`{"conversation_metadata":[1]}`, "conversation_metadata"},
		{`{"conversation_metadata_update_strategy":"MERGE"}`, "conversation_metadata_update_strategy"},
		{`{"channel_properties":{"SMS_FLASH_MESSAGE":true}}`, "channel_properties.SMS_FLASH_MESSAGE"},
		{`{"channel_properties":{"SMS_SENDER":"` + strings.Repeat("x", 1025) + `"}}`, "channel_properties.SMS_SENDER"},
		{`{"channel_properties":[]}`, "channel_properties"},
		{`{"channel_priority_order":["RCS","FAX"]}`, "channel_priority_order[1]"},
		{`{"channel_priority_order":"SMS"}`, "channel_priority_order"},
		{`{"callback_url":"example.com/hook"}`, "callback_url"},
		{`{"callback_url":"ftp://example.com"}`, "callback_url"},
		{`{"ttl":"1h"}`, "ttl"},
		{`{"ttl":3600}`, "ttl"},
		{`{"ttl":"0s"}`, "ttl"},
		{`{"ttl":"1.5s"}`, "ttl"},
		{`{"ttl":"315576000001s"}`, "ttl"},
		{`{"queue":"LOW_PRIORITY"}`, "queue"},
		{`{"processing_strategy":"CONVERSATION"}`, "processing_strategy"},
		{`{"message_content_type":"MARKETING"}`, "message_content_type"},

		{`{"recipient":null}`, "recipient"},
		{`{"recipient":{}}`, "recipient"},
		{`{"recipient":[]}`, "recipient"},
		{`{"recipient":{"contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}`, "recipient.contact_id"}, // in DISPATCH mode
		{`{"recipient":{"contact_id":"01EXA07N79THJ20WSN6AS30TMW","identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900001"}]}}}`, "recipient"},
		{`{"recipient":{"identified_by":{}}}`, "recipient.identified_by.channel_identities"},
		{`{"recipient":{"identified_by":{"channel_identities":[]}}}`, "recipient.identified_by.channel_identities"},
		{`{"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":""}]}}}`, "recipient.identified_by.channel_identities[0].identity"},
		{`{"recipient":{"identified_by":{"channel_identities":[{"channel":"sms","identity":"+447700900001"}]}}}`, "recipient.identified_by.channel_identities[0].channel"},
		{`{"recipient":{"identified_by":{"channel_identities":[{"identity":"+447700900001"}]}}}`, "recipient.identified_by.channel_identities[0].channel"},
		{`{"recipient":{"identified_by":{"channel_identities":[{"channel":"SMS","identity":447700900001}]}}}`, "recipient.identified_by.channel_identities[0].identity"},

		{`{"message":null}`, "message"},
		{`{"message":"Hello"}`, "message"},
		{`{"message":{}}`, "message"},
		{`{"message":{"text_message":{"text":"a"},"media_message":{"url":"https://example.com"}}}`, "message"},
		{`{"message":{"txt_message":{"text":"a"},"text_message":{"text":"a"}}}`, "message.txt_message"},
		{`{"message":{"text_message":{"text":""}}}`, "message.text_message.text"},
		{`{"message":{"text_message":{"text":"a","bold":true}}}`, "message.text_message.bold"},
		{`{"message":{"media_message":{"thumbnail_url":"https://example.com"}}}`, "message.media_message.url"},
		{`{"message":{"card_message":{"height":"HUGE"}}}`, "message.card_message.height"},
		{`{"message":{"card_message":{"choices":` + repeat(11, yes) + `}}}`, "message.card_message.choices"},
		{`{"message":{"card_message":{"media_message":{"url":""}}}}`, "message.card_message.media_message.url"},
		{`{"message":{"choice_message":{"text_message":{"text":"?"}}}}`, "message.choice_message.choices"},
		{`{"message":{"choice_message":{"choices":[]}}}`, "message.choice_message.choices"},
		{`{"message":{"choice_message":{"choices":` + repeat(11, yes) + `}}}`, "message.choice_message.choices"},
		{`{"message":{"choice_message":{"choices":[{"postback_data":"y"}]}}}`, "message.choice_message.choices[0]"},
		{`{"message":{"choice_message":{"choices":[{"url_message":{"title":"Open"}}]}}}`, "message.choice_message.choices[0].url_message.url"},
		{`{"message":{"choice_message":{"choices":[{"call_message":{"title":"Call","phone_number":"07700900001"}}]}}}`, "message.choice_message.choices[0].call_message.phone_number"},
		{`{"message":{"choice_message":{"choices":[{"calendar_message":{"title":"a","event_start":"tomorrow","event_end":"2026-04-01T11:00:00Z","event_title":"b","fallback_url":"c"}}]}}}`,
			"message.choice_message.choices[0].calendar_message.event_start"},
		{`{"message":{"choice_message":{"choices":[{"share_location_message":{"title":"a"}}]}}}`, "message.choice_message.choices[0].share_location_message.fallback_url"},
		{`{"message":{"choice_message":{"choices":` + repeat(1, yes) + `,"message_properties":[]}}}`, "message.choice_message.message_properties"},
		{`{"message":{"carousel_message":{"cards":[]}}}`, "message.carousel_message.cards"},
		{`{"message":{"carousel_message":{"cards":` + repeat(11, `{"title":"A"}`) + `}}}`, "message.carousel_message.cards"},
		{`{"message":{"carousel_message":{"cards":[{"card_message":{"title":"A"}}]}}}`, "message.carousel_message.cards[0].card_message"},
		{`{"message":{"carousel_message":{"cards":[{"title":"A"}],"choices":` + repeat(4, yes) + `}}}`, "message.carousel_message.choices"},
		{`{"message":{"carousel_message":{"cards":[{"title":"A"}],"choices":[{"text_message":{"text":"a"},"display_mode":"PERSISTENT"}]}}}`, "message.carousel_message.choices[0].display_mode"},
		{`{"message":{"location_message":{"title":"a"}}}`, "message.location_message.coordinates"},
		{`{"message":{"location_message":{"title":"a","coordinates":{"latitude":"55.6","longitude":13}}}}`, "message.location_message.coordinates.latitude"},
		{`{"message":{"location_message":{"title":"a","coordinates":{"latitude":55.6}}}}`, "message.location_message.coordinates.longitude"},
		{`{"message":{"list_message":{"title":"a","sections":[]}}}`, "message.list_message.sections"},
		{`{"message":{"list_message":{"title":"a","sections":[{"title":"b","items":[]}]}}}`, "message.list_message.sections[0].items"},
		{`{"message":{"list_message":{"title":"a","sections":[{"items":` + repeat(6, `{"choice":{"title":"c"}}`) + `},{"items":` + repeat(5, `{"choice":{"title":"c"}}`) + `}]}}}`, "message.list_message.sections"},
		{`{"message":{"list_message":{"title":"a","sections":[{"items":[{"choice":{"title":"c"}},{"product":{"id":"1","marketplace":"m"}}]}]}}}`, "message.list_message.sections"},
		{`{"message":{"list_message":{"title":"a","sections":[{"items":[{"product":{"id":"1","marketplace":"m"}}]}]}}}`, "message.list_message.message_properties.catalog_id"},
		{`{"message":{"list_message":{"title":"a","message_properties":{"catalog_id":"c"},"sections":[{"items":[{"product":{"id":"1","marketplace":"m","quantity":1.5}}]}]}}}`,
			"message.list_message.sections[0].items[0].product.quantity"},
		{`{"message":{"template_message":{}}}`, "message.template_message"},
		{`{"message":{"template_message":{"omni_template":{"template_id":"t"}}}}`, "message.template_message.omni_template.version"},
		{`{"message":{"template_message":{"channel_template":{"WHATSAPP":{"language_code":"en"}}}}}`, "message.template_message.channel_template.WHATSAPP.template_id"},
		{`{"message":{"template_message":{"channel_template":{"WHATSAPP":{"template_id":"t","parameters":{"body[1]text":1}}}}}}`, "message.template_message.channel_template.WHATSAPP.parameters.body[1]text"},
		{`{"message":{"contact_info_message":{"name":{"first_name":"Ann"},"phone_numbers":[{"phone_number":"1"}]}}}`, "message.contact_info_message.name.full_name"},
		{`{"message":{"contact_info_message":{"name":{"full_name":"Ann"},"phone_numbers":[]}}}`, "message.contact_info_message.phone_numbers"},
		{`{"message":{"contact_info_message":{"name":{"full_name":"Ann"},"phone_numbers":[{"phone_number":"1"}],"birthday":"28/02/1990"}}}`, "message.contact_info_message.birthday"},

		{`{"message":{"text_message":{"text":"a"},"explicit_channel_message":{"SMS":{"text":"b"}}}}`, "message.explicit_channel_message.SMS"},
		{`{"message":{"text_message":{"text":"a"},"explicit_channel_message":{"SMS":"{\"text\":"}}}`, "message.explicit_channel_message.SMS"},
		{`{"message":{"text_message":{"text":"a"},"explicit_channel_message":{"FAX":"{}"}}}`, "message.explicit_channel_message"},
		{`{"message":{"explicit_channel_message":{"SMS":"{}"}}}`, "message"},
		{`{"message":{"text_message":{"text":"a"},"explicit_channel_omni_message":{"SMS":{}}}}`, "message.explicit_channel_omni_message.SMS"},
		{`{"message":{"text_message":{"text":"a"},"explicit_channel_omni_message":{"SMS":{"template_message":{}}}}}`, "message.explicit_channel_omni_message.SMS.template_message"},
		{`{"message":{"text_message":{"text":"a"},"explicit_channel_omni_message":{"SMS":{"template_reference":{"template_id":"t"}}}}}`, "message.explicit_channel_omni_message.SMS.template_reference.version"},
		{`{"message":{"text_message":{"text":"a"},"channel_specific_message":{"WHATSAPP":{"message_type":"POLL","message":{}}}}}`, "message.channel_specific_message.WHATSAPP.message_type"},
		{`{"message":{"text_message":{"text":"a"},"channel_specific_message":{"WHATSAPP":{"message_type":"FLOWS"}}}}`, "message.channel_specific_message.WHATSAPP.message"},
		{`{"message":{"text_message":{"text":"a"},"channel_specific_message":{"WHATSAPP":{"message_type":"FLOWS","message":"{}"}}}}`, "message.channel_specific_message.WHATSAPP.message"},
		{`{"message":{"text_message":{"text":"a"},"agent":{"type":"ROBOT"}}}`, "message.agent.type"},
		{`{"message":{"text_message":{"text":"a"},"reply_to":{}}}`, "message.reply_to.message_id"},
	} {
		s := New(Config{})
		r := send(t, s, requestWith(t, tc.fields))
		if r.status != http.StatusBadRequest {
			t.Errorf("%.120s: status %d, want 400", tc.fields, r.status)
			continue
		}
		if !names(violationsOf(t, r), tc.field) {
			t.Errorf("%.120s: refused for %v, want %s", tc.fields, violationsOf(t, r), tc.field)
		}
		if s.AcceptedCount() != 0 {
			t.Errorf("%.120s: refused and accepted", tc.fields)
		}
	}
}

func names(all []violation, field string) bool {
	for _, v := range all {
		if v.Field == field && v.Description != "" {
			return true
		}
	}
	return false
}

// Each row breaks exactly one thing, so a request that breaks many is tried apart: in order, and not without end.
func TestSendListsWhatIsWrong(t *testing.T) {
	s := New(Config{})
	got := violationsOf(t, send(t, s, `{"app_id":3,"recipient":{},"message":{"text_message":{}},"x":1}`))
	want := []violation{
		{"app_id", "Must be a string"},
		{"message.text_message.text", "Field is mandatory"},
		{"recipient", "Exactly one of contact_id, identified_by"},
		{"x", "Unknown field"},
	}
	if len(got) != len(want) {
		t.Fatalf("violations %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("violation %v, want %v", got[i], want[i])
		}
	}

	var order []string
	for range 100 {
		order = append(order, `"FAX"`)
	}
	many := violationsOf(t, send(t, s, requestWith(t, `{"channel_priority_order":[`+strings.Join(order, ",")+`]}`)))
	if len(many) != maxViolations {
		t.Errorf("%d violations, want %d", len(many), maxViolations)
	}
}

func TestSendRefusesBodies(t *testing.T) {
	good := textTo("+447700900001")
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
	}{
		{"empty", "application/json", "", 400},
		{"cut off", "application/json", good[:len(good)-1], 400},
		{"two documents", "application/json", good + good, 400},
		{"an array", "application/json", "[" + good + "]", 400},
		{"not UTF-8", "application/json", strings.Replace(good, "Hello", "Hell\xf6", 1), 400},
		{"too large", "application/json", good + strings.Repeat(" ", maxBody), 413},
		{"no content type", "", good, 400},
		{"another content type", "text/plain", good, 400},
		{"a broken content type", "application/json; charset", good, 400},
		{"a charset", "Application/JSON; charset=utf-8", good, 200},
		{"space around", "application/json", "\n" + good + "\n", 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := New(Config{})
			r := newRequest(t, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", tc.body)
			r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
			r.Header.Set("Content-Type", tc.contentType)
			got := do(t, s, r)
			if got.status != tc.status {
				t.Errorf("status %d, want %d; body %s", got.status, tc.status, got.body)
			}
			if want := map[bool]int{true: 1}[tc.status == 200]; s.AcceptedCount() != want {
				t.Errorf("accepted %d, want %d", s.AcceptedCount(), want)
			}
		})
	}
}

// A client that goes away in the middle of its request has sent nothing.
func TestSendCutOff(t *testing.T) {
	s := New(Config{})
	body := io.MultiReader(strings.NewReader(textTo("+447700900001")), iotest.ErrReader(io.ErrUnexpectedEOF))
	r, err := http.NewRequestWithContext(t.Context(), "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(DefaultKeyID, DefaultKeySecret)
	if got := do(t, s, r); got.status != http.StatusBadRequest || s.AcceptedCount() != 0 {
		t.Errorf("status %d, accepted %d, want 400 and none", got.status, s.AcceptedCount())
	}
}

// A refusal goes into logs, so it must not repeat what it refuses.
func TestSendRefusalsHoldNoValues(t *testing.T) {
	const secret = "447700900123"
	for _, fields := range []string{
		`{"app_id":"` + secret + `"}`,
		`{"ttl":"` + secret + `"}`,
		`{"callback_url":"` + secret + `"}`,
		`{"message_content_type":"` + secret + `"}`,
		`{"recipient":{"identified_by":{"channel_identities":[{"channel":"` + secret + `","identity":"` + secret + `"}]}}}`,
		`{"message":{"text_message":{"text":"` + secret + `"},"explicit_channel_message":{"SMS":"` + secret + `{"}}}`,
	} {
		r := send(t, New(Config{}), requestWith(t, fields))
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", fields, r.status)
		}
		if strings.Contains(r.body, secret) {
			t.Errorf("%s: the refusal repeats a value: %s", fields, r.body)
		}
	}
}

func TestSendAnswer(t *testing.T) {
	now := newClock()
	s := New(Config{Now: now.Now})
	now.advance(1500 * time.Microsecond)
	r := send(t, s, textTo("+447700900001"))
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, headers %v", r.status, r.header)
	}
	got := decodeAs[map[string]string](t, r.body)
	if len(got) != 2 {
		t.Errorf("answer %s, want message_id and accepted_time and no more", r.body)
	}
	if want := "2026-03-28T09:00:00.0015Z"; got["accepted_time"] != want {
		t.Errorf("accepted_time %q, want %q", got["accepted_time"], want)
	}
	id, err := ulid.ParseStrict(got["message_id"])
	if err != nil || id.Timestamp().UnixMilli() != now.Now().UnixMilli() {
		t.Errorf("message_id %q, want a ULID of that time", got["message_id"])
	}
}

func TestSendNeverDedupes(t *testing.T) {
	s := New(Config{Keep: true})
	first, second := sendText(t, s, "+447700900001"), sendText(t, s, "+447700900001")
	if first == second {
		t.Errorf("the same request twice got one id, %s", first)
	}
	if got := s.Accepted(); len(got) != 2 || got[0].ID != first || got[1].ID != second {
		t.Errorf("accepted %v, want %s and %s", got, first, second)
	}
}

func TestSendToContact(t *testing.T) {
	body := requestWith(t, `{"recipient":{"contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}`)
	s := New(Config{Mode: Conversation})
	if r := send(t, s, body); r.status != http.StatusOK {
		t.Errorf("CONVERSATION: status %d, want 200", r.status)
	}
	body = requestWith(t, `{"recipient":{"contact_id":"01EXA07N79THJ20WSN6AS30TMW"},"processing_strategy":"DISPATCH_ONLY"}`)
	if r := send(t, s, body); r.status != http.StatusBadRequest {
		t.Errorf("DISPATCH_ONLY: status %d, want 400", r.status)
	}
}

// A clock that is set back must not make ids and times fall.
func TestSendTimesNeverFall(t *testing.T) {
	now := newClock()
	s := New(Config{Keep: true, RateLimit: -1, Now: now.Now})
	sendText(t, s, "+447700900001")
	now.advance(-time.Hour)
	sendText(t, s, "+447700900001")
	got := s.Accepted()
	if got[1].ID <= got[0].ID || got[1].AcceptedTime.Before(got[0].AcceptedTime) {
		t.Errorf("accepted %s at %v after %s at %v", got[1].ID, got[1].AcceptedTime, got[0].ID, got[0].AcceptedTime)
	}
}

// FuzzSend sends any bytes: they are accepted or refused, and what was accepted is JSON on one line.
func FuzzSend(f *testing.F) {
	f.Add([]byte(textTo("+447700900001")))
	for _, message := range goodMessages {
		f.Add([]byte(requestWith(f, `{"message":`+message.json+`}`)))
	}
	f.Add([]byte(strings.Replace(textTo("+447700900001"), `"message_metadata"`, `"message_metadata":1,"message_metadata"`, 1)))
	f.Add([]byte(`{"app_id":"","recipient":[],"message":{"card_message":{"choices":[{}]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var record bytes.Buffer
		s := New(Config{DispatchRetention: 1, Record: &record})
		r := send(t, s, string(body))
		if r.status != http.StatusOK {
			if record.Len() > 0 || (r.status != 400 && r.status != 404 && r.status != 413) {
				t.Fatalf("status %d and record %q", r.status, record.Bytes())
			}
			return
		}
		line, rest, _ := strings.Cut(record.String(), "\n")
		if rest != "" || !sameJSON(t, decodeAs[Message](t, line).Request, body) {
			t.Fatalf("record %q of %q", record.Bytes(), body)
		}
		id := decodeAs[Message](t, r.body).ID
		if got := call(t, s, "GET", "/messages/"+id+"?messages_source=DISPATCH_SOURCE", ""); got.status != http.StatusOK {
			t.Fatalf("looked up: status %d", got.status)
		}
	})
}

// sameJSON reports whether two documents hold the same.
func sameJSON(t testing.TB, a, b []byte) bool {
	t.Helper()
	var one, other bytes.Buffer
	if err := json.Compact(&one, a); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&other, b); err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(one.Bytes(), other.Bytes())
}

func BenchmarkSend(b *testing.B) {
	s := New(Config{RateLimit: -1, Drain: 1e9, Record: io.Discard})
	token := s.newToken()
	bodies := make([]string, 1000)
	for i := range bodies {
		bodies[i] = textTo("+447700900" + strconv.Itoa(1000 + i)[1:])
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			r := newRequest(b, "POST", base+"/v1/projects/"+DefaultProjectID+"/messages:send", bodies[i%len(bodies)])
			r.Header.Set("Authorization", "Bearer "+token)
			response, err := s.RoundTrip(r)
			if err != nil || response.StatusCode != http.StatusOK {
				b.Error(err, response)
				return
			}
		}
	})
}
