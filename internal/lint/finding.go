package lint

import (
	"fmt"

	"sendoff/internal/prose"
)

// Finding is something remarkable, about single rows or about the campaign's text. Equal findings are the same pointer for one [Linter].
type Finding struct {
	Message string
	Hint    string
	Refuses bool // nothing can be sent to the rows that have it
}

// Found is a finding about a row.
type Found struct {
	*Finding
	Parts int // how many parts more the SMS would have if that were mended
}

// Text returns the message of a finding about rows, which would take so many parts more if they were mended.
func (f *Finding) Text(parts int) string {
	if parts == 0 {
		return f.Message
	}
	return f.Message + fmt.Sprintf(" (%d more characters would make %s)", stopLine, prose.Counted(parts, "more part", "more parts"))
}

// findings makes findings, each of them once.
type findings struct {
	all    map[Finding]*Finding
	static []*Finding // about the text itself, in the order in which they were found
	stated map[*Finding]bool
}

func (f *findings) make(message, hint string, refuses bool) *Finding {
	made := Finding{message, hint, refuses}
	if f.all[made] == nil {
		f.all[made] = &made
	}
	return f.all[made]
}

// warning returns a warning. What comes from a file's header has to be printable already: see [printableName].
func (f *findings) warning(hint, format string, args ...any) *Finding {
	return f.make(fmt.Sprintf(format, args...), hint, false)
}

func (f *findings) failure(hint, format string, args ...any) *Finding {
	return f.make(fmt.Sprintf(format, args...), hint, true)
}

// state notes a finding about the text itself.
func (f *findings) state(found *Finding) {
	if !f.stated[found] {
		f.stated[found] = true
		f.static = append(f.static, found)
	}
}
