package sinch

import (
	"fmt"
	"log/slog"
)

const hidden = "[secret]"

// Secret is a text that prints as "[secret]" with every verb, in slog, JSON and YAML. The zero Secret is empty.
type Secret struct {
	text *string // a pointer, for fmt does not ask unexported fields for their methods and would print a string
}

// NewSecret returns text as a Secret.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text. It is for the request that needs it, and for nothing that is written down.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String returns "[secret]".
func (s Secret) String() string { return hidden }

// Format writes "[secret]", whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText returns "[secret]".
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue returns "[secret]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
