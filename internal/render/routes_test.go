package render

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
)

// routed makes a renderer of a campaign for channels, and an audience that has columns of its own for some.
func routed(t testing.TB, order string, own ...campaign.Channel) *Renderer {
	t.Helper()
	file := "name: test\nmessage_content_type: CONTENT_MARKETING\naudience: people.csv\nchannel_priority_order: [" + order + "]\nmessage: Hi\n"
	c, err := campaign.Parse("campaign.yaml", []campaign.Source{{Name: "campaign.yaml", Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	columns := testColumns()
	for _, channel := range own {
		columns.Own = append(columns.Own, campaign.OwnColumn{Channel: channel, Column: 1})
	}
	r, err := New(c, columns, testIdentity)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func id(t testing.TB, c campaign.Channel, text string) campaign.Identity {
	t.Helper()
	i, err := campaign.ReadIdentity(c, text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestRoutes(t *testing.T) {
	phone := campaign.PhoneAddress("+447700900123")
	other := campaign.NumberIdentity(campaign.WhatsApp, campaign.PhoneAddress("+447700900999"))
	const order = "MESSENGER, WHATSAPP, SMS"
	for _, tc := range []struct {
		name        string
		order       string
		own         []campaign.Channel
		phone       campaign.Address
		others      []campaign.Identity
		to, through string
	}{
		{"a number for all", "RCS, SMS", nil, phone, nil,
			`{"identified_by":{"channel_identities":[{"channel":"RCS","identity":"+447700900123"},{"channel":"SMS","identity":"+447700900123"}]}}`, `["RCS","SMS"]`},
		{"an id and a number", order, []campaign.Channel{campaign.Messenger}, phone, []campaign.Identity{id(t, campaign.Messenger, `00"1`)},
			`{"identified_by":{"channel_identities":[{"channel":"MESSENGER","identity":"00\"1"},{"channel":"WHATSAPP","identity":"+447700900123"},` +
				`{"channel":"SMS","identity":"+447700900123"}]}}`, `["MESSENGER","WHATSAPP","SMS"]`},
		{"only the number", order, []campaign.Channel{campaign.Messenger}, phone, nil,
			`{"identified_by":{"channel_identities":[{"channel":"WHATSAPP","identity":"+447700900123"},{"channel":"SMS","identity":"+447700900123"}]}}`, `["WHATSAPP","SMS"]`},
		{"only the id", order, []campaign.Channel{campaign.Messenger}, campaign.Address{}, []campaign.Identity{id(t, campaign.Messenger, "1")},
			`{"identified_by":{"channel_identities":[{"channel":"MESSENGER","identity":"1"}]}}`, `["MESSENGER"]`},
		{"a number of the channel's own", "WHATSAPP, SMS", []campaign.Channel{campaign.WhatsApp}, phone, []campaign.Identity{other},
			`{"identified_by":{"channel_identities":[{"channel":"WHATSAPP","identity":"+447700900999"},{"channel":"SMS","identity":"+447700900123"}]}}`, `["WHATSAPP","SMS"]`},
		{"none of the channel's own", "WHATSAPP, SMS", []campaign.Channel{campaign.WhatsApp}, phone, nil,
			`{"identified_by":{"channel_identities":[{"channel":"SMS","identity":"+447700900123"}]}}`, `["SMS"]`},
		{"a contact", order, []campaign.Channel{campaign.Contact, campaign.Messenger}, phone, []campaign.Identity{id(t, campaign.Contact, "01EXA"), id(t, campaign.Messenger, "1")},
			`{"contact_id":"01EXA"}`, `["MESSENGER","WHATSAPP","SMS"]`},
		{"no contact", order, []campaign.Channel{campaign.Contact}, phone, nil,
			`{"identified_by":{"channel_identities":[{"channel":"WHATSAPP","identity":"+447700900123"},{"channel":"SMS","identity":"+447700900123"}]}}`, `["WHATSAPP","SMS"]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, recipient := routed(t, tc.order, tc.own...), testRecipient()
			recipient.Address, recipient.Others = tc.phone, tc.others
			b, err := r.Body(nil, recipient, testEpoch)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Recipient json.RawMessage `json:"recipient"`
				Order     json.RawMessage `json:"channel_priority_order"`
			}
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.to, tc.through}, []string{string(got.Recipient), string(got.Order)}); diff != "" {
				t.Errorf("recipient and order (-want +got):\n%s", diff)
			}
			if first := r.First(recipient); !strings.HasPrefix(tc.through, `["`+string(first)+`"`) {
				t.Errorf("First() = %s of %s", first, tc.through)
			}
		})
	}
}

func TestNoRoute(t *testing.T) {
	recipient := testRecipient()
	r := routed(t, "MESSENGER, LINE", campaign.Messenger, campaign.Line)
	var rowError *RowError
	if _, err := r.Body(nil, recipient, testEpoch); !errors.As(err, &rowError) || rowError.Reason != NoAddress || r.First(recipient) != "" {
		t.Errorf("a row without an address: %v, tried first on %q", err, r.First(recipient))
	}
	recipient.Address = campaign.Address{}
	if first := routed(t, "SMS").First(recipient); first != "" {
		t.Errorf("a row without a number is tried on %s", first)
	}
}

// Contacts can be found by the name of their column alone, so that the campaign's own checks did not see them.
func TestNoContacts(t *testing.T) {
	c := &campaign.Campaign{ProcessingStrategy: "DISPATCH_ONLY", ChannelPriorityOrder: []campaign.Channel{campaign.SMS}}
	columns := testColumns()
	if _, err := New(c, columns, testIdentity); err != nil {
		t.Fatal(err)
	}
	columns.Own = []campaign.OwnColumn{{Channel: campaign.Contact, Column: 1}}
	if _, err := New(c, columns, testIdentity); err == nil || !strings.Contains(err.Error(), "its people are contacts") {
		t.Errorf("contacts outside of conversations: %v", err)
	}
}

// What somebody with several addresses costs, beside BenchmarkBody.
func BenchmarkBodyOfSeveral(b *testing.B) {
	r, recipient := routed(b, "MESSENGER, WHATSAPP, SMS", campaign.Messenger), testRecipient()
	recipient.Others = []campaign.Identity{id(b, campaign.Messenger, "1234567890123456")}
	b.ReportAllocs()
	var body []byte
	for b.Loop() {
		var err error
		if body, err = r.Body(body[:0], recipient, testEpoch); err != nil {
			b.Fatal(err)
		}
	}
}
