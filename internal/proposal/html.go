package proposal

import (
	_ "embed"
	"html/template"
	"io"
	"strings"

	"sendoff/internal/page"
	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

//go:embed page.html
var pageText string

// pageFacts is what the page has of a proposal, in the order of the page.
type pageFacts struct {
	Policy                 string
	Style                  template.CSS
	Name, Planned, Version string
	Code                   Code
	People, Persons, Rows  string
	Facts                  []pageFact
	Breakdowns             []breakdown
	LeftOut                []pageReason
	Refused, Warnings      []pageFinding
	Lists                  []list
	NoOptOuts              string
	Samples                []plan.Sample
	Covered                bool // the code covers through what it goes
	Digest                 string
}

type pageFact struct {
	Label string
	Texts []string
}

type pageReason struct{ Rows, Text string }

type pageFinding struct{ Text, Hint string }

// HTML writes the long form as one page, which asks nothing of the network. It holds samples, which are people's data.
func (p *Proposal) HTML(to io.Writer) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(to, p.page())
}

func (p *Proposal) page() pageFacts {
	people, persons, _ := strings.Cut(prose.Counted(p.Plan.Eligible, "person", "people"), " ")
	facts := pageFacts{
		Policy: page.Policy, Style: page.Style(), Name: prose.Printable(p.Run.Key), Planned: prose.Moment(p.Run.Planned), Version: p.Version,
		Code: p.Code, People: people, Persons: persons, Rows: prose.Counted(p.Plan.Rows, "row", "rows"),
		Refused: pageFindings(p.findings(false)), Warnings: pageFindings(p.findings(true)),
		NoOptOuts: p.noOptOuts(), Breakdowns: p.breakdowns(), Samples: p.Plan.Samples,
		Covered: p.Destination.AppID != "", Digest: p.Plan.Digest,
	}
	for _, r := range p.facts() {
		if r.Label == "to" { // which the page says in large letters, and in its table of reasons
			continue
		}
		text := prose.Printable(r.Text)
		if last := len(facts.Facts) - 1; r.Label == "" && last >= 0 {
			facts.Facts[last].Texts = append(facts.Facts[last].Texts, text)
			continue
		}
		facts.Facts = append(facts.Facts, pageFact{r.Label, []string{text}})
	}
	for _, r := range reasons(p.Plan) {
		facts.LeftOut = append(facts.LeftOut, pageReason{prose.Thousands(r.rows), r.text})
	}
	for _, l := range p.lists() {
		facts.Lists = append(facts.Lists, list{prose.Printable(l.Name), l.Holds, l.Version, l.Matches})
	}
	return facts
}

func pageFindings(findings []plan.Finding) []pageFinding {
	var all []pageFinding
	for _, f := range findings {
		all = append(all, pageFinding{prose.Printable(FindingText(f)), prose.Printable(f.Hint)})
	}
	return all
}
