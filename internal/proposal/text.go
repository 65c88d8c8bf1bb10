package proposal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

// hang is how far the texts of a screen stand in.
const hang = 12

// writer writes for a terminal of a width. Who reads the screen is not told where it cannot be written.
type writer struct {
	to    io.Writer
	width int
}

func (w writer) line(indent int, text string) {
	fmt.Fprintln(w.to, prose.Wrapped(strings.Repeat(" ", indent)+prose.Printable(text), indent+4, w.width))
}

func (w writer) rows(rows []Row) {
	for _, r := range rows {
		fmt.Fprintln(w.to, prose.Wrapped(fmt.Sprintf("  %-9s %s", r.Label, prose.Printable(r.Text)), hang, w.width))
	}
}

// samples writes real texts, with the lines that they are of.
func (w writer) samples(samples []plan.Sample) {
	for _, s := range samples {
		text := s.Text
		if s.Note != "" {
			text += "   (" + prose.Printable(s.Note) + ")"
		}
		fmt.Fprintln(w.to, prose.Wrapped(fmt.Sprintf("  %-9s %s", fmt.Sprintf("line %d", s.Line), text), hang, w.width))
	}
}

// WriteSamples writes real texts, with the lines that they are of, for a terminal of a width.
func WriteSamples(to io.Writer, width int, samples []plan.Sample) { writer{to, width}.samples(samples) }

func (w writer) findings(findings []plan.Finding) {
	for _, f := range findings {
		w.line(2, FindingText(f))
		if f.Hint != "" {
			w.line(6, "hint: "+f.Hint)
		}
	}
}

// screenSamples is how many texts the screen has.
const screenSamples = 3

// Screen writes what a person is asked about who is about to send, for a terminal of a width.
func (p *Proposal) Screen(to io.Writer, width int) {
	w := writer{to, width}
	code := string(p.Code)
	if p.Approval {
		code += " · approval is required"
	}
	w.rows(slices.Concat(
		[]Row{p.what(), {"through", p.Through}}, p.to(" (skipped.csv)"), p.words(), p.readAs(), p.when(true), []Row{{"cost", CostLine(p.Plan.Forecast)}}, p.seeds(),
		p.checked(), p.warnings(), p.Remark, p.effects(), []Row{{"plan", code}},
	))
	fmt.Fprintln(to)
	w.samples(p.Plan.Samples[:min(len(p.Plan.Samples), screenSamples)])
	fmt.Fprintln(to)
}

// facts are the rows at the head of the long form.
func (p *Proposal) facts() []Row {
	return slices.Concat(
		[]Row{p.what(), {"campaign", p.Campaign.Path}, {"through", p.Through}}, p.audience(), p.to(""), p.words(),
		p.when(false), p.cost(), p.seeds(), p.limits(), p.Remark, p.effects(), p.approval(),
	)
}

// Text writes the long form, for a terminal of a width. Its last line names the code.
func (p *Proposal) Text(to io.Writer, width int) {
	w := writer{to, width}
	part := func(heading string, isThere bool) bool {
		if isThere {
			fmt.Fprintf(to, "\n%s:\n", heading)
		}
		return isThere
	}
	fmt.Fprintf(to, "plan of %s\n\n", prose.Printable(p.Run.Key))
	w.rows(p.facts())
	for _, t := range p.breakdowns() {
		fmt.Fprintln(to)
		w.breakdown(t)
	}
	p.writeCalendar(w)
	if part("left out", len(p.Plan.Skipped) > 0) {
		for _, r := range reasons(p.Plan) {
			w.line(2, prose.Thousands(r.rows)+" "+r.text)
		}
	}
	w.findings(p.findings(false))
	part("lists", true)
	if text := p.noOptOuts(); text != "" {
		w.line(2, text)
	}
	for _, l := range p.lists() {
		w.line(2, l.text())
	}
	if warnings := p.findings(true); part("worth a look", len(warnings) > 0) {
		w.findings(warnings)
	}
	if part("samples", len(p.Plan.Samples) > 0) {
		w.samples(p.Plan.Samples)
	}
	if p.Code != "" {
		fmt.Fprintf(to, "\nplan %s\n", p.Code)
	}
}
