// Package sinch is the client of the Sinch Conversation API: tokens, requests, and outcomes as values.
//
// It reports facts and takes no decision: what an outcome means for a recipient, whether a message is tried again, how fast
// requests leave and what is written down before they do is up to the caller. It never sends a message a second time by itself.
//
// # Invariants
//
//   - One [Client.Send] writes at most one request for the message, and follows no redirect.
//   - [Outcome.Written] is false only when it is certain that the API cannot have read the whole request.
//   - [Outcome.MessageID] is not empty only for a 200 that was read to its end, is JSON and names the message. Anything else
//     that claims success is left for the caller to doubt.
//   - No token, secret or telephone number stands in an error: text that came over the wire passes through [Redact], and the
//     token of the request is taken out of it.
//
// # Why one exchange is http.Transport's RoundTrip
//
// An http.Client follows redirects, and 307 and 308 send the body again. RoundTrip is exactly one exchange, and its errors
// hold no URL. What it may do behind our back is write a request a second time on a new connection, after the first one broke.
// For a POST it does so only where the request has a GetBody, and even after it was written where there is an Idempotency-Key
// header as well, which makes net/http believe that a second copy is harmless; the API ignores that header and would send the
// message twice. So a request here has neither.
//
// # Why HTTP/1.1
//
// A connection carries one request at a time, so what breaks with it is one message. A connection of HTTP/2 would leave every message
// in flight in doubt, and one that died silently would go on taking new ones. It is also exact: RoundTrip returns an error only
// after the goroutine that writes to the connection has ended, where with HTTP/2 it may return before. And the messages that
// HTTP/2 can prove untouched (REFUSED_STREAM, GOAWAY; RFC 9113, section 8.7) net/http sends again only where there is a
// GetBody, and then after a PROTOCOL_ERROR from the server as well, which proves nothing.
//
// # How it is known that nothing was written
//
// The hook WroteHeaders of net/http/httptrace runs when the head of the request stands whole in the buffer of the connection, before
// the first byte of the body. Until then the API cannot have a request that it could act upon, whatever the network did
// with a part of the head. After it an error proves nothing. A transport other than *http.Transport need not run the hooks, so every
// failure of such a one counts as written.
//
// # Why a refused token is told apart from refused credentials
//
// A token can expire while it is in use, after a suspend for instance, and then every request in flight gets a 401 at once. The first
// of them drops the token, if it is still the one in use; one caller fetches the next, and all try again. Only when
// a token that was fetched after such a refusal is refused too, without ever having been accepted, are the credentials themselves no
// good: [Outcome.CredentialsRefused].
package sinch
