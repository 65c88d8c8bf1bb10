package callback

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// MaxAge is how far the time of a signature may be off our clock, either way, unless somebody knows better.
const MaxAge = 5 * time.Minute

// The headers of a signed callback.
const (
	signatureHeader = "X-Sinch-Webhook-Signature"
	timestampHeader = "X-Sinch-Webhook-Signature-Timestamp"
	nonceHeader     = "X-Sinch-Webhook-Signature-Nonce"
	algorithmHeader = "X-Sinch-Webhook-Signature-Algorithm"
	algorithm       = "HmacSHA256"
)

// Why a callback is not let in. ErrStale is one that was signed with the secret, at another time.
var (
	ErrUnsigned = errors.New("the callback is not signed")
	ErrForged   = errors.New("the callback was not signed with this secret")
	ErrStale    = errors.New("the callback was signed too long ago, or in the future")
)

// Verify reports by nil that body is from somebody who knows the secret, and was signed at most maxAge before or after now. body is what was received, byte by
// byte.
func Verify(header http.Header, body, secret []byte, now time.Time, maxAge time.Duration) error {
	given, nonce, timestamp := header.Get(signatureHeader), header.Get(nonceHeader), header.Get(timestampHeader)
	if given == "" {
		return ErrUnsigned
	}
	signature, err := base64.StdEncoding.DecodeString(given)
	if err != nil || header.Get(algorithmHeader) != algorithm {
		return ErrForged
	}
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write(body) // a hash never fails
	_, _ = mac.Write([]byte("." + nonce + "." + timestamp))
	if !hmac.Equal(signature, mac.Sum(nil)) {
		return ErrForged
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > maxAge {
		return ErrStale
	}
	return nil
}
