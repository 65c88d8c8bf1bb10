package table

// Note is something remarkable about a file that is read all the same. It holds nothing of the file's cells.
type Note struct {
	Message string
	Hint    string
	Count   int   // of rows, 0 where it is about none in particular
	Lines   []int // the first few of them
}

// mostLines is how many lines a note names.
const mostLines = 5

// add counts a row.
func (n *Note) add(line int) {
	n.Count++
	if len(n.Lines) < mostLines {
		n.Lines = append(n.Lines, line)
	}
}
