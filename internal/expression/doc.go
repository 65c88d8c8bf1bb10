// Package expression reads the expressions of a campaign, which say who is meant (audience.where) and what stands in the place of a placeholder
// (params). It makes functions of them that answer for a row. What becomes of the answers is not its concern.
//
// # The language
//
//	country == "GB" and points >= 100
//	not (status in ["blocked", "test"]) and email endsWith "@example.com"
//	today() - date(last_order) > 365 ? "We miss you" : "Hi again, " + title(first_name)
//	money(amount * 1.2, "GBP")
//
// A name is a column, equal after [campaign.Fold], with "_" for spaces (kund_nr), or one of the roles id, language, country and time_zone; a
// role hides a column of its name. column("Points (2026)") is a column whose name cannot be written so. A column is text without the spaces
// around it, but for those of audience.numbers.
//
//	== !=                                 two texts, two numbers, two dates
//	< <= > >=                             two numbers, two dates
//	+ - * / %                             two numbers; + joins two texts; one date - another is a number of days
//	contains startsWith endsWith matches  two texts; matches takes a regular expression (RE2), in backticks best
//	in, not in                            a text or number and a list of them: ["GB", "IE"]
//	and or not                            what is true or false; ( ) groups
//	a ? b : c                             b where a is true, else c: two of a kind
//
// campaign/README.md lists the functions, with an example of each, which are tests. Texts are compared as they are: upper and lower case differ.
// Texts have no order, since "9" would come behind "10".
//
// Invariants:
//   - An expression has a value for a row, or a [Fault] that says why it has none: no number, no date, a division by zero. No number is infinite.
//   - The value depends on the row and, where it says so ([Reads]), on the day of the plan: on no clock, no other row, no system's language.
//   - No fault and no problem holds a cell's value.
//   - It takes time that is proportional to the expression and the row: there are no loops, and regular expressions have no backtracking.
//   - What writes numbers and money puts plain spaces, apostrophes and minus signs there, whatever CLDR has. U+00A0, U+202F, U+2019 and U+2212
//     are in no alphabet of SMS, and one of them would leave 70 characters of 160.
//
// # Why expr's parser, and not its machine
//
// The grammar is that of expr-lang, which people know and can look up, and its parser reads it, with positions. The rest is ours: names that are
// columns, kinds with words that people understand, and what fails. In expr's machine x / 0 is infinity, and so more than any limit; every number
// and text that a row brings is allocated anew, and what must not be there (now, map, closures) has to be forbidden name by name. Here an
// expression becomes functions of the kinds that it has, and what is not in the tables does not exist. Tests hold both against each
// other where both have an answer.
//
// # Numbers
//
// They are floats, and 1.005 is a little less than that to a float. So numbers are written and rounded by their first 15 decimal digits, of which a
// cell's number has no more before its sign: round(1.005, 2) is 1.01, and 1.1 * 3 is 3.3. A half is rounded away from zero.
//
// # Where the words of other languages come from
//
// Days come from go-playground/locales, which has the months, weekdays and patterns of CLDR. Its money is not used: version 0.14.2 writes GBP14.45
// in English, 1204.50 kEUR in Mexico, and a price in Norwegian begins with a space. Symbols and decimals of currencies come from x/text, which has
// those of CLDR 32 (so no currency younger than 2018), and where a symbol stands is a column of our own table, beside the signs of numbers. A test
// holds these against x/text. Languages whose people have another calendar (Persian, Thai) are left out.
package expression
