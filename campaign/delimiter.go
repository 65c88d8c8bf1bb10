package campaign

import (
	"errors"
	"strings"
)

// delimiters are the characters that may stand between cells, and what people call them.
var delimiters = [...]struct {
	char rune
	name string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "bar"}}

// ParseDelimiter reads a delimiter as campaign files and flags have it: the character, or its name.
func ParseDelimiter(text string) (rune, error) {
	for _, d := range delimiters {
		if text == string(d.char) || strings.EqualFold(text, d.name) {
			return d.char, nil
		}
	}
	return 0, errors.New("wants comma, semicolon, tab or bar, or the character itself")
}

// DelimiterName is what people call a delimiter: "comma", "semicolon", "tab" or "bar". It is empty for any other character.
func DelimiterName(char rune) string {
	for _, d := range delimiters {
		if d.char == char {
			return d.name
		}
	}
	return ""
}

func delimiterNames() []string {
	var names []string
	for _, d := range delimiters {
		names = append(names, d.name, string(d.char))
	}
	return names
}

// delimiter returns the delimiter that a node names, or 0.
func delimiter(n *node) rune {
	d, _ := ParseDelimiter(n.string()) // what it cannot read was refused
	return d
}
