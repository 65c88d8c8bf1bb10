package sandbox

import (
	"strings"
	"testing"
	"time"
)

func TestConfigDefaults(t *testing.T) {
	got := New(Config{AppName: "Spring"}).Config()
	if got.AppName != "Spring" || got.ProjectID != DefaultProjectID || got.Mode != Dispatch || got.Drain != 20 || got.TokenTTL != time.Hour {
		t.Errorf("Config() = %+v", got)
	}
	if err := got.Check(); err != nil {
		t.Errorf("Check() = %v", err)
	}
}

func TestConfigCheck(t *testing.T) {
	for _, tc := range []struct {
		name   string
		cfg    Config
		wanted string // in the error; "": none
	}{
		{"zero", Config{}, ""},
		{"full", Config{AppID: "01F8MECHZX3TBDSZ7XRADM79XE", Mode: Conversation, DispatchRetention: 7, Channels: []string{"SMS"}, RateLimit: -1}, ""},
		{"app", Config{AppID: "my-app"}, "app id is not a ULID"},
		{"mode", Config{Mode: "BATCH"}, `unknown mode "BATCH"; known are DISPATCH and CONVERSATION`},
		{"retention", Config{DispatchRetention: 8}, "dispatch retention is 0 to 7 days, not 8"},
		{"conversation retention", Config{ConversationRetention: 3651}, "conversation retention is 1 to 3650 days, not 3651"},
		{"channel", Config{Channels: []string{"SMS", "FAX"}}, `unknown channel "FAX"`},
		{"negative", Config{Latency: -time.Second}, "cannot be negative"},
		{"share", Config{Callbacks: Callbacks{Lost: 2}}, "a share of callbacks is 0 to 1, not 2"},
		{"tries", Config{Callbacks: Callbacks{Tries: -1}}, "cannot be negative"},
		{"outcome", Config{Outcomes: map[string]Outcome{"12": "lost"}}, `unknown outcome "lost" of numbers that end in "12"`},
		{"two", Config{AppID: "my-app", Mode: "BATCH"}, "unknown mode"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.cfg.Check()
			if tc.wanted == "" {
				if err != nil {
					t.Errorf("Check() = %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.wanted) {
				t.Errorf("Check() = %v, want %s", err, tc.wanted)
			}
		})
	}
}
