package proposal

import (
	"slices"
	"testing"
)

func TestEffects(t *testing.T) {
	none, one, two := 0, 1, 2
	for _, tc := range []struct {
		name   string
		app    App
		people int
		rate   float64
		want   []string
	}{
		{"nothing", App{Mode: "DISPATCH", Rate: 20, Webhooks: &none}, 48_213, 20, nil},
		{"contacts", App{Mode: "CONVERSATION", Contacts: true, Days: 180, Rate: 20}, 48_213, 20, []string{
			"The app is in CONVERSATION mode: up to 48,213 contacts and conversations would be created at Sinch and kept 180 days. " +
				"For a campaign set processing_strategy: DISPATCH_ONLY."}},
		{"one contact", App{Mode: "CONVERSATION", Contacts: true, Days: 1, Rate: 20}, 1, 20, []string{
			"The app is in CONVERSATION mode: up to 1 contact and conversation would be created at Sinch and kept 1 day. " +
				"For a campaign set processing_strategy: DISPATCH_ONLY."}},
		{"callbacks", App{Rate: 12.5, Webhooks: &one, Callbacks: 2, CallbackRate: 25}, 48_213, 12.5, []string{
			"1 webhook receives this app's callbacks: about 96,000 over the next 65 minutes. callback_url sends them elsewhere."}},
		{"no limit is known", App{Rate: 20, Webhooks: &one, Callbacks: 2}, 48_213, 20, []string{
			"1 webhook receives this app's callbacks: about 96,000 over the next 41 minutes. callback_url sends them elsewhere."}},
		{"late ones", App{Rate: 20, Webhooks: &two, Callbacks: 5, CallbackRate: 25}, 48_213, 20, []string{
			"2 webhooks receive this app's callbacks: about 240,000 over the next 41 minutes. " +
				"The app makes 25 a second, so the last come 2 h 1 min late. callback_url sends them elsewhere."}},
		{"slower than the app", App{Rate: 20, Webhooks: &one, Callbacks: 2, CallbackRate: 25}, 600, 1, []string{
			"1 webhook receives this app's callbacks: about 1,200 over the next 10 minutes. callback_url sends them elsewhere."}},
		{"receipts", App{Rate: 20, Webhooks: &one, Callbacks: 2, Receipts: []string{"hooks.example.com", "b.example.com"}}, 48_213, 20, []string{
			"1 webhook receives this app's callbacks: about 96,000 over the next 41 minutes. callback_url sends them elsewhere.",
			"Delivery receipts go to hooks.example.com, b.example.com."}},
		{"a queue", App{Rate: 20, Queue: 312}, 48_213, 20, []string{
			"The queue already holds 312 messages of others: it takes 16 s to send them on."}},
		{"a second of work waits", App{Rate: 20, Queue: 20}, 48_213, 20, nil},
	} {
		if got := tc.app.effects(tc.people, tc.rate); !slices.Equal(got, tc.want) {
			t.Errorf("%s:\n%q, want\n%q", tc.name, got, tc.want)
		}
	}
}
