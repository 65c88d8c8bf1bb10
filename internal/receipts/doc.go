// Package receipts keeps the delivery receipts of a run: in receipts.log as they come ([Log]), and from there in the run's ledger ([Merge]).
//
// # receipts.log
//
// Whoever hears of receipts appends to it, while the run sends, is over or is being read: it needs no lock, and several processes may do so at once.
// A record has 40 bytes (see [Record]) and ends in a checksum that covers the run's id too, so what a crash or a disk has left half written is passed over,
// as is a record of another run. [Log.Append] returns when its records are on disk. Whoever may have appended the same before asks a [Set]. It holds rows, states and message ids, and no personal data.
//
// # Merging
//
// The ledger has of every row what all its receipts say together ([ledger.Receipt]), and up to where the file has been merged. Both change in one
// transaction: a process that dies has merged, or has not, and the next one goes on from there. What is put on record as merged is on disk in the file, and
// a file that is shorter than that all the same is merged from its beginning. Merging is idempotent and does not depend on order. A
// run that another process holds is merged by that process, once a second; one that is opened read-only is merged in memory.
//
// # What receipts prove
//
// A receipt with our metadata proves that Sinch has the message. [Settle] gives rows that are in doubt, that the ledger knows nothing of, or whose last attempt
// was refused, what their receipts prove; nothing may send meanwhile. The ledger remembers which rows these may be ([ledger.Ledger.Strays]), so that a start
// reads no more than it must.
//
// # Who listens
//
// Whoever listens for the runs in a folder and below says so in a file there ([Announce]), for others who rely on it ([Listening]).
package receipts
