// Package audience turns the bytes of an audience file into recipients, each with the line it came from, and the numbers in it,
// as people write them, into addresses.
//
// It does not decide who gets a message, does not know what is in the other cells, and keeps nothing: one pass, in bounded memory.
//
// Invariants:
//   - A line number is the file's own, counted in line feeds, also after blank lines and cells that hold line feeds.
//   - Nobody vanishes. A row that cannot be read is handed out with what is wrong with it. Where it cannot be known which people
//     come next (a quote that is not closed, bytes that are no text, a file that changes), reading ends with [campaign.Problems].
//   - No error and no finding holds a cell's value. Header names are shown, unless the first line looks like data.
//   - Reading a number twice changes nothing, and a number that is handed out is one that somebody wrote: whatever would have to
//     be guessed is refused.
//
// # Reading and normalising apart
//
// A CSV can only be read from front to back, while what follows can use every processor. [Reader.ReadBatch] therefore does
// nothing but parse, and one [Normaliser] serves any number of goroutines.
//
// # Why rows do not pass through gocsv
//
// gocsv matches the header against struct tags (header.go), where its rules for names are a help. Rows are taken from
// encoding/csv: gocsv makes a struct and a map of what a recipient has as a slice in the order of the header, takes two to three
// times as long for two columns of six (BenchmarkRead shows both), counts records where people want lines, lets the last of two
// equal headers win, and panics in ReadUnmatched on a row that is too long.
//
// # Why numbers do not pass through libphonenumber's Parse
//
// The rules are libphonenumber's and so is the metadata; only the machine differs. Parse and GetNumberType try up to a dozen
// regular expressions a number and take 10 to 25 µs. Here the expressions of a region become one table over the ten digits
// (automaton.go), which says in one pass what kind of number it is. What Parse would rewrite (carrier codes, mobile tokens,
// doubtful prefixes) still goes to Parse, and tests hold both ways against each other for every country.
//
// # Why a row with a stray quote can end the file
//
// encoding/csv goes on after the line in which it noticed. Where the row began on an earlier line, a quote that somebody forgot
// has swallowed the lines between, and the people in them: that is an error of the file. A stray quote within one line is an
// error of that row alone.
package audience
