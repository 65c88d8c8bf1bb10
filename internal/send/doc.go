// Package send drives recipients through render, suppression, permit, ledger and request, and decides what each answer means.
//
// It sends to every row of a run that the ledger calls sendable, and returns when all of them are settled or something stops it.
// Per row: render → suppression asked → permit → budget → intent durable → request → result to the ledger. What is true if we die:
//
//   - before the intent is durable: nothing left; the next start sends it.
//   - after it: the row is in doubt, since the request may have left. At most Config.MaxInFlight rows are between the two.
//   - after the result is recorded, before it is on disk: the row is in doubt as well, never lost.
//
// # Why a row that is tried again is released first
//
// 429, a connection that could not be made and the like prove that Sinch did not take the message. The release goes to the ledger as a
// result, and the next attempt begins anew, so a row that waits for its next attempt is not in doubt if we die meanwhile.
//
// # What becomes of doubt
//
// A row in doubt waits for package settle, outside of the workers: found, it is accepted; proved to be missing, it is released and tried
// again; where nobody can know, Config.InDoubt decides. Whoever failed nine times so is rejected. The canary does not wait: a doubt counts
// against it at once. At the end the run waits for look-ups alone, and whoever stops it then leaves them to the next start.
//
// # What a pause is
//
// While the [Valve] is shut workers wait before they begin a row, so that nobody is in doubt if we die meanwhile. Afterwards a row's
// suppression is asked again. The clocks of the brakes stand still. A pause is not durable: the next start sends.
//
// # Why 500 and 503 are tried again
//
// Sinch documents that they are to be repeated with exponential backoff, and offers nothing by which a repeat could be recognised. Where
// the app keeps messages they are doubt like any other. Where it keeps none a message may be sent twice, rarely, by the API's own advice:
// such rows are marked in the ledger, and counted apart; after eight repeats the row is in doubt, and Config.HoldServerErrors has it so at
// once. Only the API's own JSON error counts: a gateway's 503 says nothing about what happened behind it.
package send
