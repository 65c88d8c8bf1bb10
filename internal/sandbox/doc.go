// Package sandbox plays the Sinch Conversation API on this machine, so that a campaign, or any client of the API, can be tried
// without an account and without writing to anybody.
//
// It answers under one base URL E, of which P is E/v1/projects/{project_id}:
//
//	POST         E/oauth2/token                 a token for the key
//	POST         P/messages:send                send a message
//	POST         P/messages:fetch-last-message  the last message of each of many
//	GET          P/messages                     list messages
//	GET          P/messages/{message_id}        get a message; PATCH gives it other metadata, DELETE makes it unfindable
//	GET          P/apps                         list the app
//	GET          P/apps/{app_id}                get the app, with what waits in its queue; PATCH changes it
//	GET          P/apps/{app_id}/webhooks       webhooks of the app; P/webhooks makes, gets, changes and deletes them
//	GET          P/apps/{app_id}/consents/…     who has opted out; POST P/consents inserts them
//	POST         P/messages:transcode           what a message is on channels that know text alone
//	POST         P/capability:query             who can be reached, told by a callback
//	POST         P/messages                     send a batch; GET finds some, DELETE cancels some
//	             E/v2/projects/…/templates      templates
//	             E/sandbox/…                    the sandbox itself; see below
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
//   - An app with persist_message_status.enabled shows in a stored message what its last receipt says, whoever listens.
//   - A change of the app is about messages that are accepted from then on. One that was accepted while its mode kept nothing is never
//     found; one that is past a shorter retention is gone at once and for good, though the API's own cleaning may take a day.
//   - It shares no code with any client here, so that a mistake on one side cannot be undone by the same mistake on the other.
//
// # Where the API is silent
//
// The sandbox takes the answer that is harder on the client. Unknown fields and parameters are refused; a field that is null is not
// there. Phone numbers are found without their plus sign only, as they are stored, unless [Config.PlusIdentities] turns that round. A
// list of another app is empty, not an error. The last messages of many are looked for in CONVERSATION_SOURCE where none is named, as
// in a list; other documents have DISPATCH_SOURCE, so a client must name one. A page of them goes on by time, so that who is written
// to between two pages is missing from the second. A full queue is a 429. The 429s have no Retry-After unless a [Fault] gives them
// one. A channel that the app does not have is accepted, since the newest documents say that it fails later, and what fails later
// fails behind the API. An app's rate limits and channels are not for clients to change.
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
//	88  as others, and a second after that the person replies STOP: MESSAGE_INBOUND
//	89  as others, and a second after that the person is on OPT_OUT_ALL: OPT_OUT
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
// A [Fault] makes requests of one operation (messages:send unless it names another) fail: all of them, by count, by dice with a
// seed, or by who a message is to. It strikes a request that has passed the limits and, but for one for a token, has shown its
// credentials; so it counts what would otherwise have been served. [ParseFault] reads the text form, kind:condition,…:
//
//	kind                     the client sees                             carried out
//	400, 413, 422            a refusal                                   no
//	401                      an expired token                            no
//	402                      payment required                            no
//	403                      BILLING_CREDIT_LIMIT_BREACHED               no
//	404                      nothing there, as in the wrong region       no
//	429                      too many requests                           no
//	500, 501, 503            the API's own error                         no
//	408, 500-html, 502,      a page of HTML                              no
//	503-html, 504
//	301, 307                 a redirect to where the request went        no
//	reset                    a broken connection                         no
//	delay                    nothing for a minute, or for delay=, then   no
//	                         a broken connection
//	500-after, 503-after     the API's own error                         yes
//	408-after, 502-after,    a page of HTML                              yes
//	500-html-after,
//	504-after
//	reset-after              a broken connection                         yes
//	delay-after              nothing for a minute, or for delay=         yes
//	slow-after               the answer byte by byte, over delay=        yes
//	truncated                200 and half of the answer                  yes
//	html-after, empty-after  200 and a page of HTML, or no body          yes
//	type-after               200 and the right answer, as text/plain     yes
//	no-id-after              200 and the answer without its id or token  yes
//	201-after, 202-after     the right answer with another status        yes
//	late-after               a broken connection                         delay= later
//
// They come in pairs, since a client cannot tell the halves of one apart: the same 503 with the message accepted, and without. The
// last of them is what a request of a process that has died does: it still waits at the server, and is carried out after whoever
// comes next has looked for it. So only a look after such a while says that a message was not accepted.
//
// Look-ups can be wrong without an error. What is accepted can be found only after a lag, [Server.SetListLag], which a client cannot
// tell from a message that was not accepted, unless it waits. And pages, with on=list or on=fetch-last:
//
//	short-page         the first half of a page; the next goes on where it ends, so nothing is missing to who follows the token
//	missing-page       the second half of a page; the first is on none. In one look it is the same as short-page, where the client is
//	                   told to go on too; only a second look can find what is missing
//	last-page-missing  a page that says it is the last. Nothing shows; only a second look can find the rest
//
// # The sandbox itself
//
// Under E/sandbox/ are no calls of the API, but the sandbox's own. They want no credentials, meet no faults and are not counted; so a
// sandbox is not for a port that others can reach.
//
//	GET, PUT, DELETE  E/sandbox/faults          what goes wrong: one fault on a line, in the text form, with # before comments
//	GET               E/sandbox/stats           messages accepted, the queue, answers by operation and status, faults struck
//	GET               E/sandbox/messages        the messages that it holds, as in its record
//	PUT               E/sandbox/lag             how long it takes until a message can be found
//	POST              E/sandbox/advance?by=24h  put its clock forward, and with it tokens, the queue and retention
//
// A bad day can be rehearsed from a shell while a sender runs:
//
//	curl -X PUT --data-binary @bad-day.txt $SINCH_ENDPOINT/sandbox/faults
//	curl -X POST "$SINCH_ENDPOINT/sandbox/advance?by=1h"     # every token has run out
//	curl $SINCH_ENDPOINT/sandbox/stats
//	curl -X DELETE $SINCH_ENDPOINT/sandbox/faults            # the sun comes out
package sandbox
