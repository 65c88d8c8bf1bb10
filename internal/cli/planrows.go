package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/plan"
	"sendoff/internal/proposal"
	"sendoff/internal/render"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// plannedRow is what was decided about a row. The address is masked; the text is the person's own.
type plannedRow struct {
	Line    int    `json:"line"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text,omitempty"`
	Skipped string `json:"skipped,omitempty"`
	Why     string `json:"why,omitempty"`
}

// planResult is a plan for machines, with its rows where somebody has asked for them.
type planResult struct {
	proposal.Result
	Planned []plannedRow `json:"people,omitempty"`
}

// eachPlanned calls show with every row of a run that was planned by this process, in order.
func eachPlanned(c *campaign.Campaign, run *runstore.Run, show func(plannedRow) error) error {
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return err
	}
	defer snapshot.Close()
	m := run.Meta()
	templates, err := plan.Templates(m)
	if err != nil {
		return err
	}
	renderer, err := render.New(templates.Apply(c, m.Columns).Campaign, m.Columns, render.Identity{Day: m.Day})
	if err != nil {
		return err
	}
	entries := run.Ledger.Reader()
	for i := range snapshot.Frames() {
		people, err := snapshot.Frame(i)
		if err != nil {
			return err
		}
		for _, r := range people {
			e, err := entries.Entry(uint32(r.Row))
			if err != nil {
				return err
			}
			row := plannedRow{Line: r.Line, To: r.Masked()}
			if e.State == ledger.Skipped {
				row.Skipped, row.Why = campaign.SkipReason(e.Reason).String(), report.Why(&e)
			} else {
				row.Text = renderer.Text(&r)
			}
			if err := show(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// printPlannedRows prints every row on a line of its own.
func printPlannedRows(to io.Writer, c *campaign.Campaign, run *runstore.Run) error {
	w := bufio.NewWriter(to)
	err := eachPlanned(c, run, func(r plannedRow) error {
		what := r.Text
		if r.Skipped != "" {
			what = "left out: " + r.Skipped
		}
		if r.Why != "" {
			what += " (" + r.Why + ")"
		}
		_, err := fmt.Fprintf(w, "  %-9s %-18s %s\n", fmt.Sprintf("line %d", r.Line), r.To, what)
		return err
	})
	fmt.Fprintln(w)
	return errors.Join(err, w.Flush())
}

// printPlanWithRows prints a plan as printJSON does, and in it its rows as they are read: there may be millions.
func printPlanWithRows(to io.Writer, p proposal.Result, c *campaign.Campaign, run *runstore.Run) error {
	var head bytes.Buffer
	if err := encoder(&head).Encode(p); err != nil {
		return err
	}
	w := bufio.NewWriter(to)
	rows := json.NewEncoder(w)
	rows.SetEscapeHTML(false)
	fmt.Fprintf(w, "%s,\n  \"people\": [\n", bytes.TrimSuffix(head.Bytes(), []byte("\n}\n")))
	separator := "    "
	err := eachPlanned(c, run, func(r plannedRow) error {
		_, _ = w.WriteString(separator) // a bufio.Writer keeps its first error
		separator = "  , "
		return rows.Encode(r)
	})
	fmt.Fprint(w, "  ]\n}\n")
	return errors.Join(err, w.Flush())
}
