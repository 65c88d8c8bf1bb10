package lint_test

import (
	"strings"
	"testing"

	"sendoff/campaign"
)

func BenchmarkRow(b *testing.B) {
	const card = `
  card_message:
    title: "Spring sale, ${first_name}"
    description: "Your ${points} points are worth more until Sunday, in ${city} and online. Reply STOP to get no more offers."
    media_message: {url: "https://example.com/spring.jpg"}
    choices: [{url_message: {title: "Shop now", url: "https://example.com/s?c=${id}"}}]`
	for _, tc := range []struct{ name, message, first string }{
		{"text", ` "Hi ${first_name}, your parcel is on its way."`, "Anna"},
		{"card", card, "Anna"},
		{"GSM", card, "Åsa"},
		{"UCS2", card, "Zoë"},
		{"found", card, "N/A"},
		{"stop", " \"Hi ${first_name}, the spring sale is on.\"\nmessage_content_type: CONTENT_MARKETING", strings.Repeat("All of it is half off. ", 20)},
		{"long", ` "Hi ${first_name}, the spring sale is on."`, strings.Repeat("All of it is {half} off. ", 20)},
	} {
		b.Run(tc.name, func(b *testing.B) {
			j, r := prepare(b, "channel_priority_order: [RCS, SMS]\nmessage:"+tc.message), recipient(tc.first, "C1017", "1234", "Leeds", "")
			b.ReportAllocs()
			for b.Loop() {
				j.Row(r)
			}
		})
	}
}

// header is what the recipients of tests have.
func header() campaign.Columns {
	return campaign.Columns{
		Header: []string{"first_name", "id", "points", "city", "link", "language", "phone", "messenger", "instagram"}, ID: 1, Language: 5, Phone: 6, Country: -1, TimeZone: -1,
		Own: []campaign.OwnColumn{{Channel: campaign.Messenger, Column: 7}, {Channel: campaign.Instagram, Column: 8}},
	}
}
