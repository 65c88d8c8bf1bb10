package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/durable"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// ErrExists is returned where a list would take the place of a file.
var ErrExists = errors.New("there is such a file already, and it is not overwritten")

// WriteSkipped writes skipped.csv to a path of its own, where no file may be. It returns how many rows stand in it.
func WriteSkipped(r *runstore.Run, path string) (rows int, err error) {
	snapshot, err := r.OpenSnapshot()
	if err != nil {
		return 0, fmt.Errorf("write list: %w", err)
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	t := newTable(r.Meta(), false)
	printers := make([]*printer, runtime.GOMAXPROCS(0))
	for i := range printers {
		printers[i] = newPrinter(t, snapshot, r.Ledger, []list{skipped})
	}
	err = writeNew(path, func(w io.Writer) error {
		if _, err := w.Write(t.header(skipped)); err != nil {
			return err
		}
		printed, err := writePages([]io.Writer{w}, []list{skipped}, pages(printers, allOf(snapshot.Frames())))
		rows = printed[ledger.Skipped]
		return err
	})
	return rows, err
}

// Correction is what WriteCorrected has made of an audience.
type Correction struct {
	Rows    int // in the corrected copy
	Numbers int // of these that were not in E.164 form before
	LeftOut int // rows that cannot be used
}

// WriteCorrected writes the audience of a planned run again as it was understood: in UTF-8, with every number in E.164 form, and all other
// cells as they were read, with line ends of LF. The rows that are invalid stand in the list at rest instead, in the form of skipped.csv; it is there only where
// there are such rows. Neither path may be a file.
func WriteCorrected(r *runstore.Run, path, rest string) (Correction, error) {
	var c Correction
	for _, file := range []string{path, rest} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return c, fmt.Errorf("%s: %w", file, ErrExists)
		}
	}
	snapshot, err := r.OpenSnapshot()
	if err != nil {
		return c, fmt.Errorf("write corrected audience: %w", err)
	}
	defer func() { _ = snapshot.Close() }() // nothing was written to it
	m := r.Meta()
	m.Dialect = runstore.Dialect{} // what has to be mended is made plain
	p := newPrinter(newTable(m, false), snapshot, r.Ledger, nil)
	for _, write := range []func() error{
		func() error { return writeNew(path, func(w io.Writer) error { return p.corrected(w, &c) }) },
		func() error {
			if c.LeftOut == 0 {
				return nil
			}
			return writeNew(rest, p.invalid)
		},
	} {
		if err := write(); err != nil {
			return c, err
		}
	}
	return c, nil
}

// corrected writes the rows that can be used. A text keeps what a spreadsheet would compute: people get it as it stands here.
func (p *printer) corrected(w io.Writer, c *Correction) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	if err := lines.Write(p.columns.Header); err != nil {
		return err
	}
	err := p.each(func(r *campaign.Recipient, isInvalid bool, _ *ledger.Entry) error {
		if isInvalid {
			c.LeftOut++
			return nil
		}
		c.Rows++
		p.cells = append(p.cells[:0], r.Fields...)
		p.correct(p.columns.Phone, r.Address.Reveal(), c)
		for _, other := range r.Others {
			if other.IsNumber() {
				p.correct(p.columns.OwnOf(other.Channel), other.Reveal(), c)
			}
		}
		return lines.Write(p.cells)
	})
	lines.Flush()
	return errors.Join(err, lines.Error())
}

// correct writes a number into a cell; an empty one leaves there what is.
func (p *printer) correct(column int, number string, c *Correction) {
	if number == "" || column < 0 || column >= len(p.cells) {
		return
	}
	if strings.TrimSpace(p.cells[column]) != number {
		c.Numbers++
	}
	p.cells[column] = number
}

// invalid writes the rows that cannot be used.
func (p *printer) invalid(w io.Writer) error {
	if _, err := w.Write(p.header(skipped)); err != nil {
		return err
	}
	lines := csv.NewWriter(w)
	err := p.each(func(r *campaign.Recipient, isInvalid bool, e *ledger.Entry) error {
		if !isInvalid {
			return nil
		}
		return lines.Write(p.original(r, e, skipped))
	})
	lines.Flush()
	return errors.Join(err, lines.Error())
}

// each visits the rows in their order.
func (p *printer) each(visit func(r *campaign.Recipient, isInvalid bool, e *ledger.Entry) error) error {
	for frame := range p.snapshot.Frames() {
		rows, err := p.snapshot.Frame(frame)
		if err != nil {
			return err
		}
		for i := range rows {
			e, err := p.entries.Entry(uint32(rows[i].Row))
			if err != nil {
				return err
			}
			isInvalid := e.State == ledger.Skipped && campaign.SkipReason(e.Reason) == campaign.Invalid
			if err := visit(&rows[i], isInvalid, &e); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeNew makes a file of what write writes, where there is none. The name is taken first, so that nobody else's file is replaced by ours.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, ErrExists)
	}
	if err != nil {
		return fmt.Errorf("write list: %w", err)
	}
	if err = f.Close(); err == nil {
		err = durable.WriteFile(path, write)
	}
	if err != nil {
		_ = os.Remove(path) // what went wrong before is what the caller needs to know
	}
	return err
}
