package cli

import (
	"encoding/json"
	"io"
)

// printJSON prints a result for machines: the one object on standard output.
func (s *session) printJSON(v any) error {
	s.answered = true
	return encoder(s.Stdout).Encode(v)
}

// encoder writes JSON as all results are written.
func encoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc
}
