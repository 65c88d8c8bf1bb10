package stops

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

// FileName is what the file is called where nobody has given it another name.
const FileName = "optouts.csv"

// headerLine is the first line of a file that we make, of so many columns.
const (
	headerLine = "phone,identity,channel,date,why\n"
	columns    = 5
)

// Person is somebody who wants no more messages.
type Person struct {
	Channel  campaign.Channel
	Identity string    // as the API writes it: a phone number without its plus sign
	Time     time.Time // when they have said so
	Why      string    // how, in ASCII: "stop word" or "OPT_OUT"
}

// ErrNobody is that what came names nobody; ErrNoColumn that the file has no column for somebody on such a channel.
var (
	ErrNobody   = errors.New("nobody is named")
	ErrNoColumn = errors.New("there is no column for people on this channel")
)

// File is the file of people. Its methods may be called by many goroutines.
type File struct {
	path    string
	numbers *phone.Reader

	mu       sync.Mutex
	known    fs.FileInfo // the file as it was read, or as we have left it; nil: there is none, or another one than that
	shape    shape
	has      map[uint64]bool // keys of addresses
	isSynced bool            // all of them are on disk: what somebody else has written may not be yet
}

// shape is how the file's lines are written.
type shape struct {
	header                            []string // nil: there is no file yet
	comma                             rune
	phone, identity, channel, at, why int // columns; -1: there is none
	own                               []campaign.OwnColumn
}

// Open reads who is on the file at path. Where there is none the first [File.Add] makes it. What is wrong with the file comes as [campaign.Problems].
func Open(path string) (*File, error) {
	numbers, err := phone.New("")
	if err != nil {
		return nil, err
	}
	f := &File{path: path, numbers: numbers}
	if out, err := f.openThere(); err == nil { // which mends what a crash has left; whoever may only read the file reads it as it is
		_ = out.Close() // what was written is on disk
	}
	return f, f.refresh()
}

// Add puts somebody on the file, and returns when that is on disk. It returns false for somebody who is on it already. The error is [ErrNobody] where p names
// nobody.
func (f *File) Add(p Person) (bool, error) {
	who, err := f.identify(p)
	if err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.refresh(); err != nil {
		return false, err
	}
	key := who.Key()
	if f.has[key] && f.isSynced {
		return false, nil
	}
	out, err := f.hold()
	if errors.Is(err, fs.ErrPermission) && f.has[key] {
		return false, nil // nor is there anybody like us who could be writing to it
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = out.Close() }() // what was written is on disk
	if err := f.refresh(); err != nil {
		return false, err
	}
	if f.has[key] {
		return false, f.sync(out)
	}
	line, err := f.line(p, who)
	if err != nil {
		return false, err
	}
	if err := f.append(out, line); err != nil {
		return false, err
	}
	f.has[key] = true
	return true, nil
}

// identify says who p is: a number on all phone channels, or an id on one channel. Whom a suppression list could not name, such as a sender with a short
// number, no campaign can write to; and one line that cannot be read would stop every campaign that goes by the file.
func (f *File) identify(p Person) (campaign.Identity, error) {
	if p.Channel.ByPhone() {
		number, _ := f.numbers.Read("+"+strings.TrimPrefix(strings.TrimSpace(p.Identity), "+"), "")
		if number.IsZero() {
			return campaign.Identity{}, ErrNobody
		}
		return campaign.NumberIdentity("", number), nil
	}
	id, err := campaign.ReadIdentity(p.Channel, p.Identity)
	if err != nil || p.Channel.Index() < 0 && p.Channel != campaign.Contact {
		return id, ErrNobody
	}
	return id, nil
}

// line is p as a line of the file.
func (f *File) line(p Person, who campaign.Identity) ([]byte, error) {
	var b bytes.Buffer
	s := f.shape
	w := csv.NewWriter(&b)
	cells := make([]string, len(s.header))
	put := func(column int, text string) {
		if column >= 0 {
			cells[column] = text
		}
	}
	own := slices.IndexFunc(s.own, func(o campaign.OwnColumn) bool { return o.Channel == p.Channel })
	switch {
	case who.IsNumber() && s.phone >= 0:
		put(s.phone, who.Reveal())
	case s.identity >= 0 && s.channel >= 0:
		put(s.identity, cellOf(who))
		put(s.channel, string(p.Channel))
	case own >= 0:
		put(s.own[own].Column, cellOf(who))
	default:
		return nil, fmt.Errorf("write %s: %w (%s)", filepath.Base(f.path), ErrNoColumn, p.Channel)
	}
	put(s.at, p.Time.UTC().Format(time.RFC3339))
	put(s.why, p.Why)
	w.Comma = s.comma
	_ = w.Write(cells) // to memory
	w.Flush()
	return b.Bytes(), w.Error()
}

// cellOf is an identity as a cell. Behind an apostrophe, which those who read lists take off, a spreadsheet takes it for no formula.
func cellOf(who campaign.Identity) string {
	text := who.Reveal()
	if !who.IsNumber() && strings.ContainsAny(text[:1], "=+-@'") {
		return "'" + text
	}
	return text
}

// refresh reads the file where it is another one than was read last. The caller holds the mutex, or the only reference.
func (f *File) refresh() error {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.known, f.shape, f.has, f.isSynced = nil, shape{}, map[uint64]bool{}, true
		return nil
	case err != nil:
		return fmt.Errorf("read %s: %w", filepath.Base(f.path), err)
	case f.known != nil && sameAs(f.known, info):
		return nil
	}
	err = f.read()
	for tries := 1; errors.Is(err, table.ErrChanged) && tries < readTries; tries++ { // another process has added somebody
		if info, err = os.Stat(f.path); err == nil {
			err = f.read()
		}
	}
	if err == nil {
		f.known = info
	}
	return err
}

// readTries is how often a file is read that changes while it is read.
const readTries = 20

// read reads how the file is written, and who is on it. A line that cannot be read names nobody here; a campaign that goes by the file says so.
func (f *File) read() error {
	file, err := audience.OpenList(f.path, table.Options{Grows: true})
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	if i := file.Info(); i.Format != table.CSV || i.Compression != "" || strings.HasPrefix(i.Encoding, "UTF-16") {
		return campaign.Problems{{File: f.path, Message: "nobody can be added to this file: it is no plain CSV file", Hint: "name another one: --optouts FILE"}}
	}
	s := shapeOf(file)
	has := map[uint64]bool{}
	for batch := (table.Batch{}); ; {
		if err := file.ReadBatch(&batch); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		for i := range batch.Rows {
			f.note(has, s, &campaign.Recipient{Fields: batch.Rows[i].Cells}, file.Columns().Country)
		}
	}
	f.shape, f.has, f.isSynced = s, has, false
	return nil
}

// shapeOf finds out how lines are written that belong into a file.
func shapeOf(file *audience.Reader) shape {
	c := file.Columns()
	named := func(name string) int {
		return slices.IndexFunc(c.Header, func(h string) bool { return campaign.Fold(h) == name })
	}
	s := shape{
		header: c.Header, comma: file.Info().Delimiter, phone: c.Phone,
		identity: named("identity"), channel: named("channel"), at: named("date"), why: named("why"),
	}
	if s.comma == 0 {
		s.comma = ','
	}
	for _, own := range c.Own {
		if !own.Channel.ByPhone() && own.Channel != campaign.Contact {
			s.own = append(s.own, own)
		}
	}
	return s
}

// note takes over whom a line names.
func (f *File) note(has map[uint64]bool, s shape, row *campaign.Recipient, country int) {
	if number, _ := f.numbers.Read(strings.TrimSpace(row.Field(s.phone)), row.Field(country)); !number.IsZero() {
		has[number.Key()] = true
	}
	if id, err := f.identify(Person{Channel: campaign.Channel(strings.ToUpper(strings.TrimSpace(row.Field(s.channel)))), Identity: row.Field(s.identity)}); err == nil {
		has[id.Key()] = true
	}
	for _, own := range s.own {
		if id, err := campaign.ReadIdentity(own.Channel, row.Field(own.Column)); err == nil {
			has[id.Key()] = true
		}
	}
}
