// Package forecast says what a plan comes to: how many people it reaches, in how many parts of SMS, and what that costs, by country, channel and
// language; and, while a run goes on and after it, what of that is spent.
//
// # What is counted
//
// A [Gauge] measures a row: which country it goes to, in which language, on which channels it can be tried, how many parts its SMS would have,
// and, where hours matter, in which place somebody is. Rows that are measured alike are one [Slice]. A [Tally] counts slices exactly, and
// takes back the rows that turn out to be duplicates. All else is made of these counts and of a price list, in whole numbers.
//
// # Why the cost is a range
//
// Sinch tries one channel after the other, and nobody knows beforehand who is reached on which. The low end is what it costs if everybody is
// reached on the channel that is tried first; the high end, if everybody is reached on the dearest of theirs. It is assumed that an
// attempt which fails costs nothing, that a message counts once, and that the parts are those of the text as Sinch makes it today. So every cost is
// estimated, before and after: what is paid stands on Sinch's invoice. Limits hold the high end.
//
// # What is spent
//
// While a run goes on, somebody counts as soon as their message is begun, at the high end, and again when they are sent to again after an
// attempt that may have been taken. What Sinch has refused costs nothing. A start finds out what earlier ones have spent from ledger and
// frozen audience ([Spent]); the ledger knows how often somebody was tried, not how often it may have been taken, so that of people tried again it
// takes every attempt for one that was.
//
// # What is settled
//
// Delivery receipts name the channel on which a message arrived, or failed. So afterwards each accepted message has one price ([Settled]), where receipts have
// come, and no range. It is still the price list's: what was tried on other channels before, and what Sinch has agreed to otherwise, is not in it.
package forecast
