package audience

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// header is the first row of a file, while it is being understood.
type header struct {
	written  string   // how the file is written, for people
	names    []string // trimmed
	folded   []string
	at       []campaign.Problem // file, line and column of each name
	places   []string           // of each name, where it stands in a sheet
	problems campaign.Problems

	usual       []usualNames
	meanings    map[string]usual // of usual
	unused      []string         // names of columns that answer to a role which another column has
	suggestions []string         // what to write where a name looks like a role that nobody has
}

// check finds names that are empty or fall together, and cells that stand in quotes that are none.
func (h *header) check() {
	if !slices.ContainsFunc(h.names, func(name string) bool { return len(name) < 3 || name[0] != '\'' || name[len(name)-1] != '\'' }) {
		h.report(0, "the cells stand in single quotes, which would be sent with the texts", `export it with double quotes ("), or with none`)
		return
	}
	seen := make(map[string]int, len(h.names))
	for i, name := range h.folded {
		first, isDouble := seen[name]
		switch {
		case name == "":
			h.report(i, fmt.Sprintf("column %d has no name", i+1), "name it or delete the column")
		case isDouble && h.isData():
			h.report(i, fmt.Sprintf("columns %d and %d have the same name", first+1, i+1), h.dataHint())
		case isDouble:
			h.report(i, fmt.Sprintf("columns %d and %d have the same name: %s", first+1, i+1, prose.Quoted([]string{h.names[first], h.names[i]})),
				"rename one; upper and lower case, spaces, _ and - make no difference")
		default:
			seen[name] = i
		}
	}
}

// beginsWith reports whether the first names are these, of which one may have got an apostrophe that keeps it from being taken for a formula.
func (h *header) beginsWith(names []string) bool {
	if len(names) == 0 || len(names) > len(h.names) {
		return false
	}
	for i, name := range names {
		if folded := campaign.Fold(name); h.folded[i] != folded && campaign.Fold(strings.TrimPrefix(h.names[i], "'")) != folded {
			return false
		}
	}
	return true
}

// columns finds out which column plays which role. The channels are those of which a column is known by the name of its role.
func (h *header) columns(mapping map[string]string, channels []campaign.Channel) (campaign.Columns, error) {
	var err error
	if h.usual, err = readUsualNames(); err != nil {
		return campaign.Columns{}, err
	}
	h.meanings = meanings(h.usual)
	answers := h.answers()
	role := func(role string) int { return h.role(role, mapping, answers[role]) }
	return campaign.Columns{
		Header: h.names, Phone: role("phone"), ID: role("id"), Language: role("language"), Country: role("country"), TimeZone: role("time_zone"),
		Own: h.own(mapping, channels),
	}, nil
}

// own returns the columns of addresses on single channels.
func (h *header) own(mapping map[string]string, channels []campaign.Channel) (own []campaign.OwnColumn) {
	for _, c := range campaign.OwnChannels() {
		var answers [ranks][]int
		if slices.Contains(channels, c) {
			answers[0] = h.named(c.Role())
		}
		if i := h.role(c.Role(), mapping, answers); i >= 0 {
			own = append(own, campaign.OwnColumn{Channel: c, Column: i})
		}
	}
	return own
}

// named returns the column of a name. Where "line" and "reason" stand side by side they are those of our own lists, and line is the line of
// a file.
func (h *header) named(name string) []int {
	i := slices.Index(h.folded, campaign.Fold(name))
	if i < 0 || name == campaign.Line.Role() && i+1 < len(h.folded) && h.folded[i+1] == "reason" {
		return nil
	}
	return []int{i}
}

// ownNames returns the channels of an audience of which a column is known by the name of its role: those whose addresses are no phone
// numbers, and are wanted, where the campaign names no column. A column called whatsapp can hold anything: "yes", for example.
func ownNames(spec campaign.Audience) []campaign.Channel {
	if spec.Columns != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(spec.Channels), campaign.Channel.ByPhone)
}

// answers returns for each role the columns that go by one of its usual names, by rank.
func (h *header) answers() map[string][ranks][]int {
	answers := make(map[string][ranks][]int)
	for i, name := range h.names {
		if m, isUsual := h.meanings[campaign.FoldFurther(name)]; isUsual && m.rank < ranks {
			columns := answers[m.role]
			columns[m.rank] = append(columns[m.rank], i)
			answers[m.role] = columns
		}
	}
	return answers
}

// numbers returns the columns of phone numbers, of every kind and rank, but for the one that was chosen.
func (h *header) numbers(chosen int) []int {
	var all []int
	for i, name := range h.names {
		if m, isUsual := h.meanings[campaign.FoldFurther(name)]; isUsual && m.role == "phone" && i != chosen {
			all = append(all, i)
		}
	}
	return all
}

// role returns the column of a role: the one that the campaign names, else the one that goes by a usual name of the best rank, else -1.
func (h *header) role(role string, mapping map[string]string, answers [ranks][]int) int {
	if name, isMapped := mapping[role]; isMapped {
		i := slices.Index(h.folded, campaign.Fold(strings.TrimSpace(name)))
		if i < 0 {
			h.report(0, fmt.Sprintf("there is no column %q, which audience.columns names for %s", name, role),
				h.hint(campaign.Nearest(name, h.names)))
		}
		return i
	}
	chosen := -1
	for _, columns := range answers {
		switch {
		case len(columns) == 0:
		case chosen >= 0:
			for _, i := range columns {
				h.unused = append(h.unused, h.names[i])
			}
		default:
			chosen = columns[0]
			if len(columns) > 1 {
				both := prose.Quoted([]string{h.names[columns[0]], h.names[columns[1]]})
				h.report(columns[1], fmt.Sprintf("columns %s could each be the %s", both, role),
					"say which one is meant: "+line(role, h.names[columns[0]]))
			}
		}
	}
	return chosen
}

// suggest looks for names that are probably misspelt, for the roles that a file can do without.
func (h *header) suggest(columns campaign.Columns, mapping map[string]string) {
	if h.isData() {
		return
	}
	for _, role := range campaign.Roles {
		if _, isMapped := mapping[role]; isMapped || role == "phone" || columns.Role(role) >= 0 {
			continue
		}
		if near := h.misspelt(role); near != "" {
			h.suggestions = append(h.suggestions, fmt.Sprintf("if %q is the %s, say so: %s", near, role, line(role, near)))
		}
	}
}

// misspelt returns the first name of the header that is probably a usual name of the role, misspelt, or "".
func (h *header) misspelt(role string) string {
	var known []string
	for _, usual := range h.usual {
		if usual.Role == role && usual.Rank < ranks {
			known = append(known, usual.Names...)
		}
	}
	for _, name := range h.names {
		if _, isUsual := h.meanings[campaign.FoldFurther(name)]; !isUsual && campaign.Misspelt(name, known) != "" {
			return name
		}
	}
	return ""
}

// missingPhone reports that no column holds phone numbers.
func (h *header) missingPhone() {
	hint := h.hint("")
	if !h.isData() {
		if near := h.likelyPhone(); near != "" && !h.isUndivided() {
			hint = fmt.Sprintf("if it is %q, say so: %s; ", near, line("phone", near)) + h.list()
		}
	}
	h.report(0, "no column is known to hold phone numbers", hint)
}

// likelyPhone returns the name of the column that probably holds phone numbers where none is known to, or "".
func (h *header) likelyPhone() string {
	near := h.misspelt("phone")
	if i := slices.IndexFunc(h.names, h.looksLikePhone); near == "" && i >= 0 {
		near = h.names[i]
	}
	return near
}

// looksLikePhone reports whether a name has a word in it that is used of telephones, and is none of the names of other things.
func (h *header) looksLikePhone(name string) bool {
	if _, isOther := h.meanings[campaign.FoldFurther(name)]; isOther {
		return false
	}
	contains := func(word string) func(string) bool { return func(s string) bool { return strings.Contains(word, s) } }
	begins := func(word string) func(string) bool { return func(s string) bool { return strings.HasPrefix(word, s) } }
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		word = campaign.FoldFurther(word)
		if slices.ContainsFunc([]string{"phone", "telefo", "teleph", "puhelin", "msisdn", "τηλεφ", "телефон"}, contains(word)) ||
			slices.ContainsFunc([]string{"mobi", "handy", "celular", "cellular", "movil", "telemovel", "κινητ", "мобил", "мобіл"}, begins(word)) ||
			slices.Contains([]string{"tel", "tlf", "tfn", "gsm", "cell"}, word) {
			return true
		}
	}
	return false
}

// line is what to write into the campaign to give a column a role.
func line(role, name string) string { return fmt.Sprintf("audience: {columns: {%s: %q}}", role, name) }

// hint names the columns, and first the one that was probably meant, where near is one.
func (h *header) hint(near string) string {
	if h.isData() {
		return h.dataHint()
	}
	if h.isUndivided() {
		return "the header is a single column that way: something else divides it; " + h.list()
	}
	if near != "" {
		return fmt.Sprintf("did you mean %q? ", near) + h.list()
	}
	return h.list()
}

// isUndivided reports whether the header's only name looks like several, which another delimiter would divide.
func (h *header) isUndivided() bool {
	return len(h.names) == 1 && strings.ContainsAny(h.names[0], ",;\t|")
}

func (h *header) list() string {
	return fmt.Sprintf("the columns are %s (%s)", prose.Quoted(h.names), h.written)
}

// isData reports whether the first line is a person rather than names. It is then not shown.
func (h *header) isData() bool { return slices.ContainsFunc(h.names, looksLikeData) }

func (h *header) dataHint() string {
	return "the first line looks like a person; put a line above it that names the columns"
}

func (h *header) report(column int, message, hint string) {
	p := h.at[column]
	p.Message, p.Hint = message, hint
	if place := h.places[column]; place != "" {
		p.Message = place + ": " + message
	}
	h.problems = append(h.problems, p)
}

// looksLikeData reports whether what stands in place of a column's name is rather a person's number or address.
func looksLikeData(name string) bool {
	digits := 0
	for _, r := range name {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits > 5 || strings.ContainsRune(name, '@')
}
