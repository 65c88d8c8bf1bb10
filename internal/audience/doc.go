// Package audience finds out which column of a file of people means what.
//
// It does not decide who gets a message, does not read the numbers, and keeps nothing: the rows come from package table as they are.
//
// Invariants:
//   - A role has one column or none. Where two could be meant alike, or the campaign names one that is not there, that is an error; where one
//     is plainly the better, such as the mobile number beside the telephone, it is taken and the others are named.
//   - No error holds a cell's value. Header names are shown, unless the first line looks like data.
//
// # gocsv
//
// gocsv reads the table of usual names (usualnames.go), a CSV file of our own with few columns and known types, which is what it is good at.
// Headers are looked up in that table rather than matched by gocsv's struct tags: those hold neither ranks nor names as people write them,
// and cannot be searched for what was probably meant. Why the rows of audiences do not pass through gocsv says package table.
package audience
