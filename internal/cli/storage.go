package cli

import (
	"fmt"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// explainStorage says what it means for doubt that an app keeps messages in a way, what that leaves behind at Sinch, and how it is changed.
func explainStorage(s runstore.Storage) []string {
	if s.Days > 0 {
		return []string{fmt.Sprintf("Sinch keeps the texts for %s; within that time a lost answer can be looked up", prose.Counted(s.Days, "day", "days"))}
	}
	return []string{
		"the app stores no messages: where an answer is lost, Sinch cannot be asked whether it took the message, and that",
		"recipient stays in doubt. To mend it set the app's dispatch_retention_policy.ttl_days to 1: Sinch then keeps message",
		"texts, with the numbers they went to, for a day",
	}
}

// explainContacts says what sending to so many people leaves in an app that keeps contacts.
func explainContacts(s runstore.Storage, people int) string {
	return fmt.Sprintf("the app is in CONVERSATION mode: up to %s would be created at Sinch and kept %s; a campaign needs none (processing_strategy: DISPATCH_ONLY)",
		prose.Counted(people, "contact and conversation", "contacts and conversations"), prose.Counted(s.Days, "day", "days"))
}
