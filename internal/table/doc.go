// Package table reads the rows of a file, each with the line it came from: of CSV, of a sheet of a workbook, of JSON lines.
//
// It does not know what the columns mean, and keeps nothing: the rows come in one pass, in bounded memory.
//
// Invariants:
//   - A line number is the file's own, counted in line feeds, also after blank lines and cells that hold line feeds; of a sheet the row's number.
//   - No row vanishes. One that cannot be read is handed out with what is wrong with it. Where it cannot be known which rows
//     come next (a quote that is not closed, bytes that are no text, a file that changes), reading ends with [campaign.Problems].
//     What is left out on purpose, such as hidden rows that the campaign skips, is counted in a note.
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
//
// # Why sheets are not read through excelize
//
// excelize displays numbers by their formats, and knows dates. Its iterator over rows is not used: where the XML of a sheet is broken it
// ends as if that were the last row; it tells neither a text from a number or an error nor an empty cell from a formula that nobody has
// calculated; and it leaves large sheets, people and all, in the temporary folder of whoever kills the process. It also takes three times as long.
// Here sheets are read from the archive as they are unpacked. Of a workbook only its shared strings can need the disk, in a file
// that has no name any more.
//
// # Hidden rows
//
// Whether rows are hidden shows only as they are read. They are counted on the way: the first one ends the handing out where nobody has
// said what they mean, and the error comes with the end of the sheet. A pass of its own would read all of the sheet twice.
//
// # Why JSON lines are read twice
//
// A table has its columns before its first row, and writers of JSON leave out the keys that have no value. So a first pass collects the
// keys: wherever a key appears first, no value is lost.
package table
