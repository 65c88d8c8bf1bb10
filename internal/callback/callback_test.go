package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/google/go-cmp/cmp"

	"sendoff/internal/delivery"
)

// vectors are signed callbacks. The first two are of Sinch's own SDKs.
var vectors = []struct{ secret, nonce, timestamp, body, signature string }{
	{"foo_secret1234", "01FJA8B4A7BM43YGWSG9GBV067", "1634579353", `{"app_id":"","accepted_time":"2021-10-18T17:49:13.813615Z","project_id":"e2df3a34-a71b-4448-9db5-a8d2baad28e4","contact_create_notification":{"contact":{"id":"01FJA8B466Y0R2GNXD78MD9SM1","channel_identities":[{"channel":"SMS","identity":"48123456789","app_id":""}],"display_name":"New Test Contact","email":"new.contact@email.com","external_id":"","metadata":"","language":"EN_US"}},"message_metadata":""}`, "6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE="},
	{"foo_secret1234", "01FJA8B4A7BM43YGWSG9GBV067", "1634579353", `{"app_id":"01EB37HMH1M6SV18BSNS3G135H","accepted_time":"2020-11-17T15:09:11.659Z","project_id":"c36f3d3d-1513-2edd-ae42-11995557ff61","message_delivery_report":{"message_id":"01EQBC1A3BEK731GY4YXEN0C2R","conversation_id":"01EPYATA64TMNZ1FV02JKF12JF","status":"QUEUED_ON_CHANNEL","contact_id":"01EXA07N79THJ20WSN6AS30TMW"}}`, "Yc+3R1pIS78xLASybulhs8BsSo9BPB3Pr92QCUoczfk="},
	{"campaign-secret", "01HZX3Q4R5S6T7V8W9X0YZN0NC", "1772359201", `{"app_id":"01HZX3Q4R5S6T7V8W9X0YZABCD","accepted_time":"2026-03-01T10:00:00.000Z","event_time":"2026-03-01T10:00:01.500Z","project_id":"11111111-2222-4333-8444-555555555555","message_delivery_report":{"message_id":"01HZX3Q4R5S6T7V8W9X0YZ0001","conversation_id":"","status":"DELIVERED","channel_identity":{"channel":"SMS","identity":"447700900001","app_id":""},"contact_id":"","metadata":"{\"run\":\"r1\",\"row\":42}","processing_mode":"DISPATCH"},"message_metadata":"","correlation_id":"r1-42"}`, "L4wjG7yXhOhQLl6BioLQ/Apaa2fwrAIgqJ2Zp8hXuVE="},
	{"s3cr3t", "01HZX3Q4R5S6T7V8W9X0YZN0NC", "1700000000", `{"hello":"wörld"}`, "W8La19PKBAOX/nNmKgiVE9hfVFLAAdlROoyM6x6MlpU="},
}

func headers(signature, timestamp, nonce, algorithm string) http.Header {
	h := http.Header{}
	h.Set("x-sinch-webhook-signature", signature)
	h.Set("x-sinch-webhook-signature-timestamp", timestamp)
	h.Set("x-sinch-webhook-signature-nonce", nonce)
	h.Set("x-sinch-webhook-signature-algorithm", algorithm)
	return h
}

func TestVerify(t *testing.T) {
	for i, v := range vectors {
		var seconds int64
		if _, err := fmt.Sscan(v.timestamp, &seconds); err != nil {
			t.Fatal(err)
		}
		signed := time.Unix(seconds, 0)
		good := headers(v.signature, v.timestamp, v.nonce, algorithm)
		for name, tc := range map[string]struct {
			header       http.Header
			body, secret string
			now          time.Time
			want         error
		}{
			"as signed":         {good, v.body, v.secret, signed, nil},
			"at the edge":       {good, v.body, v.secret, signed.Add(5 * time.Minute), nil},
			"before its time":   {good, v.body, v.secret, signed.Add(-5 * time.Minute), nil},
			"too old":           {good, v.body, v.secret, signed.Add(5*time.Minute + time.Second), ErrStale},
			"in the future":     {good, v.body, v.secret, signed.Add(-5*time.Minute - time.Second), ErrStale},
			"another secret":    {good, v.body, v.secret + "x", signed, ErrForged},
			"another body":      {good, v.body + " ", v.secret, signed, ErrForged},
			"another nonce":     {headers(v.signature, v.timestamp, v.nonce+"1", algorithm), v.body, v.secret, signed, ErrForged},
			"another time":      {headers(v.signature, v.timestamp+"0", v.nonce, algorithm), v.body, v.secret, signed, ErrForged},
			"another algorithm": {headers(v.signature, v.timestamp, v.nonce, "None"), v.body, v.secret, signed, ErrForged},
			"no base64":         {headers("%%%", v.timestamp, v.nonce, algorithm), v.body, v.secret, signed, ErrForged},
			"not signed":        {http.Header{}, v.body, v.secret, signed, ErrUnsigned},
		} {
			if err := Verify(tc.header, []byte(tc.body), []byte(tc.secret), tc.now, MaxAge); !errors.Is(err, tc.want) {
				t.Errorf("vector %d, %s: %v, want %v", i+1, name, err, tc.want)
			}
		}
	}
}

const runID = "01KAR9J2WS0000000000000000"

// callbacks are one of every kind that the API is known to make, and some of kinds to come.
func callbacks(t testing.TB) (names []string, bodies map[string]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "callbacks.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	bodies = map[string]string{}
	for line := range bytes.Lines(text) {
		var c struct {
			Name string
			Body json.RawMessage
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		names, bodies[c.Name] = append(names, c.Name), string(c.Body)
	}
	return names, bodies
}

func TestParse(t *testing.T) {
	at := time.Date(2026, 2, 7, 20, 1, 9, 892757478, time.UTC)
	receipt := func(s delivery.Status, reason string, l Label) Event {
		return Event{
			Kind: Receipt, Key: "message_delivery_report", Time: at, Channel: "RCS", MessageID: "01FVAWD1JP5PPB3KEZCBKGN0ES", Status: s,
			Reason: delivery.ParseReason(reason), Label: l,
		}
	}
	ours := Label{Run: runID, Row: 41}
	person := func(k Kind, key, channel, text string) Event {
		return Event{Kind: k, Key: key, Time: at, Channel: channel, Identity: "447700900000", Text: text}
	}
	ignored := func(key string) Event { return Event{Key: key, Time: at} }
	submit, late := receipt(delivery.Submitted, "", ours), receipt(delivery.Delivered, "", ours)
	submit.Key, late.Time = "message_submit_notification", time.Date(2026, 2, 7, 20, 1, 4, 598_000_000, time.UTC)
	want := map[string]Event{
		"delivered": receipt(delivery.Delivered, "", ours), "read": receipt(delivery.Read, "", ours), "queued": receipt(delivery.Queued, "", ours),
		"switching":         receipt(delivery.Switching, "RECIPIENT_NOT_REACHABLE", ours),
		"failed":            receipt(delivery.Failed, "RECIPIENT_NOT_REACHABLE", ours),
		"unknown reason":    receipt(delivery.Failed, "SOLAR_FLARE", ours),
		"unknown status":    ignored("message_delivery_report"),
		"by correlation id": receipt(delivery.Delivered, "", Label{Run: runID, Row: 7}),
		"of a seed":         receipt(delivery.Delivered, "", Label{Run: runID, Aside: true}), "of a test by correlation id": receipt(delivery.Delivered, "", Label{Run: runID, Aside: true}),
		"of others": receipt(delivery.Delivered, "", Label{}), "no event_time": late, "odd types": late, "submit": submit,
		"stop": person(Inbound, "message", "RCS", "Stop"), "choice": person(Inbound, "message", "RCS", "STOP"),
		"outbound": ignored("message"),
		"opt out":  person(OptOut, "opt_out_notification", "SMS", ""), "opt in": person(OptIn, "opt_in_notification", "SMS", ""),
		"opt out failed": ignored("opt_out_notification"), "opt out unspecified": ignored("opt_out_notification"), "opt in failed": ignored("opt_in_notification"),
		"event inbound": ignored("event"), "event delivery": ignored("event_delivery_report"), "capability": ignored("capability_notification"),
		"channel event": ignored("channel_event_notification"), "batch": ignored("batch_status_update_notification"),
		"contact created": ignored("contact_create_notification"), "contact updated": ignored("contact_update_notification"),
		"contact deleted": ignored("contact_delete_notification"), "contacts merged": ignored("contact_merge_notification"),
		"identities duplicated": ignored("duplicated_contact_identities_notification"), "identities duplicated, a list": ignored("duplicated_contact_identities_notification"),
		"conversation started": ignored("conversation_start_notification"), "conversation stopped": ignored("conversation_stop_notification"),
		"conversation deleted": ignored("conversation_delete_notification"), "unsupported": ignored("unsupported_callback"), "record": ignored("record_notification"),
		"smart": ignored("smart_conversation_notification"), "redaction": ignored("message_redaction"), "a trigger to come": ignored("other"),
		"nothing of a callback": {},
	}
	for _, name := range []string{"media", "media card", "location", "product", "fallback", "channel specific"} {
		want[name] = person(Inbound, "message", "RCS", "")
	}
	names, bodies := callbacks(t)
	for _, name := range names {
		got, err := Parse([]byte(bodies[name]))
		expected, isThere := want[name]
		if diff := cmp.Diff(plain(expected), plain(got)); err != nil || diff != "" || !isThere {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if len(names) != len(want) {
		t.Errorf("%d callbacks, and %d are expected", len(names), len(want))
	}
	for _, v := range vectors {
		if _, err := Parse([]byte(v.body)); err != nil {
			t.Errorf("%v: %s", err, v.body)
		}
	}
}

// plain is an Event that cmp shows whole.
func plain(e Event) any {
	type shown Event
	return shown(e)
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", " ", "null", "[]", `"x"`, "7", "{", `{"a":}`, `{} {}`, "\xff", `{"a":1}x`} {
		if e, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", text, e)
		}
	}
}

// An Event shows nobody's number or words, however it is printed.
func TestEventIsNotShown(t *testing.T) {
	e := Event{Kind: Inbound, Key: "message", Identity: "447700900000", Text: "secret words"}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %d", e, e, e, e, &e), string(b)} {
		if strings.Contains(text, "7700900") || strings.Contains(text, "secret") {
			t.Errorf("it shows %s", text)
		}
	}
}

// readAll returns the keys of what is in a text, and the lines that are none.
func readAll(t testing.TB, text string) (keys []string, unread []int) {
	t.Helper()
	err := ReadAll(strings.NewReader(text), func(e Event) error { keys = append(keys, e.Key); return nil }, func(line int) { unread = append(unread, line) })
	if err != nil {
		t.Fatal(err)
	}
	return keys, unread
}

func TestReadAll(t *testing.T) {
	_, bodies := callbacks(t)
	a, b := bodies["delivered"], bodies["opt out"]
	pretty := func(text string) string {
		var out bytes.Buffer
		if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	quoted := func(text string) string { q, _ := json.Marshal(text); return string(q) }
	both := []string{"message_delivery_report", "opt_out_notification"}
	for name, tc := range map[string]struct {
		text   string
		keys   []string
		unread []int
	}{
		"lines":                   {a + "\n" + b + "\n", both, nil},
		"no line ends":            {a + b, both, nil},
		"CRLF and a mark":         {"\ufeff" + a + "\r\n" + b, both, nil},
		"an array":                {"[" + a + "," + b + "]", both, nil},
		"arrays":                  {"[\n" + a + "\n]\n[" + b + "]\n", both, nil},
		"pretty":                  {pretty(a) + "\n" + pretty(b), both, nil},
		"a pretty array":          {pretty("[" + a + "," + b + "]"), both, nil},
		"around it, an object":    {`{"time":"x","body":` + a + "}\n" + `{"data":` + b + "}", both, nil},
		"around it, a string":     {`{"payload":` + quoted(a) + `,"headers":{}}` + "\n" + `{"event":` + quoted(pretty(b)) + "}", both, nil},
		"event that is Sinch's":   {bodies["event inbound"], []string{"event"}, nil},
		"a trigger to come":       {bodies["a trigger to come"], []string{"other"}, nil},
		"nothing":                 {"\n\n", nil, nil},
		"a line that is none":     {"started\n" + a + "\n" + `{"level":"info"}` + "\n" + b + "\n7\n", both, []int{1, 3, 5}},
		"an open string":          {a + "\n" + `{"body":"abc` + "\n" + b, both, []int{2}},
		"an open bracket":         {a + "\n" + `{"body":{` + "\n" + b, both, []int{2}},
		"cut off":                 {a + "\n" + b[:len(b)-9], both[:1], []int{2}},
		"brackets that hold none": {a + "\n{bad}{worse}\n" + b, both, []int{2}},
		"too long":                {`{"body":"` + strings.Repeat("x", MaxSize) + "\"}\n" + a, both[:1], []int{1}},
		"quotes within strings":   {`{"body":` + a + `,"note":"\"{\\"}` + "\n" + b, both, nil},
	} {
		keys, unread := readAll(t, tc.text)
		if diff := cmp.Diff(tc.keys, keys) + cmp.Diff(tc.unread, unread); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte(a + "\n" + b)) // to memory
	_ = w.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"gzip": zipped.String(), "zstd": string(enc.EncodeAll([]byte(a+"\n"+b), nil))} {
		if keys, _ := readAll(t, text); !cmp.Equal(keys, both) {
			t.Errorf("%s: %v", name, keys)
		}
		if err := ReadAll(strings.NewReader(text[:len(text)-5]), func(Event) error { return nil }, func(int) {}); err == nil {
			t.Errorf("%s, cut off: no error", name)
		}
	}
	stop := errors.New("stop")
	if err := ReadAll(strings.NewReader(a), func(Event) error { return stop }, func(int) {}); !errors.Is(err, stop) {
		t.Errorf("ReadAll = %v, want the error of yield", err)
	}
}

// Whatever comes, reading ends, and what is a callback by itself is one in a file too.
func FuzzCallback(f *testing.F) {
	_, bodies := callbacks(f)
	for _, b := range bodies {
		f.Add([]byte(b))
	}
	f.Add([]byte(`[{"body":"{\"app_id\":\"x\"}"},` + "\n{\"a\":\"\n{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil && e != (Event{}) {
			t.Errorf("an error and an event of kind %d", e.Kind)
		}
		if e.Kind == Receipt && (e.MessageID == "" || e.Status == delivery.None) {
			t.Error("a receipt of no message, or with no status")
		}
		lines := bytes.Count(b, []byte("\n")) + 1
		err = ReadAll(bytes.NewReader(b), func(Event) error { return nil }, func(line int) {
			if line < 1 || line > lines && !bytes.HasPrefix(b, []byte("\x1f\x8b")) && !bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")) {
				t.Errorf("line %d of %d", line, lines)
			}
		})
		_ = err // of what is packed and damaged
	})
}
