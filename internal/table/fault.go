package table

// Fault says why a row is not one of its table. The zero Fault is none.
type Fault uint8

// The faults.
const (
	OK    Fault = iota
	Cells       // another number of cells than the header has
	Quote       // a quote where none may stand

	// Of workbooks.
	Beyond     // a value in a column that the header does not name
	Formula    // a formula without a stored value
	ErrorValue // an error such as #N/A in place of a value
	Digits     // a number of which digits were lost

	// Of JSON lines.
	Object // not a JSON object
	Nested // an object or a list in place of a value
	Twice  // the same key twice
	Zero   // a zero byte in a text

	faults
)

// String returns what is wrong, a constant text that holds nothing of the row. It is empty for OK.
func (f Fault) String() string { return f.text().message }

// Hint returns what to do about it.
func (f Fault) Hint() string { return f.text().hint }

type faultText struct{ message, hint string }

func (f Fault) text() faultText {
	switch f {
	case OK:
		return faultText{}
	case Cells:
		return faultText{"row: number of cells is not that of the header", "put cells that hold the delimiter in quotes"}
	case Quote:
		return faultText{
			"row: has a quote where none may stand",
			`put the whole cell in quotes and double the quotes inside: "say ""hi"""`,
		}
	case Beyond:
		return faultText{"row: has a value in a column without a name", "name the column in the header, or clear the cell"}
	case Formula:
		return faultText{"row: has a formula without a stored value", "open the workbook in Excel and save it there, which stores the values"}
	case ErrorValue:
		return faultText{"row: has an error of the spreadsheet in place of a value, such as #N/A", "mend the formula, or clear the cell"}
	case Digits:
		return faultText{
			"row: has a number of more than 15 digits, of which a spreadsheet keeps the first 15",
			"format the column as text and fill it again; the last digits are lost in this file",
		}
	case Object:
		return faultText{"row: is not a JSON object", `write each person on a line as {"name": "value", …}`}
	case Nested:
		return faultText{"row: has an object or a list in place of a value", `write its parts under keys of their own: {"address city": "Leeds"}`}
	case Zero:
		return faultText{"row: has a zero byte in a cell, which no text has", "export it again without that"}
	case Twice:
		return faultText{"row: has the same key twice", "keep one of the two"}
	}
	return faultText{"unknown fault", ""}
}
