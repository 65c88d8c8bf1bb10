package cli

import (
	"testing"
	"time"

	"sendoff/campaign"
	"sendoff/internal/profile"
)

// Of what campaign and profile say about how long people's data is kept the shorter holds.
func TestKeep(t *testing.T) {
	for _, tc := range []struct{ campaign, profile, want time.Duration }{
		{0, 0, 0}, {2, 0, 2}, {0, 3, 3}, {2, 3, 2}, {3, 2, 2},
	} {
		r := &runner{campaign: &campaign.Campaign{Keep: tc.campaign}, settings: &settings{profile: &profile.Profile{Keep: tc.profile}}}
		if got := r.keep(); got != tc.want {
			t.Errorf("%d in the campaign and %d in the profile: %d, want %d", tc.campaign, tc.profile, got, tc.want)
		}
	}
	if got := (&runner{campaign: &campaign.Campaign{Keep: 2}, settings: &settings{}}).keep(); got != 2 {
		t.Errorf("without a profile: %d, want 2", got)
	}
}
