package render

import (
	"strings"

	"sendoff/campaign"
)

// Piece is a text as it is shown somewhere.
type Piece struct {
	Text  campaign.Text
	Upper bool // in capital letters, as Sinch shows choices where there are no buttons
}

// Line is a text that is filled in for one recipient after the other. It does not change.
type Line struct {
	renderer *Renderer
	parts    []linePart
}

type linePart struct {
	literal string
	source  *source // nil: the literal
	upper   bool
}

// Line prepares a text of the campaign; its pieces stand one behind the other. Their placeholders are those that the campaign's renderer knows.
func (r *Renderer) Line(pieces []Piece) Line {
	line := Line{renderer: r}
	for _, piece := range pieces {
		for _, part := range piece.Text {
			switch n := len(line.parts); {
			case part.Name != "":
				line.parts = append(line.parts, linePart{source: r.sources[campaign.Fold(part.Name)], upper: piece.Upper})
			case n > 0 && line.parts[n-1].source == nil:
				line.parts[n-1].literal += capitals(part.Literal, piece.Upper)
			default:
				line.parts = append(line.parts, linePart{literal: capitals(part.Literal, piece.Upper)})
			}
		}
	}
	return line
}

// Append appends the text as the recipient gets it. The error is a [*RowError]; then dst comes back as it was.
func (l Line) Append(dst []byte, recipient *campaign.Recipient) ([]byte, error) {
	filled, of := dst, l.renderer.person(recipient)
	for i := range l.parts {
		part := &l.parts[i]
		if part.source == nil {
			filled = append(filled, part.literal...)
			continue
		}
		var read language
		if part.source.expr != nil { // nothing else depends on it
			read = l.renderer.program(of).language
		}
		value, err := part.source.value(of, read)
		if err != nil {
			return dst, err
		}
		filled = append(filled, capitals(value, part.upper)...)
	}
	return filled, nil
}

// Literal returns the text of a line that is the same for everybody.
func (l Line) Literal() (text string, ok bool) {
	switch {
	case len(l.parts) == 0:
		return "", true
	case len(l.parts) == 1 && l.parts[0].source == nil:
		return l.parts[0].literal, true
	}
	return "", false
}

func capitals(s string, upper bool) string {
	if !upper {
		return s
	}
	return strings.ToUpper(s)
}
