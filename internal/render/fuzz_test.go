package render

import (
	"encoding/json"
	"strings"
	"testing"

	"sendoff/campaign"
)

// Whatever a cell holds, the body is JSON, the value comes out of it as it went in, and no placeholder is left.
func FuzzBody(f *testing.F) {
	message := `{"text_message":{"text":"${first_name}"},"explicit_channel_message":{"RCS":"{\"a\":\"${first_name}\"}"}}`
	r := mustNew(f, parse(f, message, `metadata: {name: "${first_name}"}`))
	for _, value := range hostile {
		f.Add(value)
	}
	f.Add("\xff\xc0 not UTF-8")
	f.Add(strings.Repeat("long", 300))
	f.Fuzz(func(t *testing.T, value string) {
		recipient := testRecipient()
		recipient.Fields[4] = value
		b, err := r.Body(nil, recipient, testEpoch)
		if err != nil {
			return // blank, or too long for the metadata
		}
		var got struct {
			Message struct {
				Text     struct{ Text string }  `json:"text_message"`
				Explicit struct{ RCS embedded } `json:"explicit_channel_message"`
			}
			Metadata embedded `json:"message_metadata"`
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		want := string([]rune(value)) // with U+FFFD for every byte that is no UTF-8
		for place, got := range map[string]string{
			"text": got.Message.Text.Text, "document": got.Message.Explicit.RCS.A, "metadata": got.Metadata.Name,
		} {
			if got != want {
				t.Errorf("%s: %q became %q", place, value, got)
			}
		}
		if !strings.Contains(value, "${") && strings.Contains(string(b), "${") {
			t.Errorf("a placeholder is left in %s", b)
		}
	})
}

// embedded is a JSON document inside a string.
type embedded struct{ A, Name string }

func (e *embedded) UnmarshalText(text []byte) error {
	type plain embedded
	return json.Unmarshal(text, (*plain)(e))
}

var benchmarkMessage = `{"card_message":{"title":"Spring sale, ${first_name}",
"description":"Your points are worth a lot until Sunday, customer ${id}: look at what there is in ${Land}.",
"media_message":{"url":"https://example.com/spring/${latitude}.jpg"},
"choices":[{"url_message":{"title":"Shop now","url":"https://example.com/s"}}]}}`

func BenchmarkBody(b *testing.B) {
	recipient := testRecipient()
	b.Run("Renderer", func(b *testing.B) {
		r := mustNew(b, parse(b, benchmarkMessage))
		buffer := make([]byte, 0, 2048)
		b.ReportAllocs()
		for b.Loop() {
			body, err := r.Body(buffer, recipient, testEpoch)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(body)))
		}
	})
	b.Run("json.Marshal", func(b *testing.B) { benchmarkMarshal(b, recipient) })
}

// benchmarkMarshal makes the same body of structs, as a program would that is written for this one campaign.
func benchmarkMarshal(b *testing.B, recipient *campaign.Recipient) {
	type identity struct {
		Channel  string `json:"channel"`
		Identity string `json:"identity"`
	}
	type link struct {
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	type choice struct {
		Link link `json:"url_message"`
	}
	type media struct {
		URL string `json:"url"`
	}
	type card struct {
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Media       media    `json:"media_message"`
		Choices     []choice `json:"choices"`
	}
	type request struct {
		AppID     string `json:"app_id"`
		Recipient struct {
			IdentifiedBy struct {
				Identities []identity `json:"channel_identities"`
			} `json:"identified_by"`
		} `json:"recipient"`
		Message struct {
			Card card `json:"card_message"`
		} `json:"message"`
		Channels      []string `json:"channel_priority_order"`
		ContentType   string   `json:"message_content_type"`
		CorrelationID string   `json:"correlation_id"`
		Metadata      string   `json:"message_metadata"`
	}
	type sendoff struct {
		Run   string `json:"run"`
		Key   string `json:"key"`
		Row   int    `json:"row"`
		Epoch string `json:"epoch"`
	}
	type metadata struct {
		Sendoff sendoff `json:"sendoff"`
	}
	b.ReportAllocs()
	for b.Loop() {
		m, err := json.Marshal(metadata{sendoff{testIdentity.RunID, testIdentity.RunKey, recipient.Row, testEpoch}})
		if err != nil {
			b.Fatal(err)
		}
		number := recipient.Address.Reveal()
		r := request{
			AppID: testIdentity.AppID, Channels: []string{"RCS", "SMS"}, ContentType: "CONTENT_MARKETING",
			CorrelationID: testIdentity.RunID + "/41", Metadata: string(m),
		}
		r.Recipient.IdentifiedBy.Identities = []identity{{"RCS", number}, {"SMS", number}}
		r.Message.Card = card{
			Title:       "Spring sale, " + recipient.Fields[4],
			Description: "Your points are worth a lot until Sunday, customer " + recipient.Fields[1] + ": look at what there is in " + recipient.Fields[3] + ".",
			Media:       media{"https://example.com/spring/" + recipient.Fields[5] + ".jpg"},
			Choices:     []choice{{link{"Shop now", "https://example.com/s"}}},
		}
		body, err := json.Marshal(r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(body)))
	}
}
