package proposal

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"sendoff/internal/page"
	"sendoff/internal/plan"
	"sendoff/internal/preview"
	"sendoff/internal/prose"
)

//go:embed page.html
var pageText string

// pageFacts is what the page has of a proposal, in the order of the page.
type pageFacts struct {
	Policy                 string
	Style, PhoneStyle      template.CSS
	Name, Planned, Version string
	Code                   Code
	People, Persons, Rows  string
	Facts                  []pageFact
	Breakdowns             []breakdown
	Clock                  string // whose the calendar's times are
	Places                 *breakdown
	Days                   []pageDay
	LeftOut                []pageReason
	Refused, Warnings      []pageFinding
	Lists                  []list
	NoOptOuts              string
	Samples                []pageSample
	Covered                bool // the code covers through what it goes
	Priced                 bool // and prices
	Digest                 string
}

type pageFact struct {
	Label string
	Texts []string
}

// pageSample is a text as phones show it.
type pageSample struct {
	Line   int
	Note   string
	Phones template.HTML
}

type pageReason struct{ Rows, Text string }

type pageFinding struct{ Text, Hint string }

// HTML writes the long form as one page, which asks nothing of the network. It holds samples, which are people's data.
func (p *Proposal) HTML(to io.Writer) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	facts, err := p.page()
	if err != nil {
		return err
	}
	return t.Execute(to, facts)
}

func (p *Proposal) page() (pageFacts, error) {
	people, persons, _ := strings.Cut(prose.Counted(p.Plan.Eligible, "person", "people"), " ")
	facts := pageFacts{
		Policy: page.Policy, Style: page.Style(), PhoneStyle: template.CSS(preview.Style), Name: prose.Printable(p.Run.Key), Planned: prose.Moment(p.Run.Planned), Version: p.Version,
		Code: p.Code, People: people, Persons: persons, Rows: prose.Counted(p.Plan.Rows, "row", "rows"),
		Refused: pageFindings(p.findings(false)), Warnings: pageFindings(p.findings(true)),
		NoOptOuts: p.noOptOuts(), Breakdowns: p.breakdowns(), Covered: p.Destination.AppID != "", Priced: p.Plan.Forecast != nil && p.Plan.Forecast.Currency != "", Digest: p.Plan.Digest,
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
	c := p.calendar()
	facts.Clock, facts.Places, facts.Days = p.zoneName(p.Now), p.placeTable(c), p.pageDays(c)
	for _, r := range reasons(p.Plan) {
		facts.LeftOut = append(facts.LeftOut, pageReason{prose.Thousands(r.rows), r.text})
	}
	for _, l := range p.lists() {
		facts.Lists = append(facts.Lists, list{prose.Printable(l.Name), l.Holds, l.Version, l.Matches})
	}
	for i, s := range p.Plan.Samples {
		phones, err := preview.Phones(s.Row, fmt.Sprintf("sample-%d", i+1))
		if err != nil {
			return pageFacts{}, err
		}
		facts.Samples = append(facts.Samples, pageSample{s.Line, s.Note, phones})
	}
	return facts, nil
}

func pageFindings(findings []plan.Finding) []pageFinding {
	var all []pageFinding
	for _, f := range findings {
		all = append(all, pageFinding{prose.Printable(FindingText(f)), prose.Printable(f.Hint)})
	}
	return all
}
