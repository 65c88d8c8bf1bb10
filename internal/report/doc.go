// Package report says what became of every row of a run: in numbers ([Collect], report.json, report.xml), in words ([Report.Summary]), and row
// by row in the lists that [Write] makes of the ledger and the snapshot.
//
// It decides nothing, changes nothing in the run, and never infers: accepted is not delivered, and begun is not accepted.
//
// Invariants:
//   - The books balance, or there is no report: every row of the audience is counted once; and so is everybody who was accepted, where delivery
//     receipts are collected. The lists are counted apart from the ledger's totals, row by row, and are published only when both agree. The slices of
//     [Results] by country, by channel and by language amount to the totals.
//   - A row that was begun and has no result counts as in doubt, since nobody knows; one that was released counts as not sent.
//   - People's data stands in the lists only, never in report.json or a summary. Reasons and details are redacted before
//     they reach the run.
//   - A list is whole or it is not there: each replaces its predecessor by a rename, mode 0600. Lists that a Write leaves out stay as
//     they were.
//   - Memory does not grow with the audience.
//
// # The lists
//
//	report.csv    every row in the order of the audience: line, id, address (masked, unless asked otherwise; the phone number, or else
//	              the first of the row's other addresses), state, reason, channel, message_id, accepted_time, attempts, error, note; and
//	              of accepted rows, where receipts are collected, what they say: delivery, delivery_time, delivery_reason, delivery_channel
//	failures.csv  rows that Sinch refused for good, and those whose message failed later, as a receipt says
//	skipped.csv   rows that were left out on purpose
//	in-doubt.csv  rows of which nobody knows; those that a person has settled as unknowable are in report.csv alone
//
// The last three hold the columns of the audience first, with its cells as they were frozen, so that they can serve as an
// audience again, then line and reason; skipped.csv has a detail too, such as the line that a duplicate lost against. Where the
// audience has a column of such a name, ours is called sendoff_line and so on: a list that was made of a list has both. A list
// without rows has its header. A row whose person was erased stands in report.csv alone. A row that is sent to again in another run (a retry) stands where
// it stood, with that run's name: the numbers of a report are those of its own run.
//
// costs.csv is no list of people: what was planned, accepted and settled by country, channel and language, where a run has prices. For that every accepted row
// is measured again, by the campaign and the prices that are frozen with the run. It is written with the whole lists, not after an interruption; and so is
// report.xml, which says the same as test cases: the run's promises, and each slice, which fails where anybody was rejected or failed.
//
// For outsiders there are report.json, report.csv and report.xml without names and ids ([Options.Redact]), in a folder within the run's that holds nothing else: it can
// be handed out whole, and what the run's folder holds stays what it is. There are no failures.csv and so on: report.csv says as much of these rows as an outsider may know.
//
// # Slices
//
// People are counted by country, by channel and by language, as the campaign says that is frozen with the run. A message has no variants in this version, so
// there are no slices by them. Where this version cannot read that campaign any more, there are no slices, and everything else. All of it comes out of the same walk
// that makes the lists, so nothing of it is there after an interruption, or of [Collect].
//
// [WriteSkipped] and [WriteCorrected] write lists of a plan that nobody has sent, to where somebody wants them; they never take the place
// of a file. A corrected audience is the one list in which a text may begin with a formula: it is to be sent, as it stands there.
//
// Each list with people in it has a workbook beside it ([WriteWorkbooks]): failures.xlsx and so on.
//
// A row that is short of cells is filled up with empty ones. Cells beyond the header stand in its last column, behind commas, so
// that nothing is lost and every list stays a table. Either is then as long as the header, and reads as a whole row where the
// list serves as an audience: skipped.csv wants to be looked through first.
//
// # Why delivered is absent rather than 0
//
// Where no delivery receipts are collected, "delivered": 0 would say that nothing arrived, and "pending": 48,206 that all of it may
// still; both would be read as facts. So the numbers that only receipts can give do not appear at all then, and "receipts": "none"
// says why.
//
// # How lists are written
//
// Lists of people are written as the file of the audience was: what stands between its cells, its line ends and its encoding. So the program that has made the one
// opens the others, and a campaign that says how its audience is written takes a list in its place. Where an encoding was only guessed a list is in UTF-8: nobody
// could guess it of a few rows. A character of ours that an old encoding has not is a question mark there. Of a workbook, and of JSON, lists are in UTF-8 with
// commas and line feeds.
//
// UTF-8 always begins with a byte order mark. Spreadsheets take a CSV file without it for one in the code page of the country, and names come out wrong; and whether
// any cell of a list is not ASCII is known only when it has been written. sendoff's own reader of audiences passes over it. A first line "sep=," would make Excel
// ignore the mark, and other programs take it for the header.
//
// # Why a cell may begin with an apostrophe
//
// A spreadsheet computes what begins with = + - or @, and an audience is often filled in by strangers. Such a cell gets an
// apostrophe in front, as OWASP advises against CSV injection, unless it is a number and nothing else ("+447700900123", "-5 %")
// or a formula that is one quoted text (="0077"), which computes nothing. The same goes for what follows a semicolon, a tab or a
// line break within a cell, where a spreadsheet of another country begins a new one; and for what follows a comma, in lists in which that divides no cells.
//
// When a list serves as an audience again, its people are the same: an apostrophe before a phone number is dropped by the reader
// of audiences. In all other columns it would be sent: a text that began with a formula arrives with one apostrophe more. An
// apostrophe that a person may see is the lesser harm than code that runs where the list is opened. The cells of a workbook are texts, so there is none in them.
package report
