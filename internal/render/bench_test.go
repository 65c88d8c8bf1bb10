package render

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"sendoff/campaign"
)

const benchmarkMessage = `{"card_message":{"title":"Spring sale, ${first_name}",
"description":"Your points are worth a lot until Sunday, customer ${id}: look at what there is in ${Land}.",
"media_message":{"url":"https://example.com/spring/${latitude}.jpg"},
"choices":[{"url_message":{"title":"Shop now","url":"https://example.com/s"}}]}}`

// BenchmarkBody renders a row: with columns alone, and with an expression in the place of one.
func BenchmarkBody(b *testing.B) {
	for _, tc := range []struct{ name, params string }{
		{"columns", ""},
		{"money", `params: {Land: {expr: 'money(amount * 1.2, "GBP")'}}`},
	} {
		b.Run(tc.name, func(b *testing.B) {
			r, err := New(priced(b, benchmarkMessage, tc.params), benchmarkColumns(), testIdentity)
			if err != nil {
				b.Fatal(err)
			}
			rows := benchmarkRows()
			buffer, i := make([]byte, 0, 2048), 0
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Body(buffer, &rows[i%len(rows)], testEpoch); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// BenchmarkMillionCards renders 1,000,000 card messages and makes as many by json.Marshal, in turns, so that both have the same machine.
func BenchmarkMillionCards(b *testing.B) {
	r, err := New(priced(b, benchmarkMessage), benchmarkColumns(), testIdentity)
	if err != nil {
		b.Fatal(err)
	}
	rows, buffer := benchmarkRows(), make([]byte, 0, 2048)
	turn := func(body func(*campaign.Recipient) ([]byte, error)) time.Duration {
		start := time.Now()
		for i := range rows {
			if _, err := body(&rows[i]); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(start)
	}
	rendered, _ := r.Body(buffer, &rows[0], testEpoch)
	if marshalled, err := marshal(&rows[0]); err != nil || string(marshalled) != string(rendered) {
		b.Fatalf("these are not the same:\n%s\n%s", rendered, marshalled)
	}
	var ours, theirs time.Duration
	for b.Loop() {
		for range 1_000_000 / len(rows) {
			ours += turn(func(recipient *campaign.Recipient) ([]byte, error) { return r.Body(buffer, recipient, testEpoch) })
			theirs += turn(marshal)
		}
	}
	b.ReportMetric(float64(ours)/float64(theirs), "of-json.Marshal")
	b.ReportMetric(float64(b.N)*1_000_000/ours.Seconds(), "cards/s")
}

func benchmarkColumns() campaign.Columns {
	columns := testColumns()
	columns.Header = append(columns.Header, "amount")
	return columns
}

func benchmarkRows() []campaign.Recipient {
	rows := make([]campaign.Recipient, 1000)
	for i := range rows {
		rows[i] = *testRecipient()
		rows[i].Row = i
		rows[i].Fields = append(rows[i].Fields, fmt.Sprintf("%d.%02d", i*7, i%100))
	}
	return rows
}

// marshal makes the same body of structs, as a program would that is written for this one campaign.
func marshal(recipient *campaign.Recipient) ([]byte, error) {
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
	m, err := json.Marshal(metadata{sendoff{testIdentity.RunID, testIdentity.RunKey, recipient.Row, testEpoch}})
	if err != nil {
		return nil, err
	}
	number := recipient.Address.Reveal()
	r := request{
		AppID: testIdentity.AppID, Channels: []string{"RCS", "SMS"}, ContentType: "CONTENT_MARKETING",
		CorrelationID: testIdentity.RunID + "/" + strconv.Itoa(recipient.Row), Metadata: string(m),
	}
	r.Recipient.IdentifiedBy.Identities = []identity{{"RCS", number}, {"SMS", number}}
	r.Message.Card = card{
		Title:       "Spring sale, " + recipient.Fields[4],
		Description: "Your points are worth a lot until Sunday, customer " + recipient.Fields[1] + ": look at what there is in " + recipient.Fields[3] + ".",
		Media:       media{"https://example.com/spring/" + recipient.Fields[5] + ".jpg"},
		Choices:     []choice{{link{"Shop now", "https://example.com/s"}}},
	}
	return json.Marshal(r)
}
