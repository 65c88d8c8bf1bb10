package audience

// Finding says what is remarkable about a row or its number. The zero Finding is nothing at all.
type Finding uint8

// The findings. Those up to the last warning leave the row as it is; all others make it invalid.
const (
	OK              Finding = iota
	PhoneUnassigned         // possible, but no such number is assigned
	PhoneDecimal            // a spreadsheet's ".0" at the end was dropped
	lastWarning     = PhoneDecimal
)

// The findings that make a row invalid.
const (
	RowCells         Finding = iota + lastWarning + 1 // another number of cells than the header has
	RowQuote                                          // a quote where none may stand
	PhoneEmpty                                        // no number at all
	PhoneLetter                                       // a letter
	PhoneCharacter                                    // a character that no number has
	PhoneTwo                                          // more than one number
	PhoneScientific                                   // 4.479E+11: a spreadsheet has destroyed the number
	PhoneNational                                     // a national number and no country
	PhoneCallingCode                                  // a calling code that no country has
	PhoneTooShort                                     // too few digits
	PhoneTooLong                                      // too many digits
	PhoneLength                                       // a number of digits that its country does not use
	PhoneAmbiguous                                    // can be read as several numbers
	PhoneKind                                         // premium-rate, shared-cost or personal number
	CountryUnknown                                    // a country cell that is no ISO 3166-1 alpha-2 code
	findings
)

// IsWarning reports whether the row is as good as any other all the same.
func (f Finding) IsWarning() bool { return f != OK && f <= lastWarning }

// IsProblem reports whether the row is invalid.
func (f Finding) IsProblem() bool { return f > lastWarning }

// String returns what was found, a constant text that holds nothing of the row. It is empty for OK.
func (f Finding) String() string { return f.text().message }

// Hint returns what to do about it, or nothing where the message says it all.
func (f Finding) Hint() string { return f.text().hint }

type findingText struct{ message, hint string }

func (f Finding) text() findingText {
	switch f {
	case OK:
		return findingText{}
	case PhoneUnassigned:
		return findingText{
			"phone: possible, but no number of this kind is assigned",
			"sent to all the same; numbers reserved for tests and fiction are of this kind",
		}
	case PhoneDecimal:
		return findingText{`phone: ended in ".0", which was dropped`, "format the column as text where the file is exported"}
	case RowCells:
		return findingText{"row: number of cells is not that of the header", "put cells that hold the delimiter in quotes"}
	case RowQuote:
		return findingText{
			"row: has a quote where none may stand",
			`put the whole cell in quotes and double the quotes inside: "say ""hi"""`,
		}
	case PhoneEmpty:
		return findingText{"phone: is empty", ""}
	case PhoneLetter:
		return findingText{"phone: has a letter in it", "look for the letter O in place of a zero, or an extension"}
	case PhoneCharacter:
		return findingText{"phone: has a character in it that no number has", ""}
	case PhoneTwo:
		return findingText{"phone: holds more than one number", "keep one number in the cell"}
	case PhoneScientific:
		return findingText{
			"phone: a spreadsheet has replaced its digits by a rounded figure such as 4.5E+11",
			"format the column as text and export again; the digits are lost in this file",
		}
	case PhoneNational:
		return findingText{
			"phone: is written without its country",
			"say how such numbers are to be read, audience: {country: GB}, or write them as +44…",
		}
	case PhoneCallingCode:
		return findingText{"phone: no country has its calling code", ""}
	case PhoneTooShort:
		return findingText{"phone: is too short", ""}
	case PhoneTooLong:
		return findingText{"phone: is too long", ""}
	case PhoneLength:
		return findingText{"phone: has a number of digits that its country does not use", ""}
	case PhoneAmbiguous:
		return findingText{
			"phone: can be read as more than one number",
			"write it in international form, + and the calling code, without the national zero",
		}
	case PhoneKind:
		return findingText{"phone: is a premium-rate, shared-cost or personal number", "such numbers are never sent to"}
	case CountryUnknown:
		return findingText{
			"country: is not a two-letter code such as GB or SE",
			"use the codes of ISO 3166-1 (the United Kingdom is GB), or write the number in international form",
		}
	}
	return findingText{"unknown finding", ""}
}
