package cli

import (
	"fmt"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// storageNotes say what an app that keeps messages in a way means for a run to so many people, and what it leaves behind at Sinch.
func storageNotes(s runstore.Storage, people int) []string {
	switch {
	case s.Days == 0:
		return []string{
			"the app stores no messages (dispatch_retention_policy.ttl_days is 0): where an answer is lost, nobody can be asked whether Sinch",
			"took the message, and that recipient stays in doubt. Setting it to 1 makes Sinch keep message texts for a day",
		}
	case s.Mode == runstore.Conversation:
		return []string{fmt.Sprintf("the app is in CONVERSATION mode: up to %s would be created at Sinch and kept %s.",
			prose.Counted(people, "contact and conversation", "contacts and conversations"), prose.Counted(s.Days, "day", "days")),
			"For a campaign set processing_strategy: DISPATCH_ONLY"}
	}
	return []string{fmt.Sprintf("Sinch keeps the texts for %s, in which a lost answer can be looked up", prose.Counted(s.Days, "day", "days"))}
}
