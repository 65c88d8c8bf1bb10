package cli

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/prose"
	"sendoff/internal/report"
	"sendoff/internal/story"
	"sendoff/internal/table"
)

// answerColumns stand behind those of the file that was asked about.
var answerColumns = [...]string{"run", "day", "verdict", "sentence", "channel", "time"}

// answerFile asks about everybody in a file, and writes the answers: its own columns, and behind them those above; a line for each run in which somebody
// stands, and one for whoever stands in none.
func (q *inquiry) answerFile(c *cli.Context, who string) error {
	switch {
	case who != "" || c.IsSet("id"):
		return inputErrorf("only one of --file, --id and WHO says who is meant").hint("what is neither a folder nor a run nor a campaign is taken for a person")
	case c.Bool("json"):
		return inputErrorf("the answers to --file are a table, not JSON")
	}
	header, lines, err := q.readTickets(c.String("file"), c.String("country"))
	if err != nil {
		return err
	}
	if err := q.lookEverywhere(c.Context); err != nil {
		return err
	}
	rows := q.answered(header, lines)
	path := c.String("output")
	switch {
	case path == "":
		err = report.AnswersCSV(q.Stdout, rows)
	case strings.EqualFold(filepath.Ext(path), ".xlsx"):
		err = report.WriteNew(path, func(w io.Writer) error { return table.WriteWorkbook(w, "answers", rows) })
	default:
		err = report.WriteNew(path, func(w io.Writer) error { return report.AnswersCSV(w, rows) })
	}
	if errors.Is(err, report.ErrExists) {
		return inputErrorf("%v", err)
	} else if err != nil {
		return err
	}
	found := 0
	for _, entries := range q.answers {
		if len(entries) > 0 {
			found++
		}
	}
	q.say("%s in the file, %s found; %s looked at", prose.Counted(len(lines), "row", "rows"), prose.Thousands(found), prose.Counted(q.looked, "run", "runs"))
	for _, u := range q.unseen {
		q.warn("not looked at: %s: %s", u.Dir, u.Reason)
	}
	q.notes()
	return q.result()
}

// readTickets reads who stands in each row of a file.
func (q *inquiry) readTickets(path, country string) (header []string, lines [][]string, err error) {
	list, err := audience.OpenList(path, table.Options{HiddenRows: table.IncludeHidden})
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, inputErrorf("%v", err)
	} else if err != nil {
		return nil, nil, err
	}
	defer func() { _ = list.Close() }() // nothing was written to it
	first, err := newPersons(country)
	if err != nil {
		return nil, nil, err
	}
	columns := list.Columns()
	for batch := (table.Batch{}); ; {
		if err := list.ReadBatch(&batch); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, err
		}
		for i := range batch.Rows {
			p := &persons{country: country, ids: map[string]bool{}, readers: first.readers}
			row := &campaign.Recipient{Line: batch.Rows[i].Line, Fields: slices.Clone(batch.Rows[i].Cells)}
			for i, cell := range row.Fields {
				row.Fields[i] = strings.Clone(cell)
			}
			if _, err := p.addRow(row, columns, path); err != nil {
				p.problem = err
			}
			q.who, lines = append(q.who, p), append(lines, row.Fields)
		}
	}
	if len(lines) == 0 {
		return nil, nil, inputErrorf("%s names nobody", path)
	}
	return columns.Header, lines, nil
}

// answered returns the table of the answers, its header first.
func (q *inquiry) answered(header []string, lines [][]string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield(append(slices.Clone(header), answerColumns[:]...)) {
			return
		}
		for who, cells := range lines {
			cells = append(slices.Clone(cells), make([]string, max(0, len(header)-len(cells)))...)[:len(header)]
			var entries []story.Entry
			if q.answers != nil {
				entries = q.answers[who]
			}
			if len(entries) == 0 && !yield(append(cells, "", "", "", q.notFound(who), "", "")) {
				return
			}
			for i := range entries {
				e := &entries[i]
				at := ""
				if !e.Time.IsZero() {
					at = e.Time.UTC().Format("2006-01-02T15:04:05Z")
				}
				row := append(slices.Clone(cells), entryName(e), e.Day.Format(time.DateOnly), string(e.Verdict), e.Sentence, e.Channel, at)
				if !yield(row) {
					return
				}
			}
		}
	}
}

// notFound says of somebody that no run has them, or why nobody could be looked for.
func (q *inquiry) notFound(who int) string {
	p := q.who[who]
	switch {
	case p.problem != nil:
		return "not looked for: " + p.problem.Error()
	case len(p.numbers)+len(p.others)+len(p.ids) == 0:
		return "not looked for: the row names nobody"
	case q.unread != nil && q.unread[who] != nil:
		return "not looked for everywhere: " + q.unread[who].Error()
	}
	return fmt.Sprintf("not in any of %s", prose.Counted(q.looked, "run", "runs"))
}
