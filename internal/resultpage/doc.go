// Package resultpage writes the two pages of a run that people pass on: what became of it, for those who want to know whether it worked ([Write]), and
// what was done by whom, for those who keep records ([WriteAudit]). Each is one file that asks nothing of the network and runs no script; every value on it is escaped.
//
// It counts nothing itself: a number on a page is one of the report's, or a sum or a share of some of them. Elements that show one carry in data-of which
// one that is, by its name in report.json, and in data-value the number without separators.
//
// Invariants:
//   - No personal data of recipients: no name, no id, no text that somebody got, no whole number. The message stands there with its placeholders.
//   - A page of a sandbox run says on every page that is printed of it that nothing was sent to anyone.
//   - What is not known does not appear as 0: where no receipts were collected nothing is said to be delivered, or pending.
package resultpage
