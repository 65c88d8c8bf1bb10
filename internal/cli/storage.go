package cli

import (
	"fmt"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// explainStorage says what it means for doubt that an app keeps messages in a way, what that leaves behind at Sinch, and how it is changed.
func explainStorage(s runstore.Storage) string {
	if s.Days > 0 {
		return fmt.Sprintf("Sinch keeps the texts for %s; within that time a lost answer can be looked up", prose.Counted(s.Days, "day", "days"))
	}
	return "dispatch_retention_policy.ttl_days is 0: doubt cannot be looked up. Setting it to 1 makes Sinch keep message texts for a day."
}
