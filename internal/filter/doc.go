// Package filter says which of an audience's people are meant: those of whom audience.where says yes, and who have agreed by the columns of
// audience.consent. It knows nothing of what is sent, nor of lists of people. The language of where is that of [sendoff/internal/expression].
//
// A text that no row has is worth a warning, in == as well as in !=, since upper and lower case differ.
//
// Invariants:
//   - Whoever cannot be judged is not meant: a row in which an expression fails (no number, no date, division by zero) is invalid, and one whose
//     consent cannot be read as yes, or is too old, is left out.
//   - What is decided depends on the campaign, the row and, where it says so ([Filter.Day]), on the day: on no clock, no other row.
//   - No fault and no finding holds a cell's value.
package filter
