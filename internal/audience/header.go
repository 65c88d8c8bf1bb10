package audience

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gocarina/gocsv"

	"sendoff/campaign"
)

// usualNames says by which names a column is known for its role where the campaign does not say, in the form of [campaign.Fold].
// gocsv matches them against the header.
type usualNames struct {
	Phone    places `csv:"phone,phonenumber,phoneno,mobile,mobilenumber,mobileno,mobilephone,cell,cellphone,msisdn,telephone,telephonenumber,tel,mobil,mobilnummer,telefon,telefonnummer"`
	ID       places `csv:"id,customerid,customerno,customernumber,externalid"`
	Language places `csv:"language,lang,locale"`
	Country  places `csv:"country,countrycode"`
	TimeZone places `csv:"timezone"`
}

// places are columns, counted from 0. All that answer to a name are kept, where a plain field would keep the last.
type places []int

// UnmarshalCSV adds a column: the row that [findUsualNames] reads beneath the header holds each column's number.
func (p *places) UnmarshalCSV(cell string) error {
	column, err := strconv.Atoi(cell)
	if err != nil {
		return fmt.Errorf("read column number: %w", err)
	}
	*p = append(*p, column)
	return nil
}

// inMemory is a header and rows that are in memory already, as gocsv asks for them.
type inMemory [][]string

// GetCSVRows returns the header and the rows.
func (m inMemory) GetCSVRows() ([][]string, error) { return m, nil }

// findUsualNames returns for each role the columns of a folded header that go by one of its usual names.
func findUsualNames(folded []string) (usualNames, error) {
	numbers := make([]string, len(folded))
	for i := range numbers {
		numbers[i] = strconv.Itoa(i)
	}
	var found []usualNames
	if err := gocsv.UnmarshalDecoder(inMemory{folded, numbers}, &found); err != nil {
		return usualNames{}, fmt.Errorf("match header: %w", err)
	}
	return found[0], nil
}

// header is the first row of a file, while it is being understood.
type header struct {
	delimiter string   // as people call it
	names     []string // trimmed
	folded    []string
	at        []campaign.Problem // file, line and column of each name
	problems  campaign.Problems
}

// check finds names that are empty or fall together.
func (h *header) check() {
	seen := make(map[string]int, len(h.names))
	for i, name := range h.folded {
		first, isDouble := seen[name]
		switch {
		case name == "":
			h.report(i, fmt.Sprintf("column %d has no name", i+1), "name it or delete the column")
		case isDouble && h.isData():
			h.report(i, fmt.Sprintf("columns %d and %d have the same name", first+1, i+1), h.dataHint())
		case isDouble:
			h.report(i, fmt.Sprintf("columns %d and %d have the same name: %s", first+1, i+1, quoted([]string{h.names[first], h.names[i]})),
				"rename one; upper and lower case, spaces, _ and - make no difference")
		default:
			seen[name] = i
		}
	}
}

// columns finds out which column plays which role.
func (h *header) columns(mapping map[string]string) (campaign.Columns, error) {
	usual, err := findUsualNames(h.folded)
	if err != nil {
		return campaign.Columns{}, err
	}
	return campaign.Columns{
		Header:   h.names,
		Phone:    h.role("phone", mapping, usual.Phone),
		ID:       h.role("id", mapping, usual.ID),
		Language: h.role("language", mapping, usual.Language),
		Country:  h.role("country", mapping, usual.Country),
		TimeZone: h.role("time_zone", mapping, usual.TimeZone),
	}, nil
}

// role returns the column of a role: the one that the campaign names, else the one that goes by a usual name, else -1.
func (h *header) role(role string, mapping map[string]string, usual places) int {
	if name, isMapped := mapping[role]; isMapped {
		i := slices.Index(h.folded, campaign.Fold(strings.TrimSpace(name)))
		if i < 0 {
			h.report(0, fmt.Sprintf("there is no column %q, which audience.columns names for %s", name, role),
				h.hint(campaign.Nearest(name, h.names)))
		}
		return i
	}
	if len(usual) == 0 {
		return -1
	}
	if len(usual) > 1 {
		both := quoted([]string{h.names[usual[0]], h.names[usual[1]]})
		h.report(usual[1], fmt.Sprintf("columns %s could each be the %s", both, role),
			fmt.Sprintf("say which one is meant: audience: {columns: {%s: %q}}", role, h.names[usual[0]]))
	}
	return usual[0]
}

// missingPhone reports that no column holds phone numbers.
func (h *header) missingPhone() {
	near := ""
	for i, name := range h.folded {
		if strings.Contains(name, "phone") || strings.Contains(name, "mobil") || strings.Contains(name, "telefon") || strings.Contains(name, "msisdn") {
			near = h.names[i]
			break
		}
	}
	hint := h.hint(near)
	if near != "" && !h.isData() {
		hint = fmt.Sprintf("if it is %q, say so: audience: {columns: {phone: %q}}; ", near, near) + h.list()
	}
	h.report(0, "no column is known to hold phone numbers", hint)
}

// hint names the columns, and first the one that was probably meant, where near is one.
func (h *header) hint(near string) string {
	if h.isData() {
		return h.dataHint()
	}
	if near != "" {
		return fmt.Sprintf("did you mean %q? ", near) + h.list()
	}
	return h.list()
}

func (h *header) list() string {
	return fmt.Sprintf("the columns are %s (delimiter: %s)", quoted(h.names), h.delimiter)
}

// isData reports whether the first line is a person rather than names. It is then not shown.
func (h *header) isData() bool { return slices.ContainsFunc(h.names, looksLikeData) }

func (h *header) dataHint() string {
	return "the first line looks like a person; put a line above it that names the columns"
}

func (h *header) report(column int, message, hint string) {
	p := h.at[column]
	p.Message, p.Hint = message, hint
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

// quoted lists names for a message, the first twenty.
func quoted(names []string) string {
	const most = 20
	var b strings.Builder
	for i, name := range names {
		if i == most {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name))
	}
	return b.String()
}
