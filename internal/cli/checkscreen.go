package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sendoff/campaign"
	"sendoff/internal/plan"
	"sendoff/internal/proposal"
	"sendoff/internal/prose"
	"sendoff/internal/survey"
)

// print prints what was found for people: the audience as it is understood, what is wrong, what comes of it.
func (k *checker) print() error {
	if k.Plan != nil {
		k.printAudience()
	}
	if k.Plan != nil && (len(k.meta.Lists) > 0 || len(k.campaign.Suppress) == 0) { // else one of them could not be read
		k.begin("")
		k.line(0, "%s", proposal.Checked(k.meta.Lists, k.campaign.NoSuppress, k.Now()))
	}
	if k.Plan != nil && len(k.Plan.Languages) > 0 {
		fmt.Fprintf(k.Stdout, "languages: %s\n", proposal.Languages(k.Plan))
	}
	if k.Plan != nil && k.Plan.Eligible > 0 && k.Problems.Err() == nil {
		k.line(0, "cost: %s", proposal.CostLine(k.Plan.Forecast))
	}
	for _, t := range k.meta.Templates {
		fmt.Fprintf(k.Stdout, "template: %s\n", proposal.Template(t))
	}
	k.printProblems("nothing can be sent before this is mended", func(p campaign.Problem) bool { return !p.Warning })
	if k.Plan != nil {
		k.printFindings("left out", func(f plan.Finding) bool { return !f.Warning })
	}
	k.printProblems("worth a look", func(p campaign.Problem) bool { return p.Warning })
	if k.Plan != nil {
		k.printFindings("worth a look", func(f plan.Finding) bool { return f.Warning })
	}
	k.printVerdict()
	k.printLists()
	if next := k.next(); next != "" {
		k.say("next: %s", next)
	}
	return nil
}

// begin begins a part of the screen, unless it is the one that is being printed.
func (k *checker) begin(heading string) {
	if heading != "" && heading == k.part {
		return
	}
	if k.isPrinted {
		fmt.Fprintln(k.Stdout)
	}
	if k.isPrinted, k.part = true, heading; heading != "" {
		fmt.Fprintf(k.Stdout, "%s:\n", heading)
	}
}

// printAudience prints how the audience is understood: the file, and for each column what it is used for and what it holds.
func (k *checker) printAudience() {
	k.begin("")
	k.line(0, "%s: %s", prose.Printable(shortened(k.meta.AudienceFile)), proposal.File(k.Plan))
	if detail := k.describeSource(); detail != "" {
		k.line(4, "%s", detail)
	}
	k.printColumns()
	for _, suggestion := range k.Plan.Suggestions {
		k.line(4, "hint: %s", suggestion)
	}
	if len(k.Plan.Where) > 0 {
		k.begin("")
	}
	for i, line := range proposal.Where(k.Plan.Where) {
		fmt.Fprintf(k.Stdout, "%-6s%s\n", []string{"where", ""}[min(i, 1)], line)
	}
}

// line prints a line of the screen behind so many spaces.
func (k *checker) line(indent int, format string, args ...any) {
	fmt.Fprintln(k.Stdout, prose.Wrapped(strings.Repeat(" ", indent)+fmt.Sprintf(format, args...), indent+4, k.width(k.Stdout)))
}

// mostUnused is how many of the columns are shown that the campaign does not use.
const mostUnused = 20

// printColumns prints what the columns are used for and what they hold: all that are used, and the first of the others.
func (k *checker) printColumns() {
	const widest = 26
	var rows [][3]string
	nameWidth, useWidth, unused := 0, 0, 0
	for i, c := range k.Columns {
		uses := strings.Join(k.uses(i), ", ")
		if uses == "" {
			if unused++; unused > mostUnused {
				continue
			}
			if k.isWhole {
				uses = "not used"
			}
		}
		row := [3]string{prose.Printable(c.Name), prose.Printable(uses), describeCells(c)}
		rows = append(rows, row)
		nameWidth, useWidth = max(nameWidth, utf8.RuneCountInString(row[0])), max(useWidth, utf8.RuneCountInString(row[1]))
	}
	nameWidth, useWidth = min(nameWidth, widest), min(useWidth, widest)
	for _, row := range rows {
		line := fmt.Sprintf("  %-*s  %-*s  %s", nameWidth, row[0], useWidth, row[1], row[2])
		fmt.Fprintln(k.Stdout, prose.Wrapped(line, nameWidth+useWidth+6, k.width(k.Stdout)))
	}
	switch more := unused - mostUnused; {
	case more <= 0:
	case k.isWhole:
		fmt.Fprintf(k.Stdout, "  and %s not used\n", prose.Counted(more, "more that is", "more that are"))
	default: // it is not known what the rest of the campaign uses
		fmt.Fprintf(k.Stdout, "  and %s more\n", prose.Thousands(more))
	}
}

// describeSource says which file it is exactly.
func (k *checker) describeSource() string {
	if k.Plan.File.Format == "" {
		return ""
	}
	sum := fmt.Sprintf("SHA-256 %x…", k.Plan.File.SHA256[:8])
	if isStandardInput(k.campaign) {
		return sum
	}
	text := "written on " + clockTime(k.Plan.File.ModTime)
	if age := k.Now().Sub(k.Plan.File.ModTime); age >= time.Hour {
		text += ", " + prose.Age(age) + " ago"
	}
	return text + "; " + sum
}

// uses says what the campaign uses a column for.
func (k *checker) uses(column int) []string {
	var texts []string
	for _, role := range campaign.Roles {
		if k.Plan.Columns.Role(role) == column {
			texts = append(texts, strings.ReplaceAll(role, "_", " "))
		}
	}
	for _, u := range k.Uses {
		if u.Column != column {
			continue
		}
		text := "${" + u.Name + "}"
		if !slices.Contains(u.In, "message") {
			text += " in " + strings.TrimPrefix(u.In[0], "translations.")
		}
		texts = append(texts, text)
	}
	return append(texts, k.Chosen[column]...)
}

// longCell is how many characters of a cell are worth a word.
const longCell = 20

// describeCells says what a column holds.
func describeCells(c survey.Column) string {
	if c.Filled == 0 {
		return "empty"
	}
	text := prose.Thousands(c.Filled) + " filled"
	if c.Empty > 0 {
		text += ", " + prose.Thousands(c.Empty) + " empty"
	}
	if c.Longest > longCell {
		text += fmt.Sprintf(", the longest of %d characters", c.Longest)
	}
	var shown []string
	for _, v := range c.Values {
		shown = append(shown, fmt.Sprintf("%s (%s)", prose.Printable(v.Text), prose.Thousands(v.Rows)))
	}
	if c.Values != nil && c.Others > 0 {
		shown = append(shown, fmt.Sprintf("others (%s)", prose.Thousands(c.Others)))
	}
	if shown = append(shown, c.Samples...); len(shown) > 0 {
		text += ": " + strings.Join(shown, ", ")
	}
	return text
}

func (k *checker) printProblems(heading string, want func(campaign.Problem) bool) {
	for _, p := range k.Problems {
		if !want(p) {
			continue
		}
		k.begin(heading)
		p.Warning = false // the heading says so
		k.printPoint(p.Error(), p.Hint)
	}
}

func (k *checker) printFindings(heading string, want func(plan.Finding) bool) {
	for _, f := range k.Plan.Findings {
		if !want(f) {
			continue
		}
		k.begin(heading)
		k.printPoint(proposal.FindingText(f), f.Hint)
	}
}

func (k *checker) printPoint(text, hint string) {
	k.line(2, "%s", text)
	if hint != "" {
		k.line(6, "hint: %s", hint)
	}
}

// printVerdict prints what comes of it.
func (k *checker) printVerdict() {
	stops := 0
	for _, p := range k.Problems {
		if !p.Warning {
			stops++
		}
	}
	k.begin("")
	if k.Plan != nil {
		can := "can"
		if stops > 0 {
			can = "could"
		}
		text := prose.Counted(k.Plan.Eligible, "person", "people") + " " + can + " be sent to"
		if out := proposal.LeftOut(k.Plan); out != "" {
			text += "; left out: " + out
		}
		k.line(0, "%s", text)
	}
	if stops > 0 {
		fmt.Fprintf(k.Stdout, "sendoff run would send nothing: %s\n", prose.Counted(stops, "problem", "problems"))
	}
}

// printLists says which lists were written, and what is in them.
func (k *checker) printLists() {
	if k.Plan == nil {
		return
	}
	if k.skipped != "" {
		fmt.Fprintf(k.Stdout, "%s: %s left out\n", k.skipped, prose.Counted(k.left, "row is", "rows are"))
	}
	if k.fix == "" {
		return
	}
	text := fmt.Sprintf("%s: %s in UTF-8, %s written in international form", k.fix,
		prose.Counted(k.corrected.Rows, "row", "rows"), prose.Counted(k.corrected.Numbers, "number", "numbers"))
	if k.Plan.File.Encoding != "UTF-8" && k.Plan.File.Encoding != "" {
		text = strings.Replace(text, "in UTF-8", "in UTF-8 (it was "+k.Plan.File.Encoding+")", 1)
	}
	k.line(0, "%s", text)
	if n := k.corrected.LeftOut; n > 0 {
		fmt.Fprintf(k.Stdout, "%s: %s be mended by hand\n", k.rest(), prose.Counted(n, "row has to", "rows have to"))
	}
}

// next is the command that comes next.
func (k *checker) next() string {
	feed, command := k.feed, "preview"
	switch {
	case k.Plan == nil:
		return ""
	case k.fix != "":
		command = "check"
		feed.audience, feed.encoding, feed.delimiter = k.fix, "", ""
		if k.campaign.Audience.Encoding != "" {
			feed.encoding = "utf-8"
		}
		if k.campaign.Audience.Delimiter != 0 {
			feed.delimiter = "comma"
		}
	case k.Problems.Err() != nil:
		command = "check"
	}
	return "sendoff " + command + " " + quote(k.path) + feed.arguments() + flagArgument(k.campaign, k.profile) + exceptArguments(k.except)
}
