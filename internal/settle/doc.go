// Package settle finds out from Sinch's own records what became of rows in doubt.
//
// It asks and decides nothing about sending: it says of a row that Sinch has taken it, that Sinch has not, or that nobody can
// know ([Answer]). It is used while a run sends, by reconcile, and before sending ([Before]).
//
// # When an absence proves something
//
// A message that is found is found, whenever and wherever. That none is found means that there is none only where all of this holds:
//
//   - Two complete looks miss it, the first a settle time after the request can last have left, the second a settle time after
//     the first. A request of a dead process may still wait at the server, and a list may lag behind. A look that failed in any
//     part of it, an answer that is not wholly a page of messages, is no look.
//   - The app was storing messages of one processing mode when the row was begun, and whenever it was asked since, up to this look. A message
//     that was accepted while nothing was stored can never be found, whatever the app says today.
//   - The intent is younger than three quarters of the shortest of those retentions, by the server's clock. A cleaning job may be early,
//     and so may clocks.
//
// Otherwise the row stays in doubt, and a person decides. So it does where a message to the same person, of about that time, shows no metadata at
// all: perhaps the API does not show any, and then it could be ours.
//
// A receipt of a message proves that Sinch has it. Whoever hears of receipts tells ([Settler.Listen]), and is asked before anything is concluded.
//
// # How a message is recognised
//
// By the metadata that this program gives it: the run and the row in it. So a look has no window of time: a clock that was wrong when the
// row was begun cannot hide its message. People are looked up by all their addresses, since with fallback the one that was tried last is
// stored: ids as they are, numbers by their digits, which is how the API stores them, and then with a plus sign, since it does not say that
// it does so everywhere. Whoever was addressed as a contact is looked up as that, which the records of CONVERSATION mode alone know.
package settle
