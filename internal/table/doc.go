// Package table reads the rows of a file, each with the line it came from: of CSV, of a sheet of a workbook, of JSON lines; and writes workbooks ([WriteWorkbook]).
//
// It does not know what the columns mean, and keeps nothing: the rows come in one pass, in bounded memory, whatever is compressed in the file.
//
// Invariants:
//   - A line number is the file's own, or that of the text that is compressed in it. A line ends in LF, CRLF or CR alone; blank lines, lines
//     inside cells and a first line that says sep= count like any other. Of a sheet it is the number of the row.
//   - No row vanishes. One that cannot be read is handed out with what is wrong with it. One that is nobody (every cell is empty, or it
//     repeats the header), or hidden in a sheet where the campaign skips such rows, is left out and counted in a [Note]; only blank lines are
//     passed over in silence. Where it cannot be known which rows come next (a quote that is not closed, bytes that are no text, a file
//     that changes or is cut off), reading ends with [campaign.Problems], and nothing that was read before may be used.
//   - Cells stay as they are: white space and characters that cannot be seen are trimmed of names only, and no cell is dropped that holds
//     something. All that changes inside a quoted cell is the end of a line, which becomes LF.
//   - Cells are valid UTF-8 without zero bytes, whatever the file is written in.
//   - No error, no fault and no note holds a cell's value.
//
// # How a file goes through
//
// A source is the stored bytes, hashed; content is what they are when uncompressed; a stream is the text of that in UTF-8; a format makes
// rows of it. Each looks at what is in the file, never at its name.
//
// # Encodings
//
// A byte order mark, the zero bytes of UTF-16, or valid UTF-8 tell the encoding. Else it is one with a byte for each character, and weighed:
// by which letters stand beside which, since a name in the wrong encoding has capitals, symbols or consonants where no language has
// them. Only Windows-1252 is taken without somebody saying so, at a confidence of 85 % or more: of the others too few letters differ, and
// many of their relatives are not weighed at all, so that a wrong guess would write people's names wrongly, and nobody would see it. They
// are named, and refused. The judgement is of the whole file: what its beginning allows is confirmed at its end, or the file is refused;
// and so is one in which letters of UTF-8 stand beside others. ISO-8859-1 is not told from Windows-1252, of which it is a part but for
// control characters that nobody writes.
//
// Text that has been ASCII so far is the same in all of these, so that one byte behind a million rows can still change the encoding. Where
// UTF-8 was seen before, that byte is an error: the file was put together of several, or damaged.
//
// # Delimiters
//
// The first hundred rows are divided by each delimiter; it is the one by which most of them have as many cells as the header, of
// several such the one that makes more cells. A tie is refused, and so is a header of one column above rows of several.
//
// # Why rows do not pass through gocsv
//
// Rows are taken from encoding/csv: gocsv makes a struct and a map of what its caller has as a slice in the order of the header, takes
// two to three times as long for two columns of six (BenchmarkRead of package audience shows both), counts records where people want
// lines, lets the last of two equal headers win, and panics in ReadUnmatched on a row that is too long.
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
