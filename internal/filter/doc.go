// Package filter says which of an audience's people are meant: those of whom audience.where says yes, and who have agreed by the columns of
// audience.consent. It knows nothing of what is sent, nor of lists of people.
//
// # The language of where
//
//	country == "GB" and points >= 100
//	not (status in ["blocked", "test"]) and email endsWith "@example.com"
//	today() - date(last_order) > 365 or lower(tier) == "gold"
//
// A name is a column, equal after [campaign.Fold], with "_" for spaces (kund_nr), or one of the roles id, language, country and time_zone; a
// role hides a column of its name. column("Points (2026)") is a column whose name cannot be written so. A column is text without the spaces
// around it, but for those of audience.numbers.
//
//	== !=                                 two texts, two numbers, two dates
//	< <= > >=                             two numbers, two dates
//	+ - * / %                             two numbers; one date - another is a number of days
//	contains startsWith endsWith matches  two texts; matches takes a regular expression (RE2), in backticks best
//	in, not in                            a text or number and a list of them: ["GB", "IE"]
//	and or not                            what is true or false; ( ) groups
//	lower(text) upper(text) trim(text)    the text in lower case, in upper case, without spaces around it
//	len(text)                             its number of characters
//	number(text)                          the number that it reads as, with the decimal sign of audience.decimal
//	date(text)                            the day that it reads as: 2026-01-31, 2026/01/31 or 31.01.2026, also with a time behind it
//	today()                               the day on which the plan is made, in the campaign's time zone
//
// Texts are compared as they are: upper and lower case differ. So a text that no row has is worth a warning, in == as well as in !=.
// Texts have no order, since "9" would come behind "10".
//
// Invariants:
//   - Whoever cannot be judged is not meant: a row in which an expression fails (no number, no date, division by zero) is invalid, and one whose
//     consent cannot be read as yes, or is too old, is left out.
//   - What is decided depends on the campaign, the row and, where it says so ([Filter.Day]), on the day: on no clock, no locale, no other row.
//   - No fault and no finding holds a cell's value.
//   - Judging a row takes time that is proportional to the expression and the row: there are no loops, and regular expressions have no backtracking.
//
// # Why expr's parser, and not its machine
//
// The grammar is that of expr-lang, which people know and can look up, and its parser reads it, with positions. The rest is ours: names that are
// columns, kinds with words that people understand, and what fails. In expr's machine x / 0 is infinity, and so more than any limit; every number
// and text that a row brings is allocated anew, and what must not be there (now, map, closures) has to be forbidden name by name. Here an
// expression becomes functions of the kinds that it has, and what is not in the table above does not exist. Tests hold both against each
// other where both have an answer.
package filter
