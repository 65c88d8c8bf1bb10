// Package audience finds out which column of a file of people means what.
//
// It does not decide who gets a message, does not read the numbers, and keeps nothing: the rows come from package table as they are.
//
// Invariants:
//   - A role has one column or none. Where two could be meant, or the campaign names one that is not there, that is an error.
//   - No error holds a cell's value. Header names are shown, unless the first line looks like data.
//
// # gocsv
//
// gocsv matches the header against struct tags (header.go), where its rules for names are a help. Why rows do not pass through it says
// package table.
package audience
