// Package table reads the rows of a file, each with the line it came from.
//
// It does not know what the columns mean, and keeps nothing: one pass, in bounded memory.
//
// Invariants:
//   - A line number is the file's own, counted in line feeds, also after blank lines and cells that hold line feeds.
//   - No row vanishes. One that cannot be read is handed out with what is wrong with it. Where it cannot be known which rows
//     come next (a quote that is not closed, bytes that are no text, a file that changes), reading ends with [campaign.Problems].
//   - No error and no fault holds a cell's value.
//
// # Why rows do not pass through gocsv
//
// Rows are taken from encoding/csv: gocsv makes a struct and a map of what its caller has as a slice in the order of the header, takes
// two to three times as long for two columns of six (BenchmarkRead shows both), counts records where people want lines, lets the last of
// two equal headers win, and panics in ReadUnmatched on a row that is too long.
//
// # Why a row with a stray quote can end the file
//
// encoding/csv goes on after the line in which it noticed. Where the row began on an earlier line, a quote that somebody forgot
// has swallowed the lines between, and the people in them: that is an error of the file. A stray quote within one line is an
// error of that row alone.
package table
