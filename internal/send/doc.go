// Package send drives recipients through render, suppression, permit, ledger and request, and decides what each answer means.
//
// It sends to every row of a run that the ledger calls sendable, and returns when all of them are settled or something stops it.
// Per row: suppression and hours asked → permit → both asked again → render → budget → intent durable → request → result to the ledger. It is
// rendered so late since a message says for how long it is worth getting from then on; planning has shown that it can be. What is true if we die:
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
// # What keeps rows back
//
// A row takes a permit before it is begun. One goroutine hands permits out: when the pacer says so, when the app's queue has room, and when few
// enough requests are under way. While nothing but failures comes back the circuit is open: rows wait before their permit, and one at a time
// tries. What holds a permit counts as waiting in the app's queue until it is sure that Sinch does not have it.
//
// # What becomes of doubt
//
// A row in doubt waits for package settle, outside of the workers: found, it is accepted; proved to be missing, it is released and tried
// again; where nobody can know, Config.InDoubt decides. Whoever failed nine times so is rejected. The canary does not wait: a doubt counts
// against it at once. At the end the run waits for look-ups alone, and whoever stops it then leaves them to the next start.
//
// # What receipts prove
//
// Delivery receipts of a run come into its folder from elsewhere, and once a second those that are new are merged. A receipt of a row that is not
// accepted proves that Sinch has its message, whatever became of the answer: such a row is not begun again. Who is about to do something with it
// asks first: before an attempt, before it is left out, when an answer says nothing, and package settle before it concludes anything. Rows that are
// held are settled at once. Only who owns a row may make it accepted, since a row that is accepted cannot be begun. A receipt of a row
// that nobody has begun here is of a copy of the run that sends too; the row is taken for sent to. When the answer follows its receipt, nothing
// is special about either.
//
// # What the others wait for
//
// The canary is the first rows that were sent to in a run, by whichever start: until it is passed nobody else is. So the ledger alone says who
// they are. Where Config.Canary waits for receipts, the others are held until of the first rows so many have arrived that the rest could not
// change it, or all are known. Too many that fared badly stop the run, as does too little that is known in time: no receipt is no arrival.
//
// # What stops a run, and what only a part of it
//
// Twenty answers in a row that are bad in the same way, twenty rejected of the first twenty-five, or too large a share of the last ones
// (Config.Limits) stop the run; or, where they are all of one country, one channel tried first or one language while the others fare well, only
// that slice. So each row counts for all and for its three slices. The narrowest slice is blamed that fails a test while the rows outside of it do
// not; of slices of the same people, the channel goes before the language and that before the country. Whoever of it is not begun stays as they
// are, answers under way are awaited, and the others are judged by what comes from then on. Three halts without an accepted message in between
// stop the run: it is not the slices that fail. A start that has left people so ends with a [Stop], and the next one tries them again.
//
// A share of few rows says little: before a window of 1,000 (of 10,000 for those who stay in doubt) is full, more are needed than the share, by
// four times what chance brings; in doubt, by as many as one connection that breaks may leave.
//
// # How rows wait for their hour
//
// The dispatcher walks the snapshot in sweeps. A row that may get no message now is passed over, and stays; the sweep keeps for every frame when
// the first of its rows may, and goes back to it then, so that of those who may get one now the first in the file is always next. While nobody
// may, the run waits, a minute at a time by the clock on the wall. Whoever cannot get theirs before it is too late is left out at once.
//
// The hours have to hold when the request leaves, and still when Sinch hands the message on: for how long it may wait there is taken to be
// all of Config.QueueAhead unless something better is known. A row whose hours close meanwhile goes back to the sweep: it was not begun, or
// released. Hours at which nobody gets a message count as no silence of the server's.
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
