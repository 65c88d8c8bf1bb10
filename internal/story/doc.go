// Package story tells what happened to a person in a run, to somebody who has to answer them: in a sentence that can be read out, and in all
// detail.
//
// Who is meant is the caller's: [Find] walks through a run's frozen audience, and a [Teller] puts together what the run knows of the rows that were
// found: ledger, receipts, the campaign as it was frozen, and the lists that were asked. It changes nothing.
//
// # What is never said
//
// That a message arrived, unless a receipt says so: accepted is "sent, arrival unknown" where no receipts were collected, and "sent, not yet
// confirmed" where they were and none has come. What cannot be known is said to be in doubt.
//
// An [Entry] holds a person's data. Addresses in it are masked unless the caller wants them whole; the text of the message is as it was.
package story
