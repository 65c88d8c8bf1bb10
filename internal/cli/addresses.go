package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/lint"
	"sendoff/internal/plan"
	"sendoff/internal/probe"
	"sendoff/internal/prose"
)

func checkURLsFlag(s *session) cli.Flag {
	return &cli.BoolFlag{Name: "check-urls", Destination: &s.checkURLs,
		Usage: "open the addresses in the messages, each once and at most 1,000, to see whether they can be opened and media fit the channels: it contacts their hosts"}
}

// openAddresses opens what is in the messages of a plan, and adds what is wrong with it to the plan's findings. Where an address has a value in it, the
// text of the campaign stands for it.
func (s *session) openAddresses(ctx context.Context, p *plan.Plan, order []campaign.Channel) error {
	if !s.checkURLs || p == nil {
		return nil
	}
	targets := make([]probe.Target, len(p.Addresses))
	for i, a := range p.Addresses {
		targets[i] = probe.Target{URL: a.URL, HeadOnly: a.Personal}
	}
	opened := s.sayIfLong("opening " + prose.Counted(len(targets), "address", "addresses"))
	answers, err := probe.All(ctx, targets)
	opened()
	if err != nil {
		return err
	}
	type what struct{ shown, problem string }
	var found []what
	rows := make(map[what][]int)
	note := func(a plan.Address, problem string) {
		w := what{a.Shown, problem}
		if rows[w] == nil {
			found = append(found, w)
		}
		rows[w] = append(rows[w], a.Line)
	}
	for i, a := range p.Addresses {
		if answers[i].Problem != "" {
			note(a, "cannot be opened: "+answers[i].Problem)
			continue
		}
		if a.Media {
			for _, problem := range lint.JudgeMedia(order, answers[i].Type, answers[i].Size) {
				note(a, "has "+problem)
			}
		}
	}
	for _, w := range found {
		message := fmt.Sprintf("%s %s", prose.Printable(w.shown), w.problem)
		if strings.Contains(w.shown, "${") {
			message += fmt.Sprintf(" (%s, the first in line %d)", prose.Counted(len(rows[w]), "address", "addresses"), rows[w][0])
		}
		p.Findings = append(p.Findings, plan.Finding{Message: message, Warning: true, Lines: []int{}})
	}
	if p.AddressesLeft > 0 {
		p.Findings = append(p.Findings, plan.Finding{Warning: true, Lines: []int{}, Message: fmt.Sprintf("--check-urls has opened %s, and %s more were left out",
			prose.Counted(len(targets), "address", "addresses"), prose.Thousands(p.AddressesLeft))})
	}
	return nil
}
