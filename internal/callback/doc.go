// Package callback reads what the API tells an app's webhooks: whether it is from Sinch ([Verify]), and what it says ([Parse]); also as somebody else
// has kept it, many in a file ([ReadAll]). It stores nothing and knows no run.
//
// # What is not known
//
// The API adds fields, triggers, statuses and reasons without telling anybody, and a callback that we refuse Sinch drops, or sends for hours. So nothing of
// that kind is an error: a callback of which nothing is known is [Ignored], and so is a receipt with a status that we do not know.
//
// # Why a nonce may come again
//
// Every signature covers a nonce. Nobody remembers those that were seen: a callback that Sinch sends again may have the same one, and refusing it would
// lose what the first try has not made durable. Whoever replays a callback within the few minutes in which its timestamp holds achieves nothing, since
// what is stored twice counts once.
package callback
