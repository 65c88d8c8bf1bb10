// Package suppress answers whether a person must not be written to, and which line of which list says so. It also knows the opposite: a
// list outside of which nobody may be written to, for trials with an app that reaches real people.
//
// Two things make a list one of a campaign: that it names it, and, of marketing, that it is an [OptOutsName] in the folder of the campaign or above, in which
// opt-outs collect as they come in.
//
// It does not decide what follows from that, and asks nobody but files. Whom other runs have sent to it is told, and how to have it
// from Sinch who has opted out.
//
// Invariants:
//   - It fails closed. A list is loaded whole or not at all: a line that cannot be read is a person who may be written to against
//     their will, so it is an error unless the campaign takes the responsibility for that list.
//   - What was read once holds until a better reading replaces it. While a run goes on, a list that vanishes, breaks or does not answer leaves the
//     last good reading in force, for a minute; after that nobody can say what it would hold, and [ErrLost] stops the run.
//   - Numbers and ids are read exactly as those of the audience are, so that no way of writing one slips past the other.
//   - Whoever has several addresses is left out by any of them; onto a list outside of which nobody may be written to belong all of them.
//
// # Why sorted tables
//
// A list is asked twice for every recipient and never changes: a new reading is a new table. Sorted, a number takes
// 16 bytes with its line, against some 40 in a map of the same, and a look-up among a million takes a fraction of a microsecond,
// far below the rest of a row's work. Readers take no lock; a new reading is swapped in as one pointer.
package suppress
