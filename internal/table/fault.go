package table

// Fault says why a row is not one of its table. The zero Fault is none.
type Fault uint8

// The faults.
const (
	OK    Fault = iota
	Cells       // another number of cells than the header has
	Quote       // a quote where none may stand
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
	}
	return faultText{"unknown fault", ""}
}
