package proposal

import (
	"fmt"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
	"sendoff/internal/table"
)

// audience says which file it is, how it is understood, and what its columns are used for.
func (p *Proposal) audience() []Row {
	text := prose.Printable(p.Audience) + ": " + File(p.Plan)
	var roles []string
	for _, role := range campaign.Roles {
		if i := p.Plan.Columns.Role(role); i >= 0 {
			roles = append(roles, fmt.Sprintf("%s = %s", role, prose.Printable(p.Plan.Columns.Header[i])))
		}
	}
	text += " (" + strings.Join(roles, ", ")
	for _, name := range p.Plan.Unused {
		text += fmt.Sprintf("; %q is not used", name)
	}
	rows := []Row{{"audience", text + ")"}}
	for _, suggestion := range p.Plan.Suggestions {
		rows = append(rows, Row{"", "hint: " + suggestion})
	}
	return rows
}

// File says how an audience is understood as a whole.
func File(p *plan.Plan) string {
	file := p.File
	text := prose.Counted(p.Rows, "row", "rows") + ", " + prose.Counted(len(p.Columns.Header), "column", "columns")
	if file.Format == "" {
		return text // the people of a run
	}
	text += "; " + string(file.Format)
	if file.Sheet != "" {
		text += fmt.Sprintf(", sheet %q", file.Sheet)
	}
	if encoding := Encoding(file); encoding != "" {
		text += " in " + encoding
	}
	if file.Delimiter != 0 {
		text += ", separated by " + campaign.DelimiterName(file.Delimiter)
	}
	if file.Compression != "" {
		text += ", " + file.Compression
	}
	if file.Hidden > 0 {
		text += ", " + prose.Counted(file.Hidden, "hidden row", "hidden rows")
	}
	return text
}

// Encoding says in what a file is written, and how sure that is where it was guessed; nothing of a workbook.
func Encoding(file table.Info) string {
	if file.Encoding == "" || file.Confidence == 100 {
		return file.Encoding
	}
	return fmt.Sprintf("%s (%d %% sure)", file.Encoding, file.Confidence)
}
