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
//	…    E/v1/projects/{project_id}/webhooks             webhooks, and GET apps/{app_id}/webhooks
//	GET  E/v1/projects/{project_id}/apps/{app_id}/consents/…   who has opted out; POST consents inserts them
//	POST E/v1/projects/{project_id}/messages:transcode   what a message is on channels that know text alone
//	POST E/v1/projects/{project_id}/capability:query     who can be reached, told by a callback
//	…    E/v1/projects/{project_id}/messages             batches: POST sends one, GET finds some, DELETE cancels some
//	…    E/v2/projects/{project_id}/templates            templates
//
// The API has several hosts, and E is all of them. Where a request does not name one of the API's own, GET messages concerns batches
// if it has a metadataKey, GET messages/{id} if the id is that of a batch, and POST and DELETE messages always.
//
// A zero [Config] answers to [DefaultKeyID] and [DefaultKeySecret], for a token or by HTTP Basic. A [Server] is an [http.Handler]
// for a port, and an [http.RoundTripper] for a client in the same process.
//
// It sends nothing to anybody: an accepted message waits in the app's queue, and drains at the app's rate. What becomes of it then is
// played for those who listen when it is accepted: a webhook of the app, or a callback_url of its own.
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
// # What becomes of messages
//
// Who listens is told of a MESSAGE_SUBMIT and a receipt QUEUED_ON_CHANNEL when the message leaves the queue, and a second later
// ([Config.ReceiptAfter]) of how it ended. That depends on the last two digits of the number, which are free in all ranges
// of numbers that are reserved for fiction, unless [Config.Outcomes] says otherwise:
//
//	90  FAILED, RECIPIENT_NOT_REACHABLE
//	91  READ, and no DELIVERED before
//	92  SWITCHING_CHANNEL until the last channel, which delivers it; FAILED where there is but one
//	93  FAILED, RECIPIENT_NOT_OPTED_IN
//	94  no receipt ever, only the MESSAGE_SUBMIT
//	95  as others, but the last callback comes first, and every one twice
//	96  as others, but before the answer to the request, whatever waits in the queue
//	97  FAILED, RATE_LIMITED
//	98  as others, but DELIVERED three hours later ([Config.LateAfter])
//	99  FAILED, BAD_REQUEST, before any channel
//	    others: DELIVERED
//
// One that fails has SWITCHING_CHANNEL before every further channel. A message fails before any channel, whatever its number, when
// the app lacks one of the channels in its order of priority (CHANNEL_CONFIGURATION_MISSING), when its recipient has opted out of its
// kind of content (RECIPIENT_NOT_OPTED_IN), and when its template or the parameters do not fit (TEMPLATE_NOT_FOUND and so on).
//
// # Callbacks
//
// They are signed where there is a secret, go out at the app's rate ([Config.Webhooks]), and are made again with longer and longer
// pauses when nobody answers, or with 429 or 5xx. Receivers are on this machine: a webhook elsewhere is refused, and a callback_url
// elsewhere is accepted and never called, so that a campaign that has one can be rehearsed. [Callbacks] loses, doubles, delays and
// mixes them. [Server.Close] ends them.
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
