// Package lint finds what is remarkable about the messages that a campaign's people would get: of their texts as they will be read, on each
// channel that is tried. It changes nothing, and asks nobody: whether an address can be opened is for others to find out.
//
// What holds for everybody is found once, by [New]; a [Judge] looks at what differs from row to row, which is the values in the placeholders. So
// a row costs a look at each of its values, and sums: texts are put together only where a sum does not decide.
//
// A finding never holds a value. It may hold what the campaign's author has written.
//
// # Error or warning
//
// An error keeps a plan from being sent, so it has to be certain: an address that is none where the API asks for one, an empty parameter of a
// WhatsApp template, a message with nothing in it. All else is a warning: the channels' limits are read from documents that disagree, and
// words are guessed at.
package lint
