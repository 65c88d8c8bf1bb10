package cli

import (
	"strings"
	"testing"

	"sendoff/campaign"
	"sendoff/internal/sinch"
)

func TestCheckChannels(t *testing.T) {
	app := &sinch.App{DisplayName: "Acme", Channels: []sinch.AppChannel{
		{Channel: "SMS", Status: "ACTIVE"}, {Channel: "SMS", Status: "FAILING"}, {Channel: "RCS", Status: "PENDING"},
	}}
	tests := []struct {
		channel campaign.Channel
		want    string // in the error; empty: none
	}{{campaign.SMS, ""}, {campaign.RCS, "is PENDING, not ACTIVE"}, {campaign.WhatsApp, "has no channel WHATSAPP"}}
	for _, tc := range tests {
		err := checkChannels(app, []campaign.Channel{tc.channel})
		switch {
		case tc.want == "" && err != nil, tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("checkChannels(%s) = %v, want %q", tc.channel, err, tc.want)
		case err != nil && exitCode(err) != exitAccess:
			t.Errorf("checkChannels(%s) ends with %d, want 4", tc.channel, exitCode(err))
		}
	}
}
