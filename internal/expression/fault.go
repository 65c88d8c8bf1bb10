package expression

import (
	"fmt"

	"sendoff/internal/prose"
)

// Fault is why an expression has no value for a row. The zero Fault is none. It holds no value of the row.
type Fault struct {
	kind faultKind
	what string // the column or the part of an expression that it is about
	sign byte   // of a number that cannot be read: the decimal sign
}

type faultKind uint8

const (
	noFault faultKind = iota
	emptyNumber
	badNumber
	badDate
	divisionByZero
	tooLarge
	tooLong
	badCurrency
	futureDate
)

// BadDate is the fault of a cell of a column that holds no date.
func BadDate(column string) Fault { return Fault{kind: badDate, what: column} }

// FutureDate is the fault of a date, in a column of what has happened, that has not come yet.
func FutureDate(column string) Fault { return Fault{kind: futureDate, what: column} }

// IsZero reports whether there is no fault.
func (f Fault) IsZero() bool { return f.kind == noFault }

// String returns what is wrong.
func (f Fault) String() string {
	what := prose.Printable(f.what)
	switch f.kind {
	case emptyNumber:
		return fmt.Sprintf("%s: is empty, and audience.numbers has it as a number", what)
	case badNumber:
		return fmt.Sprintf("%s: is not a number", what)
	case badDate:
		return fmt.Sprintf("%s: is not a date", what)
	case divisionByZero:
		return fmt.Sprintf("%s: a division by zero", what)
	case tooLarge:
		return fmt.Sprintf("%s: a number that is too large", what)
	case tooLong:
		return fmt.Sprintf("%s: a text that is too long", what)
	case badCurrency:
		return fmt.Sprintf("%s: is not the code of a currency", what)
	case futureDate:
		return fmt.Sprintf("%s: lies in the future", what)
	}
	return ""
}

// Hint returns what to do about it.
func (f Fault) Hint() string {
	switch f.kind {
	case emptyNumber:
		name := spelled(f.what)
		return fmt.Sprintf(`write 0 where that is meant; or take it out of audience.numbers, and ask first: %s != "" and number(%s) > 0`, name, name)
	case badNumber:
		if f.sign == ',' {
			return "written like 1204,50 or 1.204,50, since the comma is audience.decimal"
		}
		return `written like 1204.50 or 1,204.50; like 1204,50 or 1.204,50 with audience: {decimal: ","}`
	case badDate:
		return "written like 2026-01-31 or 31.01.2026; 01/02/2026 can be two days"
	case divisionByZero:
		return "ask before it whether that is 0: visits != 0 and points / visits > 2, or visits == 0 ? 0 : points / visits"
	case badCurrency:
		return "three letters, such as GBP, EUR or SEK"
	case futureDate:
		return "nobody can have agreed yet on that day; look at the year, and at day and month"
	}
	return ""
}
