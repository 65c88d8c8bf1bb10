package send

import (
	"fmt"
	"net/http"
	"strings"

	"sendoff/internal/sinch"
)

// verdict is what an answer means for the row it answers.
type verdict uint8

const (
	accepted    verdict = iota // Sinch took it
	rejected                   // Sinch refused this message for good
	inDoubt                    // it may have been taken
	unsent                     // nothing was written: again, when the network is back
	throttled                  // not taken: again, slower
	newToken                   // not taken: again, with a new token
	serverError                // Sinch says that it failed and asks for a repeat
	halt                       // nobody's message would be taken: stop, and say what to mend
)

// judge is the verdict table. It is total: every outcome has a verdict, and what it does not know is in doubt. What is not found for a row that
// is addressed by its contact is that contact: the app was there when this start asked for it, and one that goes meanwhile stops the run by its
// brakes. For any other row there is nothing but the app that could be missing.
func judge(o sinch.Outcome, isContact bool) verdict {
	switch {
	case o.CredentialsRefused, o.Certificate:
		return halt
	case o.Status == 0 && !o.Written:
		return unsent
	case o.Status == 0:
		return inDoubt
	case o.MessageID != "":
		return accepted
	case o.Status >= 200 && o.Status < 300:
		return inDoubt
	}
	switch o.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return rejected
	case http.StatusNotFound:
		if isContact {
			return rejected
		}
	case http.StatusUnauthorized:
		return newToken
	case http.StatusTooManyRequests:
		return throttled
	case http.StatusInternalServerError, http.StatusServiceUnavailable:
		if o.API != nil {
			return serverError
		}
		return inDoubt
	case http.StatusRequestTimeout:
		return inDoubt
	case http.StatusNotImplemented:
		return halt
	}
	if o.Status >= 300 && o.Status < 500 {
		return halt
	}
	return inDoubt
}

// Remedy says what to mend after an outcome with which nobody's message would be taken.
func Remedy(o sinch.Outcome) string {
	switch {
	case o.CredentialsRefused:
		return "Sinch refuses the credentials: check SINCH_KEY_ID and SINCH_KEY_SECRET, and that the key belongs to the project"
	case o.Certificate:
		return fmt.Sprintf("the server's certificate cannot be trusted: %v", o.Err)
	case o.API != nil && o.API.Status == "BILLING_CREDIT_LIMIT_BREACHED", o.Status == http.StatusPaymentRequired:
		return "the account's credit limit is reached; top it up, then run again"
	case o.Status == http.StatusForbidden:
		return "these credentials may not send through this app: check SINCH_PROJECT_ID and SINCH_APP_ID, and the key's rights"
	case o.Status == http.StatusNotFound:
		return "Sinch does not know this app here: check SINCH_REGION (it must be the one in which the app was created), SINCH_PROJECT_ID and SINCH_APP_ID"
	case o.Status >= 300 && o.Status < 400:
		return "the server redirects, which the API never does: check SINCH_ENDPOINT and the proxy"
	}
	return "the server does not take messages: check SINCH_ENDPOINT and SINCH_REGION"
}

// describe puts an outcome into the words that the ledger keeps as a row's detail.
func describe(o sinch.Outcome) string {
	switch {
	case o.API != nil:
		return fmt.Sprintf("%d %s", o.Status, o.API)
	case o.Err != nil:
		return strings.TrimPrefix(o.Err.Error(), "send message: ") // which is all that is ever done here
	}
	return ""
}

// describe puts an outcome of a row into words. They may repeat an id of its person, which, unlike a number, nobody else would find in them.
func (j *job) describe(o sinch.Outcome) string {
	const shortest = 6 // what is shorter stands in many words by chance
	text := describe(o)
	for _, other := range j.r.Others {
		if id := other.Reveal(); len(id) >= shortest {
			text = strings.ReplaceAll(text, id, other.String())
		}
	}
	return text
}
