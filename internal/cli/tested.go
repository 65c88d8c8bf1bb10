package cli

import (
	"fmt"
	"time"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// tested says for the screen before sending whether what would be sent was tried on seeds.
func (r *runner) tested() string {
	t, ok := runstore.LastTest(r.campaign.Dir(), r.campaign.Name)
	if !ok {
		to := ""
		if r.campaign.Seeds.File == "" {
			to = " --to FILE"
		}
		return "no test was sent: sendoff test " + quote(r.path) + to
	}
	at := t.Time.Local().Format("15:04")
	if t.Time.Local().Format(time.DateOnly) != r.Now().Local().Format(time.DateOnly) {
		at = clockTime(t.Time)
	}
	text := fmt.Sprintf("tests went to %s at %s", prose.Counted(t.Seeds, "seed", "seeds"), at)
	if t.AppID != r.settings.destination.AppID {
		text += ", through another app"
	}
	if t.CampaignDigest != digest(r.campaign) {
		text += ", before the campaign was changed"
	}
	return text
}
