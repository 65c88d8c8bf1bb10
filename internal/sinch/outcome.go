package sinch

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Outcome is what is known of one message after [Client.Send]: facts, of which the caller makes a verdict.
type Outcome struct {
	// MessageID is not empty only where the API says that it has taken the message: a 200 that was read to its end, is JSON and holds
	// the id. Then Err is nil, and in all other cases it is not.
	MessageID    string
	AcceptedTime time.Time // as the API gives it; zero where it gives none

	// Status is that of HTTP, or 0 where no answer to the message came.
	Status int
	// Written is false only when it is certain that the API does not have the message: no connection, no token, or a
	// connection that broke before the message was handed to it.
	Written bool

	// CredentialsRefused says that another try is no use: the token endpoint refuses the key, or the API has refused
	// a token that was fetched because the one before was refused (with HTTP Basic, the key itself). A 401 without it is settled by
	// trying again.
	CredentialsRefused bool
	Certificate        bool // as of IsCertificate

	API        *APIError     // what the API says went wrong; nil when the body is not the API's own JSON
	RetryAfter time.Duration // how long to wait, 0 to 5 minutes; 0 where nothing was said
	Err        error         // why MessageID is empty. Fit to be shown: holds no token, no secret and no number of six digits or more
}

// unanswered is the outcome of a message to which no answer came.
func unanswered(written bool, err error) Outcome {
	o := Outcome{
		Written:            written,
		CredentialsRefused: errors.Is(err, ErrCredentials),
		Certificate:        IsCertificate(err),
		Err:                err,
	}
	var refusal *StatusError // of the token endpoint
	if errors.As(err, &refusal) {
		o.RetryAfter = refusal.RetryAfter
	}
	return o
}

// IsCertificate reports whether err means that the server could not prove to be who it should be.
func IsCertificate(err error) bool {
	var invalid *tls.CertificateVerificationError
	return errors.As(err, &invalid)
}

// answered is the outcome of a message to which a came.
func answered(a answer, clean func(string) string) Outcome {
	o := Outcome{Status: a.status, Written: true}
	if a.status == http.StatusOK {
		o.MessageID, o.AcceptedTime, o.Err = readAccepted(a)
	} else {
		refusal := a.failure(clean)
		o.API, o.RetryAfter, o.Err = refusal.API, refusal.RetryAfter, refusal
	}
	return o
}

// readAccepted reads the answer of messages:send. What is not exactly that may have come from something in between, or be the
// beginning of an answer, and then nobody knows what became of the message.
func readAccepted(a answer) (id string, at time.Time, err error) {
	var accepted struct {
		MessageID    string `json:"message_id"`
		AcceptedTime string `json:"accepted_time"`
	}
	switch {
	case a.err != nil:
		return "", time.Time{}, fmt.Errorf("read the answer: %w", a.err)
	case !isJSON(a.header):
		return "", time.Time{}, errors.New("the answer is 200, but not JSON")
	case json.Unmarshal(a.body, &accepted) != nil:
		return "", time.Time{}, errors.New("the answer is 200, but not the JSON that accepts a message")
	case accepted.MessageID == "" || !visible(accepted.MessageID) || len(accepted.MessageID) > 256:
		return "", time.Time{}, errors.New("the answer is 200, but holds no message id")
	}
	at, _ = time.Parse(time.RFC3339, accepted.AcceptedTime) // the id is what counts
	return accepted.MessageID, at, nil
}
