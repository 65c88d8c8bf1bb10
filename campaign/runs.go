package campaign

import (
	"path"
	"strings"
)

// peopleStates are the states of a run's people that an audience can be made of, by the names that reports have for them.
func peopleStates() []string {
	return []string{"accepted", "rejected", "in_doubt", "left_in_doubt", "not_sent"}
}

// NamesOneRun reports whether a text that names runs means one alone. One with a "*" is a pattern.
func NamesOneRun(text string) bool { return !strings.Contains(text, "*") }

// IsRunPattern reports whether a text can name runs: a pattern has the syntax of [path.Match].
func IsRunPattern(text string) bool {
	_, err := path.Match(text, "")
	return NamesOneRun(text) || err == nil
}
