package lint_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/lint"
)

func TestJudgeMedia(t *testing.T) {
	order := []campaign.Channel{campaign.RCS, campaign.WhatsApp, campaign.ViberBM}
	for _, tc := range []struct {
		mediaType string
		size      int64
		want      []string
	}{
		{"image/jpeg", 4_000_000, nil},
		{"image/jpeg", -1, nil},
		{"image/jpeg", 6_000_000, []string{"6 MB, and WHATSAPP takes 5 MB"}},
		{"video/mp4", 200_000_000, []string{"200 MB, and RCS takes 100 MB", "200 MB, and WHATSAPP takes 16 MB", "the type video/mp4, which VIBERBM may not show"}},
		{"", 1, []string{"no type: channels want to be told which picture, video or document it is"}},
		{"text/html", 1, []string{"the type text/html: channels want to be told which picture, video or document it is"}},
	} {
		if diff := cmp.Diff(tc.want, lint.JudgeMedia(order, tc.mediaType, tc.size)); diff != "" {
			t.Errorf("%s, %d bytes (-want +got):\n%s", tc.mediaType, tc.size, diff)
		}
	}
}
