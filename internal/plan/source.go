package plan

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
	"sendoff/internal/table"
)

// source is where the rows of an audience come from: a file, or another run.
type source interface {
	Columns() campaign.Columns
	// fill fills f with the next rows. It returns io.EOF where there are none.
	fill(f *frame) error
	// origin says what was read, once that is all.
	origin() origin
	Close() error
}

// origin is what a run remembers of its audience's source.
type origin struct {
	name, digest string
	file         table.Info // zero where it is none
	dialect      runstore.Dialect

	unused, suggestions []string // columns of a file; see audience.Reader
}

// openAudience opens the source of the rows. One that may not be sent to, since it is too old, comes with the problem: it can be looked at.
func openAudience(c Config) (source, error) {
	if c.AudienceRuns != nil {
		return openPeople(c)
	}
	if c.Again != nil {
		return openAgain(c.Again)
	}
	r, err := audience.Open(c.AudiencePath, c.Campaign.Audience)
	if err != nil {
		return nil, err
	}
	return &rowReader{Reader: r, name: c.Campaign.Audience.Name()}, tooOld(c, r.Info()).Err()
}

// tooOld refuses a file that is probably not today's.
func tooOld(c Config, info table.Info) campaign.Problems {
	stale := table.Stale(info.ModTime, c.Now, c.Campaign.Audience.MaxAge, "audience.max_age")
	if stale == "" {
		return nil
	}
	return campaign.Problems{{
		File:    info.Path,
		Message: stale + "; the export may have failed",
		Hint:    "have it written again; whoever wants to send to these people all the same takes max_age out of the campaign",
	}}
}

// rowReader makes frames of the audience's batches, which can be shorter: every frame of a snapshot but the last is full.
type rowReader struct {
	*audience.Reader
	name  string // as the campaign writes it
	batch table.Batch
	next  int            // in batch.Rows
	bad   []table.BadRow // those of the batch that are still to come
	row   int            // ordinal of the next row
}

func (r *rowReader) origin() origin {
	info := r.Info()
	var dialect runstore.Dialect
	if info.Format == table.CSV && info.Delimiter != 0 {
		dialect = runstore.Dialect{Delimiter: string(info.Delimiter), Encoding: info.Certain(), CRLF: info.CRLF}
	}
	return origin{
		name: r.name, digest: hex.EncodeToString(info.SHA256[:]), file: info, dialect: dialect,
		unused: r.Unused(), suggestions: r.Suggestions(),
	}
}

func (r *rowReader) fill(f *frame) error {
	f.reset()
	defer func() { f.offset = r.Offset() }()
	for len(f.rows) < runstore.FrameRows {
		if r.next == len(r.batch.Rows) {
			if err := r.read(); errors.Is(err, io.EOF) && len(f.rows) > 0 {
				return nil
			} else if err != nil {
				return err
			}
		}
		if len(r.bad) > 0 && r.bad[0].Index == r.next {
			f.bad = append(f.bad, r.bad[0])
			f.bad[len(f.bad)-1].Index = len(f.rows)
			r.bad = r.bad[1:]
		}
		row := r.batch.Rows[r.next]
		at := len(f.cells)
		f.cells = append(f.cells, row.Cells...) // the batch's own are overwritten by the next one
		f.rows = append(f.rows, campaign.Recipient{Row: r.row, Line: row.Line, Fields: f.cells[at:len(f.cells):len(f.cells)]})
		r.next++
		r.row++
		for _, cell := range row.Cells {
			f.text += len(cell) + cellSize
		}
		if f.text > maxText {
			return r.tooWide(f)
		}
	}
	return nil
}

// cellSize is how much memory a cell takes beside its text.
const cellSize = 16

// tooWide refuses rows of which nobody needs so much: some thousand characters for each person.
func (r *rowReader) tooWide(f *frame) error {
	first, last := f.rows[0].Line, f.rows[len(f.rows)-1].Line
	return campaign.Problems{{
		File: r.Info().Path, Line: first,
		Message: fmt.Sprintf("the rows from here to line %s have more than %s of text", prose.Thousands(last), prose.Bytes(maxText)),
		Hint:    "take the long columns out of the file: each message needs a few hundred characters of a person",
	}}
}

func (r *rowReader) read() error {
	err := r.ReadBatch(&r.batch)
	r.next, r.bad = 0, r.batch.Bad
	return err
}
