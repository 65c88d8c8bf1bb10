// Package phone reads telephone numbers as people and spreadsheets write them.
//
// It does not know what else is in a row, keeps nothing, and shows no number: what it finds is said in constant texts.
//
// Invariants:
//   - Reading a number twice changes nothing, and a number that is handed out is one that somebody wrote: whatever would have to
//     be guessed is refused.
//   - A number that is handed out has E.164 form (ITU-T E.164: at most 15 digits) and a length that its country uses.
//
// # Why numbers do not pass through libphonenumber's Parse
//
// The rules are libphonenumber's and so is the metadata; only the machine differs. Parse and GetNumberType try up to a dozen
// regular expressions a number and take 10 to 25 µs. Here the expressions of a region become one table over the ten digits
// (automaton.go), which says in one pass what kind of number it is. What Parse would rewrite (carrier codes, mobile tokens,
// doubtful prefixes) still goes to Parse, and tests hold both ways against each other for every country.
package phone
