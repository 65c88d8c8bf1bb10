package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sendoff/internal/preview"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/story"
)

// whyAnswer is what why prints as JSON.
type whyAnswer struct {
	Schema    int           `json:"schema"`
	Runs      int           `json:"runs_looked_at"`
	From      time.Time     `json:"from,omitzero"` // the day of the oldest of these, and of the newest
	To        time.Time     `json:"to,omitzero"`
	Rehearsed int           `json:"rehearsals_left_out"`
	Erased    int           `json:"rows_erased"` // nobody knows who these were
	Unseen    []unseenRun   `json:"not_looked_at"`
	Entries   []story.Entry `json:"entries"`
}

func (q *inquiry) answer() whyAnswer {
	a := whyAnswer{
		Schema: 1, Runs: q.looked, From: q.from, To: q.to, Rehearsed: q.rehearsed, Erased: q.erased,
		Unseen: append([]unseenRun{}, q.unseen...), Entries: []story.Entry{},
	}
	if q.answers != nil {
		a.Entries = append(a.Entries, q.answers[0]...)
	}
	return a
}

// print writes the answer for people.
func (q *inquiry) print(verbose bool) {
	var entries []story.Entry
	if q.answers != nil {
		entries = q.answers[0]
	}
	switch {
	case q.looked == 0 && len(entries) == 0 && len(q.unseen) == 0:
		fmt.Fprintln(q.Stdout, "there is no run here that has sent anything")
	case len(entries) == 0 && q.looked == 0:
		fmt.Fprintln(q.Stdout, "no run could be looked at")
	case len(entries) == 0:
		fmt.Fprintf(q.Stdout, "not in any of %s, %s\n", prose.Counted(q.looked, "run", "runs"), q.days())
	default:
		fmt.Fprintf(q.Stdout, "%s: %s looked at\n\n", subject(entries), prose.Counted(q.looked, "run", "runs"))
		q.printEntries(entries, verbose)
	}
	for i, u := range q.unseen {
		if i == 0 && len(entries) > 0 {
			fmt.Fprintln(q.Stdout)
		}
		fmt.Fprintf(q.Stdout, "not looked at: %s: %s\n", u.Dir, u.Reason)
	}
	q.notes()
}

// notes says what else there may be to find.
func (q *inquiry) notes() {
	isRehearsal := func(e story.Entry) bool { return e.Sandbox }
	if slices.ContainsFunc(q.answers, func(entries []story.Entry) bool { return slices.ContainsFunc(entries, isRehearsal) }) {
		q.say("a rehearsal sends nothing to anyone")
	}
	if q.rehearsed > 0 {
		q.say("%s left out, which sent nothing to anyone: --sandbox looks at them too", prose.Counted(q.rehearsed, "rehearsal was", "rehearsals were"))
	}
	if q.erased > 0 {
		q.say("%s of these runs had the person's data erased: nobody knows any more who that was", prose.Counted(q.erased, "row", "rows"))
	}
}

// days are those of the runs: 2026-09-01 to 2026-11-22.
func (q *inquiry) days() string {
	from, to := q.from.Local().Format(time.DateOnly), q.to.Local().Format(time.DateOnly)
	if from == to {
		return from
	}
	return from + " to " + to
}

// subject says who the story is about, as far as the runs know: masked addresses and ids, each once.
func subject(entries []story.Entry) string {
	const most = 3
	var addresses, ids []string
	add := func(to []string, text string) []string {
		if text == "" || slices.Contains(to, text) || len(to) == most {
			return to
		}
		return append(to, text)
	}
	for _, e := range entries {
		addresses = add(addresses, e.Address)
		ids = add(ids, prose.Printable(e.ID))
	}
	text := strings.Join(addresses, " or ")
	if len(ids) > 0 {
		if text != "" {
			text += ", "
		}
		text += "customer " + strings.Join(ids, " or ")
	}
	if text == "" {
		return "a person of whom no address is known"
	}
	return text
}

// mostText is how many characters of a message are shown where not all was asked for.
const mostText = 240

func (q *inquiry) printEntries(entries []story.Entry, verbose bool) {
	var keys, days []string
	for i := range entries {
		e := &entries[i]
		keys, days = append(keys, entryName(e)), append(days, entryDay(e, q.Now()))
	}
	key, day := widest(keys), widest(days)
	hang, width := key+day+6, q.width(q.Stdout)
	for i := range entries {
		e := &entries[i]
		line := fmt.Sprintf("%s   %s   %s", padded(keys[i], key), padded(days[i], day), preview.Visible(e.Sentence))
		fmt.Fprintln(q.Stdout, prose.Wrapped(line, hang, width))
		text := e.Text
		if !verbose {
			text = shortText(text, mostText)
		}
		if text != "" {
			text = `"` + text + `"`
		}
		for _, line := range append([]string{text, e.NoText}, details(e, verbose)...) {
			if line != "" {
				fmt.Fprintln(q.Stdout, prose.Wrapped(strings.Repeat(" ", min(hang, width/2))+line, hang+1, width))
			}
		}
	}
}

// entryName is the run that an entry is of.
func entryName(e *story.Entry) string {
	name := runName(runstore.Meta{Key: e.Run, Sandbox: e.Sandbox})
	if e.Seeds != "" {
		name += " (seed)"
	}
	return prose.Printable(name)
}

// entryDay is its day, with the year where that is another one.
func entryDay(e *story.Entry, now time.Time) string {
	if e.Day.Year() == now.In(e.Day.Location()).Year() {
		return e.Day.Format("_2 Jan")
	}
	return e.Day.Format("_2 Jan 2006")
}

func widest(texts []string) (most int) {
	for _, t := range texts {
		most = max(most, utf8.RuneCountInString(t))
	}
	return most
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// shortText cuts a text at a space.
func shortText(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	text = string(runes[:most])
	if at := strings.LastIndexByte(text, ' '); at > most/2 {
		text = text[:at]
	}
	return text + " …"
}

// details are the lines for whoever asks on.
func details(e *story.Entry, verbose bool) []string {
	if !verbose {
		return nil
	}
	all := []string{rowDetail(e)}
	add := func(label, text string) {
		if text != "" {
			all = append(all, label+prose.Printable(text))
		}
	}
	if !e.Started.IsZero() {
		text := fmt.Sprintf("the start of %s (epoch %s)", moment(e, e.Started), e.Epoch)
		if e.Attempts > 0 {
			text += ", " + prose.Counted(e.Attempts, "attempt", "attempts")
		}
		add("sent by ", text)
	}
	add("message id ", e.MessageID)
	add("kept back ", e.KeptBack)
	for _, h := range e.Receipts {
		text := fmt.Sprintf("%s %s", h.Channel, h.Status)
		if h.Reason != "" {
			text += ": " + h.Reason
		}
		if h.Code != "" {
			text += " [" + h.Code + "]"
		}
		add("receipt ", fmt.Sprintf("of %s: %s (heard %s)", moment(e, h.Time), text, moment(e, h.Heard)))
	}
	if c := e.Cost; c != nil {
		text := c.Currency + " " + c.Amount.String() + " on " + e.Channel
		if c.Parts > 0 {
			text += ", " + prose.Counted(c.Parts, "part", "parts")
		}
		add("estimated cost ", text+" ("+c.PriceList+", "+c.PriceDate+")")
	}
	add("asked before: ", strings.Join(e.AskedFirst, ", "))
	add("language ", e.Language)
	add("consent: ", e.Consent)
	add("meant for: ", e.Where)
	return all
}

// rowDetail says where a row stands and how its address was read.
func rowDetail(e *story.Entry) string {
	text := fmt.Sprintf("line %s of %s", prose.Thousands(e.Line), cmp.Or(e.File, "its audience"))
	if e.Sheet != "" {
		text = fmt.Sprintf("row %s of sheet %s of %s", prose.Thousands(e.Line), e.Sheet, e.File)
	}
	if e.Original != "" {
		text += ", written " + e.Original
	}
	if e.Address != "" {
		text += ", read as " + e.Address
	}
	return prose.Printable(text)
}

// moment is a time on the clock of the entry's day.
func moment(e *story.Entry, t time.Time) string {
	return t.In(e.Day.Location()).Format("2 Jan 15:04:05 MST")
}
