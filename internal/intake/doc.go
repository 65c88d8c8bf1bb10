// Package intake takes in what callbacks say: receipts go to the run that they are about, people who want no more messages onto the file of those, and the
// rest is counted.
//
// # Which run
//
// The messages of a run have the run's id in their labels. A [Store] knows the runs at or below a folder by their ids, and looks again when it hears of one that
// it does not know, at most once a second, and all who wait share the look. One that is not found is that of a run somewhere else, and is looked for again after
// a minute at the soonest, since a folder may have been put there. What is about no run of ours is counted, and taken: nobody else will want it.
//
// Of a run that was copied there are two folders with one id. Both get its receipts; they mean nothing in the copy.
//
// # What is durable
//
// When [Store.Take] returns nil all that it was given is on disk. After an error it may be, or in part, and taking it again changes nothing. A log that has failed is
// opened anew by the next call.
package intake
