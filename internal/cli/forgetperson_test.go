package cli

import (
	"testing"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

// Whatever has become of the frozen campaign, the end of a run from which people were erased is put on record.
func TestFrozenCampaignIsThere(t *testing.T) {
	for name, sources := range map[string][]campaign.Source{
		"none": nil, "refused": {{Name: "c.yaml", Data: []byte("name: birthday\nno_such_key: 1\n")}},
	} {
		if c := frozenCampaign(runstore.Meta{Campaign: "birthday", Sources: sources}); c == nil || c.Name != "birthday" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}
