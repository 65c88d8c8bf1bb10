package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// names are what an expression can call the columns of an audience, and where they are, by folded name.
type names struct {
	header []string
	index  map[string]int
}

// namedRoles are the roles that are names. The number is none: it is not compared with anything.
var namedRoles = [...]string{"id", "language", "country", "time_zone"}

func newNames(columns campaign.Columns) names {
	n := names{columns.Header, make(map[string]int)}
	for i, name := range columns.Header {
		n.index[campaign.Fold(name)] = i
	}
	for _, role := range namedRoles {
		if i := columns.Role(role); i >= 0 {
			n.index[campaign.Fold(role)] = i
		}
	}
	return n
}

// column returns which column goes by a name.
func (n names) column(name string) (int, bool) {
	i, ok := n.index[campaign.Fold(strings.TrimSpace(name))]
	return i, ok
}

// hint names the column that was probably meant, and those that there are, or the first of them, as an expression writes them.
func (n names) hint(name string) string {
	known := make([]string, len(n.header))
	for i, column := range n.header {
		known[i] = spelled(column)
	}
	list := "the columns are " + prose.Listed(known)
	for _, role := range namedRoles {
		if _, ok := n.index[campaign.Fold(role)]; ok && !slices.Contains(known, role) {
			known = append(known, role)
		}
	}
	if near := campaign.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %s? %s", near, list)
	}
	return list
}

// textHint is the hint for a name that is no column: it may be a text without its quotes.
func (n names) textHint(name string) string {
	hint := n.hint(name)
	switch {
	case name == "null" || name == "NULL":
		return emptyHint
	case strings.HasPrefix(hint, "did you"):
		return hint
	}
	return fmt.Sprintf("a text stands in quotes: %q; %s", Discreet(name), hint)
}

const emptyHint = `for an empty cell, write == ""`

var identifier = regexp.MustCompile(`^[\pL_][\pL\p{Nd}_]*$`)

// spelled returns a column as an expression writes it: kund_nr, or column("Points (2026)") where its name has other characters.
func spelled(column string) string {
	name := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return '_'
		}
		return r
	}, strings.ToLower(column))
	if !identifier.MatchString(name) || slices.Contains(reserved[:], name) {
		return fmt.Sprintf("column(%q)", column)
	}
	return name
}

// reserved are words that the parser takes for something else than a name.
var reserved = [...]string{"and", "or", "not", "in", "matches", "contains", "startswith", "endswith", "true", "false", "nil", "let", "if", "else"}
