// Package sandbox plays the Sinch Conversation API on this machine, so that a campaign, or any client of the API, can be tried
// without an account and without writing to anybody.
//
// It answers under one base URL E:
//
//	POST E/oauth2/token                                  a token for the key
//	POST E/v1/projects/{project_id}/messages:send        send a message
//	GET  E/v1/projects/{project_id}/messages             list messages
//	GET  E/v1/projects/{project_id}/messages/{id}        get a message
//	GET  E/v1/projects/{project_id}/apps/{app_id}        get the app, with what waits in its queue
//
// A zero [Config] answers to [DefaultKeyID] and [DefaultKeySecret], for a token or by HTTP Basic. A [Server] is an [http.Handler]
// for a port, and an [http.RoundTripper] for a client in the same process.
//
// It sends nothing to anybody: an accepted message waits in the app's queue, drains at the app's rate, and is gone. No channel is
// played behind the queue, so there are no receipts.
//
// # What holds
//
//   - A message is accepted by one step: its time, its place in the queue, its line in the record. Its answer leaves afterwards. So
//     the record holds every message whose sender was told of it, and those whose senders were not told.
//   - Nothing is ever taken for a repetition. The API knows no idempotency key, so the same request twice is two messages, and a
//     sender that sends twice is seen to.
//   - Ids rise in the order of acceptance, and so do times.
//   - Messages can be looked up exactly where the API keeps them: in CONVERSATION mode for 180 days, in DISPATCH mode for the
//     app's days of retention, which are none unless it says so. Then a long run needs no memory either.
//   - It shares no code with any client here, so that a mistake on one side cannot be undone by the same mistake on the other.
//
// # Where the API is silent
//
// The sandbox takes the answer that is harder on the client. Unknown fields and parameters are refused; a field that is null is not
// there. A list finds phone numbers without their plus sign only, as they are stored. A list of another app is empty, not an error.
// A full queue is a 429. The 429s have no Retry-After unless a [Fault] gives them one. A channel that the app does not have is
// accepted, since the newest documents say that it fails later, and what fails later fails behind the API.
//
// The limits are token buckets: 800 requests a second on the project, a tenth of a second's worth at once; 10 tokens a second, 30
// at once.
//
// # Faults
//
// A [Fault] makes requests of one operation (messages:send unless it names another) fail: all of them, by count, or by dice with
// a seed. It strikes a request that has passed the limits and, but for one for a token, has shown its credentials; so it counts
// what would otherwise have been served. [ParseFault] reads the text form, kind:condition,…:
//
//	kind         the client sees                             carried out
//	400          a refusal                                   no
//	401          an expired token                            no
//	403          BILLING_CREDIT_LIMIT_BREACHED               no
//	404          nothing there, as in the wrong region       no
//	429          too many requests                           no
//	500, 503     the API's own error                         no
//	500-html     a page of HTML                              no
//	502          a page of HTML                              no
//	reset        a broken connection                         no
//	500-after    the API's own error                         yes
//	503-after    the API's own error                         yes
//	502-after    a page of HTML                              yes
//	reset-after  a broken connection                         yes
//	delay-after  nothing for a minute, or for delay=         yes
//	truncated    200 and half of the answer                  yes
//
// They come in pairs, since a client cannot tell the halves of one apart: the same 503 with the message accepted, and without.
package sandbox
