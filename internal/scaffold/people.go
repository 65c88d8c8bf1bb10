package scaffold

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"sendoff/campaign"
)

// Audience is what is known of the people of a new campaign.
type Audience struct {
	File    string            // as the campaign names it; empty: three people of fiction are made up
	Header  campaign.Columns  // of File
	Columns map[string]string // role → name, of those that the campaign has to name
	Empty   []string          // columns with cells in which nothing stands
	Rows    int
	Country string

	// FirstName is the column of first names; empty: there is none.
	FirstName string

	// How File is read, where it does not show that itself.
	Encoding, Delimiter, Sheet, HiddenRows string
}

// Param is a name for a column in texts.
type Param struct {
	Name, Column string
	ifEmpty      member // what an empty cell means; none: an error
}

// withParams adds what is to happen where a cell is empty that a text asks for: somebody without a first name is greeted all the same, and whoever
// lacks anything else is left out.
func (a Answers) withParams(c *campaign.Campaign) Answers {
	isEmpty := func(column string) bool {
		return slices.ContainsFunc(a.Audience.Empty, func(name string) bool { return campaign.Fold(name) == campaign.Fold(column) })
	}
	params := slices.Clone(a.Params)
	visit(c, func(_ string, t campaign.Text, _ bool) {
		for _, p := range t {
			column := a.columnOf(p.Name)
			isKnown := slices.ContainsFunc(params, func(known Param) bool { return campaign.Fold(known.Name) == campaign.Fold(p.Name) })
			if column != "" && isEmpty(column) && !isKnown && campaign.Fold(p.Name) != campaign.Fold(firstName) {
				params = append(params, Param{Name: strings.TrimSpace(p.Name), Column: column})
			}
		}
	})
	for i, p := range params {
		switch {
		case !isEmpty(p.Column):
		case p.Column == a.Audience.FirstName:
			params[i].ifEmpty = withDefault
		default:
			params[i].ifEmpty = member{key: "on_empty", value: word("skip"), about: "Whoever has nothing there is left out. Or write default: and what is to stand there."}
		}
	}
	a.Params = params
	return a
}

// withDefault is what a greeting says where there is no name.
var withDefault = member{key: "default", value: text("there"), about: "What stands there where the cell is empty. Or write on_empty: skip, which leaves such people out."}

// columnOf returns the column that a placeholder names, as a role or by its own name, or "".
func (a Answers) columnOf(name string) string {
	h := a.Audience.Header
	for _, role := range campaign.Roles[1:] { // ${phone} is the number as it was read
		if i := h.Role(role); i >= 0 && campaign.Fold(role) == campaign.Fold(name) {
			return h.Header[i]
		}
	}
	for _, column := range h.Header {
		if campaign.Fold(column) == campaign.Fold(name) {
			return column
		}
	}
	return ""
}

// firstName is what the greeting's placeholder is called.
const firstName = "first_name"

// greeting returns the column that the greeting takes names from, or "".
func (a Audience) greeting() string {
	if a.File == "" {
		return firstName
	}
	return a.FirstName
}

// sample is somebody who does not exist.
type sample struct{ phone, name, id string }

// samples have numbers that are reserved for fiction, of two countries, and that every check takes for good.
var samples = [...]sample{{"+46701740605", "Anna", "1001"}, {"+12025550101", "Ben", "1002"}, {"+12025550102", "Carla", "1003"}}

// unlisted is on the opt-out list from the start and in no audience: a list that names nobody would stop the run, as an export that has failed does.
const unlisted = "+12025550199"

// exampleAudience makes an audience of everything that the campaign asks a person for, and of first names where it greets.
func (a Answers) exampleAudience(c *campaign.Campaign) (rows [][]string) {
	header := []string{"phone"}
	values := []func(i int) string{func(i int) string { return samples[i].phone }}
	add := func(name string, value func(i int) string) {
		if !slices.ContainsFunc(header, func(known string) bool { return campaign.Fold(known) == campaign.Fold(name) }) {
			header, values = append(header, name), append(values, value)
		}
	}
	if a.Request == nil {
		add(firstName, func(i int) string { return samples[i].name })
	}
	if all := c.Translations; len(all) > 0 {
		add("language", func(i int) string { return all[i%len(all)].Language })
	}
	answered := map[string]bool{}
	for _, p := range c.Params {
		answered[campaign.Fold(p.Name)] = true
		add(p.Column, func(i int) string { return exampleValue("", p.Column, false, false, i) })
	}
	for _, channel := range c.ChannelPriorityOrder {
		if !channel.ByPhone() {
			add(channel.Role(), func(i int) string { return channel.Role() + "-" + samples[i].id })
		}
	}
	visit(c, func(key string, t campaign.Text, isNumber bool) {
		for _, p := range t {
			if p.Name != "" && !answered[campaign.Fold(p.Name)] {
				add(strings.TrimSpace(p.Name), func(i int) string {
					if a.Request != nil && a.Request.previews[campaign.Fold(p.Name)] != "" {
						return a.Request.previews[campaign.Fold(p.Name)]
					}
					return exampleValue(key, p.Name, len(t) == 1, isNumber, i)
				})
			}
		}
	})
	rows = append(rows, header)
	for i := range samples {
		row := make([]string, len(values))
		for column, value := range values {
			row[column] = value(i)
		}
		rows = append(rows, row)
	}
	return rows
}

// exampleValue is what a made-up person has in a column, by its name and by where it stands: alone in a place where the API wants a number or an
// address, it has to be one.
func exampleValue(key, name string, isAlone, isNumber bool, i int) string {
	switch campaign.Fold(name) {
	case "firstname":
		return samples[i].name
	case "id":
		return samples[i].id
	case "language":
		return "en"
	case "country":
		return []string{"SE", "US", "US"}[i]
	case "timezone":
		return "Europe/London"
	}
	switch {
	case isNumber:
		return "1"
	case !isAlone:
	case strings.HasSuffix(key, "url"):
		return examplePage + samples[i].id
	case key == "phone_number":
		return exampleNumber
	case key == "event_start", key == "event_end":
		return "2027-01-31T10:00:00Z"
	case key == "birthday":
		return "1990-05-31"
	}
	return "example"
}

// visit calls f for every text of what is sent, with the key behind which it stands.
func visit(c *campaign.Campaign, f func(key string, t campaign.Text, isNumber bool)) {
	var walk func(key string, v campaign.Value)
	walk = func(key string, v campaign.Value) {
		switch v.Kind {
		case campaign.String, campaign.NumberString:
			f(key, v.Text, v.Kind == campaign.NumberString)
		case campaign.List:
			for _, element := range v.List {
				walk(key, element)
			}
		case campaign.Object:
			for _, m := range v.Fields {
				walk(m.Name, m.Value)
			}
		case campaign.JSONString:
			walk(key, *v.Inner)
		}
	}
	for _, v := range []campaign.Value{c.Message, c.ChannelProperties, c.CallbackURL, c.TTL, c.ConversationMetadata, c.CorrelationID, c.Metadata} {
		walk("", v)
	}
	for _, t := range c.Translations {
		walk("", t.Message)
	}
}

// csvFile writes rows as CSV.
func csvFile(rows ...[]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows) // into memory
	return b.Bytes()
}
