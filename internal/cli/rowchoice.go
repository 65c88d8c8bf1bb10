package cli

import (
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
)

// rowChoice names a row of the audience, for somebody who wants to see what a message becomes in it:
//
//	first    the first that is sent to
//	longest  of those that are sent to, the one with the longest message
//	line:N   the one that begins in this line of the audience; N alone says the same
type rowChoice struct {
	name string // as above; of a line "line"
	line int
}

// readRowChoices reads the flag --row, each choice once.
func readRowChoices(c *cli.Context) (all []rowChoice, err error) {
	for _, text := range c.StringSlice("row") {
		choice, err := parseRowChoice(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, choice) {
			all = append(all, choice)
		}
	}
	return all, nil
}

func parseRowChoice(text string) (rowChoice, error) {
	if text == "first" || text == "longest" {
		return rowChoice{name: text}, nil
	}
	digits := strings.TrimPrefix(text, "line:")
	line, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || digits[0] < '1' || digits[0] > '9' { // what begins with + or 0, or is longer, may be a phone number, which no error repeats
		return rowChoice{}, inputErrorf("--row wants first, longest, or the line of a row in the audience, such as line:7")
	}
	return rowChoice{name: "line", line: int(line)}, nil
}

// noRow says that a line was named in which none begins.
func noRow(line int) string {
	return "--row: no row of the audience begins in line " + prose.Thousands(line)
}

// chosenRow is a row that was named.
type chosenRow struct {
	campaign.Recipient
	note string // why it is shown, where that is not its line
}

// chooseRows finds rows of a run whose plan stands, in the order in which they are named, each once. The first and the longest are those among the
// rows for which isMeant is true; where there is none, they are left out. A line without a row that is sent to is an error.
func chooseRows(run *runstore.Run, renderer *render.Renderer, choices []rowChoice, isMeant func(*campaign.Recipient) bool) ([]chosenRow, error) {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	s := rowSearch{renderer: renderer, lines: map[int]*chosenRow{}, isMeant: isMeant}
	for _, c := range choices {
		s.wantsFirst = s.wantsFirst || c.name == "first"
		s.wantsLongest = s.wantsLongest || c.name == "longest"
		if c.line > 0 {
			s.lines[c.line] = nil
		}
	}
	s.missing = len(s.lines)
	entries := run.Ledger.Reader()
	for i := 0; i < snapshot.Frames() && !s.over(); i++ {
		rows, err := snapshot.Frame(i)
		if err != nil {
			return nil, err
		}
		for j := 0; j < len(rows) && !s.over(); j++ {
			e, err := entries.Entry(uint32(rows[j].Row))
			if err != nil {
				return nil, err
			}
			if err := s.look(rows[j], e); err != nil {
				return nil, err
			}
		}
	}
	return s.chosen(choices)
}

// rowSearch is what chooseRows has found so far.
type rowSearch struct {
	renderer                 *render.Renderer
	isMeant                  func(*campaign.Recipient) bool
	wantsFirst, wantsLongest bool

	first, longest *chosenRow
	size           int // of the longest
	lines          map[int]*chosenRow
	missing        int // of lines
	body           []byte
}

func (s *rowSearch) over() bool {
	return !s.wantsLongest && s.missing == 0 && (!s.wantsFirst || s.first != nil)
}

func (s *rowSearch) look(r campaign.Recipient, e ledger.Entry) error {
	line, isNamed := s.lines[r.Line]
	if e.State == ledger.Skipped && isNamed && line == nil {
		return inputErrorf("--row: line %d is left out as %s, so nobody gets what stands there", r.Line, campaign.SkipReason(e.Reason))
	}
	if e.State == ledger.Skipped || r.Erased() {
		return nil
	}
	if isNamed && line == nil {
		s.lines[r.Line] = &chosenRow{Recipient: r}
		s.missing--
	}
	if !s.isMeant(&r) {
		return nil
	}
	if s.wantsFirst && s.first == nil {
		s.first = &chosenRow{Recipient: r, note: "the first"}
	}
	if !s.wantsLongest {
		return nil
	}
	var err error
	if s.body, err = s.renderer.Body(s.body[:0], &r, render.SampleEpoch); err != nil {
		return err
	}
	if size := render.Size(s.body, r.Row); size > s.size {
		s.longest, s.size = &chosenRow{Recipient: r, note: "the longest"}, size
	}
	return nil
}

func (s *rowSearch) chosen(choices []rowChoice) ([]chosenRow, error) {
	var all []chosenRow
	for _, c := range choices {
		found := map[string]*chosenRow{"first": s.first, "longest": s.longest, "line": s.lines[c.line]}[c.name]
		switch {
		case found == nil && c.line > 0:
			return nil, inputErrorf("%s", noRow(c.line))
		case found != nil && !slices.ContainsFunc(all, func(r chosenRow) bool { return r.Row == found.Row }):
			all = append(all, *found)
		}
	}
	return all, nil
}
