package plan

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/chain"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// peopleReader makes frames of the people of another run, by what became of them there, or in its retries: their rows as they were frozen, with the lines
// of the file that they came from. Whose data was erased is nobody any more.
type peopleReader struct {
	of       []*runstore.Run   // the run, and its retries
	again    map[uint32]string // the states of those who were sent to again, by their rows
	states   []string
	columns  campaign.Columns
	snapshot *runstore.Snapshot
	entries  *ledger.Reader

	read  int                  // frames of the snapshot
	ahead []campaign.Recipient // those of the last one that are still to come
	row   int                  // ordinal of the next row
}

func openPeople(c Config) (source, error) {
	run := c.AudienceRuns[0]
	columns, err := renamed(run.Meta().Columns, c)
	if err != nil {
		return nil, err
	}
	again, err := sentAgain(c)
	if err != nil {
		return nil, err
	}
	snapshot, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	return &peopleReader{
		of: c.AudienceRuns, again: again, states: c.Campaign.Audience.States, columns: columns, snapshot: snapshot, entries: run.Ledger.Reader(),
	}, nil
}

// sentAgain returns what became of those people of the run who were sent to again, by their rows.
func sentAgain(c Config) (map[uint32]string, error) {
	states := map[uint32]string{}
	all, err := chain.New(c.AudienceRuns[0], c.AudienceRuns[1:])
	if err == nil {
		err = all.EachAgain(func(row uint32, e ledger.Entry) { states[row] = stateOf(e) })
	}
	if errors.Is(err, chain.ErrGone) {
		return nil, campaign.Problems{{File: c.Campaign.Path, Line: c.Campaign.Audience.Line, Message: err.Error(), Hint: "put it back: it alone knows who has got the message by now"}}
	}
	return states, err
}

// renamed returns the columns with the roles that the campaign gives them.
func renamed(columns campaign.Columns, c Config) (campaign.Columns, error) {
	var problems campaign.Problems
	for role, name := range c.Campaign.Audience.Columns {
		i := slices.IndexFunc(columns.Header, func(h string) bool { return campaign.Fold(h) == campaign.Fold(strings.TrimSpace(name)) })
		if i < 0 {
			p := campaign.Problem{File: c.Campaign.Path, Line: c.Campaign.Audience.Line,
				Message: fmt.Sprintf("the people of the run have no column %q, which audience.columns names for %s", name, role)}
			if near := campaign.Nearest(name, columns.Header); near != "" {
				p.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			problems = append(problems, p)
		}
		switch role {
		case "id":
			columns.ID = i
		case "language":
			columns.Language = i
		case "country":
			columns.Country = i
		case "time_zone":
			columns.TimeZone = i
		}
	}
	return columns, problems.Err()
}

func (p *peopleReader) Columns() campaign.Columns { return p.columns }

func (p *peopleReader) Close() error { return p.snapshot.Close() }

func (p *peopleReader) origin() origin {
	m := p.of[0].Meta()
	return origin{name: PeopleName(m.Key, p.states), digest: PeopleDigest(p.of, p.states), dialect: m.Dialect}
}

// PeopleName is what an audience of the people of a run is called: run KEY (accepted).
func PeopleName(key string, states []string) string {
	return fmt.Sprintf("run %s (%s)", key, strings.ReplaceAll(strings.Join(states, ", "), "_", " "))
}

// PeopleDigest identifies the people of a run that is over, with its retries, by what became of them.
func PeopleDigest(of []*runstore.Run, states []string) string {
	d := &digest{sha256.New()}
	d.text("people 1") // a new number when the encoding changes
	for _, run := range of {
		m := run.Meta()
		d.text(m.RunID)
		d.text(m.PlanDigest)
	}
	for _, state := range slices.Compact(slices.Sorted(slices.Values(states))) {
		d.text(state)
	}
	return d.sum()
}

func (p *peopleReader) fill(f *frame) error {
	f.reset()
	for len(f.rows) < runstore.FrameRows {
		if len(p.ahead) == 0 {
			if p.read == p.snapshot.Frames() {
				break
			}
			var err error
			if p.ahead, err = p.snapshot.Frame(p.read); err != nil {
				return err
			}
			p.read++
			continue
		}
		r := p.ahead[0]
		p.ahead = p.ahead[1:]
		e, err := p.entries.Entry(uint32(r.Row))
		if err != nil {
			return err
		}
		state, isAgain := p.again[uint32(r.Row)]
		if !isAgain {
			state = stateOf(e)
		}
		if !r.HasAddress() || !slices.Contains(p.states, state) {
			continue
		}
		r.Row = p.row
		p.row++
		f.rows = append(f.rows, r)
	}
	if len(f.rows) == 0 {
		return io.EOF
	}
	return nil
}

// stateOf returns the state that a row has in reports: what a process that died has left between two states is decided there.
func stateOf(e ledger.Entry) string {
	switch e.State {
	case ledger.Begun:
		return ledger.InDoubt.String()
	case ledger.Released:
		if e.Flags != 0 { // an earlier attempt may have been taken
			return ledger.InDoubt.String()
		}
		return ledger.None.String()
	}
	return e.State.String()
}
