package phone

// Finding says what is remarkable about a number. The zero Finding is nothing at all.
type Finding uint8

// The findings. Those up to the last warning leave the number usable.
const (
	OK          Finding = iota
	Unassigned          // possible, but no such number is assigned
	Landline            // a fixed line, which matters only on channels of mobile phones
	Service             // a toll-free, pager or voicemail number, or a company's one for the whole country
	NoZero              // a national number without the zero that it is written with
	Decimal             // a spreadsheet's ".0" at the end was dropped
	lastWarning = Decimal
)

// The findings that make a number unusable.
const (
	Empty          Finding = iota + lastWarning + 1 // no number at all
	Letter                                          // a letter
	Character                                       // a character that no number has
	Two                                             // more than one number
	Extension                                       // the number of an extension behind it
	Grouped                                         // 447,700,900,123: a spreadsheet has taken it for an amount
	Computed                                        // -7700900100, 770090000.1, 31.01.2026: a spreadsheet has computed it
	Scientific                                      // 4.479E+11: a spreadsheet has destroyed the number
	National                                        // a national number and no country
	NoPlus                                          // the same, but it could be one with its calling code and no plus sign
	CallingCode                                     // a calling code that no country has
	TooShort                                        // too few digits
	TooLong                                         // too many digits
	Length                                          // a number of digits that its country does not use
	Ambiguous                                       // can be read as several numbers
	Kind                                            // premium-rate, shared-cost or personal number
	CountryUnknown                                  // a country cell that names no country
	findings
)

// IsProblem reports whether the number cannot be used.
func (f Finding) IsProblem() bool { return f > lastWarning }

// String returns what was found, a constant text that holds nothing of the cell. It is empty for OK.
func (f Finding) String() string { return f.text().message }

// Hint returns what to do about it, or nothing where the message says it all.
func (f Finding) Hint() string { return f.text().hint }

type findingText struct{ message, hint string }

func (f Finding) text() findingText {
	switch f {
	case OK:
		return findingText{}
	case Unassigned:
		return findingText{
			"phone: possible, but no number of this kind is assigned",
			"sent to all the same; numbers reserved for tests and fiction are of this kind",
		}
	case Landline:
		return findingText{
			"phone: is a landline, which gets no SMS, MMS or RCS",
			"sent to all the same; where the file has another column of mobile numbers, name it: audience: {columns: {phone: …}}",
		}
	case Service:
		return findingText{
			"phone: is a toll-free, company, pager or voicemail number",
			"sent to all the same; hardly anybody reads what is sent to such numbers",
		}
	case NoZero:
		return findingText{
			"phone: is written without its national zero",
			"read as if the zero were there; a spreadsheet takes it away unless the column is formatted as text",
		}
	case Decimal:
		return findingText{`phone: ended in ".0", which was dropped`, "format the column as text where the file is exported"}
	case Empty:
		return findingText{"phone: is empty", ""}
	case Letter:
		return findingText{"phone: has a letter in it", "look for the letter O in place of a zero, or an extension"}
	case Character:
		return findingText{"phone: has a character in it that no number has", ""}
	case Two:
		return findingText{"phone: holds more than one number", "keep one number in the cell"}
	case Extension:
		return findingText{"phone: has an extension", "no message reaches an extension; give a number that a phone has to itself"}
	case Computed:
		return findingText{
			"phone: has the form of a sum, a fraction or a date, as when a spreadsheet has computed it",
			"format the column as text where the file is exported; what the number was cannot be told from this",
		}
	case Grouped:
		return findingText{
			"phone: a spreadsheet has set commas into it as into an amount",
			"format the column as text where the file is exported",
		}
	case Scientific:
		return findingText{
			"phone: a spreadsheet has replaced its digits by a rounded figure such as 4.5E+11",
			"format the column as text and export again; the digits are lost in this file",
		}
	case National:
		return findingText{
			"phone: is written without its country",
			"say how such numbers are to be read, audience: {country: GB}, or write them as +44…",
		}
	case NoPlus:
		return findingText{
			"phone: is written without its country, or without the + before its calling code",
			"if it begins with its calling code, put a + before it; if not, say how it is to be read, audience: {country: GB}",
		}
	case CallingCode:
		return findingText{"phone: no country has its calling code", ""}
	case TooShort:
		return findingText{"phone: is too short", ""}
	case TooLong:
		return findingText{"phone: is too long", ""}
	case Length:
		return findingText{"phone: has a number of digits that its country does not use", ""}
	case Ambiguous:
		return findingText{
			"phone: can be read as more than one number",
			"write it in international form, + and the calling code, without the national zero",
		}
	case Kind:
		return findingText{"phone: is a premium-rate, shared-cost or personal number", "a message to it may cost you or them; audience: {allow_premium: true} sends to such numbers all the same"}
	case CountryUnknown:
		return findingText{
			"country: is not the code or the name of a country",
			"use the codes of ISO 3166-1, such as GB or SE, or write the number in international form",
		}
	}
	return findingText{"unknown finding", ""}
}
