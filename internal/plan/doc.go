// Package plan decides, for every row of an audience, whether it gets a message or is skipped and why, and freezes both: the rows in the
// run's snapshot, the skipped ones in its ledger. It sends nothing. [Build] makes the plan that is sent or refuses to; [Check] goes as far as
// it can whatever is wrong, for somebody who mends it.
//
// The stages of a row: read, normalise its addresses, check, ask whether it is meant (where, consent, countries), ask the suppression lists, render and
// check the message, freeze; and when all have passed, find duplicates. Among rows that would otherwise be sent the first one wins.
//
// A row has a phone number, or addresses on single channels, or both. Where an audience has columns for these a cell that cannot be read costs
// the row that address alone, and whoever has none on any channel of the campaign is invalid. All addresses say who somebody is, also those
// on channels that the campaign does not try.
//
// The rows are those of a file, or the people of another run: these have their addresses, which are not read again. Where they are sent to again, with
// the same message, audience.where is not asked again, and {date} is the day of the first time; all else is.
//
// Invariants:
//   - Until the last step the run is in state planning, and nothing that was written counts: whoever dies here, or finds something wrong,
//     leaves a run that is planned from nothing the next time. The last step is one transaction of the ledger.
//   - Every row was rendered once with what a real request holds, so a planned run does not stop at a row that cannot be.
//   - Feeds fail closed: too many rows that cannot be used, more or fewer people than the campaign's limits allow, nobody at all, a value
//     that is missing with no word about what then. All that is wrong comes back together, before anything could be sent.
//   - No finding and no error holds a cell's value. Samples do: they are what a person is shown before a real send.
//
// # One pass, bounded memory
//
// One goroutine reads, since CSV can only be read from front to back; workers decide, render and compress; one goroutine puts the frames
// back in order and writes them down. The frames are a fixed set that goes round, so neither a slow disk nor a large audience makes
// them more.
//
// # Why duplicates are found last
//
// Whether a row is a duplicate depends on all rows before it, and numbers in memory would grow with the audience. So each row that would
// be sent leaves 20 bytes for each address in one of 64 parts, chosen by a hash of its key, in memory first and above some size in a file.
// Equal keys meet in the same part, which is small enough to be sorted in memory. For numbers this is exact (see [campaign.Identity.Key]
// for ids), and needs a few MB for any number of rows.
//
// Where people have several addresses, whether a row loses depends on which of the earlier rows do. So the rows that share an address are walked
// once more, in their order: see findSeveral, which says what that needs.
//
// Each of these records knows what its row comes to ([forecast.Slice]), by a number. A row that loses is taken back from that count, so that people,
// parts and money of a plan are those of the rows that are sent.
//
// # What the digest covers
//
// What is sent to whom: the campaign's content, every row as frozen, which rows are invalid, the limits, the prices that hold, which lists are
// asked, at which hours people may get it (the window, with what its file of holidays holds), from when and until when, what the templates at
// Sinch hold as far as they were read, which file's seeds get it within the run and when, and the day where it decides who is meant or what is
// sent. Who these seeds are it does not cover: they are the sender's own people. Whom the lists leave out it does not cover: they may grow while
// a plan waits. Which rows are filtered, without consent, duplicates, miss a value or fail in an expression follows from the rest. Nor does it
// know through which app the run goes; who shows it to people as a promise adds that.
package plan
