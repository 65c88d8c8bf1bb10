package settle

import (
	"fmt"
	"slices"
	"time"

	"sendoff/internal/failpoint"
	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

// StorageOf is how an app keeps the messages of a campaign, as the API says at the time now. dispatchOnly says that the campaign has them
// processed in DISPATCH mode whatever the app's own mode is.
func StorageOf(app *sinch.App, dispatchOnly bool, now time.Time) runstore.Storage {
	s := runstore.Storage{Time: now, Mode: app.ProcessingMode, Days: app.Retention.Days}
	if dispatchOnly || s.Mode != runstore.Conversation {
		s.Mode, s.Days = runstore.Dispatch, app.DispatchRetention.Days
	}
	s.Skew = int(app.Skew / time.Second)
	return s
}

// Source is where messages that are kept so can be looked up.
func Source(s runstore.Storage) sinch.Source {
	if s.Mode == runstore.Conversation {
		return sinch.ConversationSource
	}
	return sinch.DispatchSource
}

// since returns what the run has heard of storage from the moment of a row's intent on; nothing where that is not known.
func since(seen []runstore.Storage, number int) []runstore.Storage {
	if number >= len(seen) {
		return nil
	}
	if failpoint.Broken(failpoint.RetentionIgnored) {
		return seen[len(seen)-1:]
	}
	return seen[number:]
}

// sources lists where a message could be found that was accepted while seen held.
func sources(seen []runstore.Storage) []sinch.Source {
	var all []sinch.Source
	for _, s := range seen {
		if source := Source(s); s.Days > 0 && !slices.Contains(all, source) {
			all = append(all, source)
		}
	}
	return all
}

// maxSkew is how far into the future an intent may lie before the clock cannot be believed.
const maxSkew = 5 * time.Minute

// Inconclusive says why the absence of a message proves nothing, or "" where it proves that there is none. seen is what was heard of storage
// from the intent on, its last element just now; it is not empty.
func Inconclusive(seen []runstore.Storage, begun, now time.Time) string {
	first, last := seen[0], seen[len(seen)-1]
	days := first.Days
	for _, s := range seen {
		if s.Mode != first.Mode {
			return "the app's processing mode has changed since it was sent"
		}
		days = min(days, s.Days)
	}
	switch {
	case first.Days == 0:
		return "the app kept no messages when it was sent"
	case days == 0:
		return "the app has stopped keeping messages since it was sent"
	case begun.IsZero():
		return "it is not known when it was sent"
	}
	// By the server's clock at both times; wall clocks, since an intent comes from the ledger.
	age := now.Round(0).Sub(begun.Round(0)) + time.Duration(last.Skew-first.Skew)*time.Second
	switch limit := time.Duration(days) * 24 * time.Hour * 3 / 4; {
	case age < -maxSkew:
		return "by the clock, it was sent in the future"
	case age > limit:
		return fmt.Sprintf("it was sent %d h ago, and the app keeps messages for %d h", int(age.Hours()), days*24)
	}
	return ""
}
