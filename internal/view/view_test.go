package view_test

import (
	"testing"

	"sendoff/campaign"
	"sendoff/internal/view"
)

func TestWhatAChannelCannotShowBecomesAText(t *testing.T) {
	message := load(t, `
  card_message:
    title: "Sale, ${name}"
    description: Now
    media_message: {url: "https://example.com/a.jpg"}
    choices:
      - text_message: {text: "Yes ${name}"}
      - url_message: {title: Open, url: "https://example.com/s"}`)
	v := view.New(message, campaign.SMS)
	want := "Sale, ${name}\nNow\nhttps://example.com/a.jpg\n> YES ${NAME}\n> Open: https://example.com/s"
	if v.Kind != view.TextKind || !v.AsText || v.Text.String() != want {
		t.Errorf("on SMS %s as text %v:\n%s\nwant\n%s", v.Kind, v.AsText, v.Text, want)
	}
	if v := view.New(message, campaign.RCS); v.Kind != view.CardKind || v.AsText || len(v.Cards[0].Choices) != 2 {
		t.Errorf("on RCS %+v", v)
	}
}

func load(t *testing.T, message string) campaign.Value {
	t.Helper()
	c, err := campaign.Parse("", []campaign.Source{{Name: "campaign.yaml", Data: []byte("name: n\nmessage_content_type: CONTENT_NOTIFICATION\naudience: a.csv\n" +
		"channel_priority_order: [SMS]\nmessage:" + message + "\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Message
}
