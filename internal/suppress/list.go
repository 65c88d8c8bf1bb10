package suppress

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sendoff/campaign"
	"sendoff/internal/audience"
	"sendoff/internal/phone"
	"sendoff/internal/table"
)

// mostProblems is how many unreadable lines of a list are reported one by one.
const mostProblems = 100

// ListInfo is what was last read of a list: a file, Sinch's own, or other runs.
type ListInfo struct {
	Runs       string    // which runs; empty: none
	Keys       []string  // of these runs
	Sinch      []string  // which of Sinch's lists; nil: none
	Read       time.Time // when these were; zero: they were not
	File       string    // as the campaign writes it, or would
	Path       string    // where it was found
	Folder     string    // in which it lies, of a file that the campaign does not name
	ModTime    time.Time
	Size       int64 // bytes
	SHA256     [32]byte
	Entries    int  // rows that name an address or id; people
	Only       bool // who is not on it must not be written to
	Unreadable int  // rows that name nobody; more than 0 only where the campaign ignores them
	Notes      []table.Note
	Columns    campaign.Columns // of a file
	Identities bool             // it has the columns identity and channel, so that it can name anybody
}

// reading is a list as it was read. It does not change.
type reading struct {
	info   ListInfo
	people entries[uint64] // by the keys of their addresses
	ids    entries[string]
}

// listReader reads one list.
type listReader struct {
	spec       campaign.SuppressionList
	only       bool
	mayBeEmpty bool
	numbers    *phone.Reader
	own        []campaign.OwnColumn // of the audience
	columns    campaign.Columns
	others     []int // further columns of phone numbers
	identity   int   // the column of addresses on the channel of the next one; -1: there are not both
	channel    int
	reading    reading
	problems   campaign.Problems // of the first unreadable rows
}

// readAll reads a list whole. What is wrong with it comes as [campaign.Problems].
func (of *list) readAll(numbers *phone.Reader, own []campaign.OwnColumn) (*reading, error) {
	path, spec, only := of.path, of.spec, of.only
	hidden := table.IncludeHidden // whoever may be meant is left out
	if only {
		hidden = table.SkipHidden
	}
	file, err := audience.OpenList(path, table.Options{Encoding: spec.Encoding, Delimiter: spec.Delimiter, Sheet: spec.Sheet, HiddenRows: hidden, Grows: filepath.Base(path) == OptOutsName})
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written to it
	l := &listReader{spec: spec, only: only, mayBeEmpty: of.folder != "", numbers: numbers, own: own, columns: file.Columns(), identity: -1, channel: -1}
	l.findIdentities()
	if !only { // whom a list lets out it has to name as everybody would
		l.others = file.Numbers()
	}
	if err := l.readAll(file); err != nil {
		return nil, err
	}
	info := file.Info()
	l.reading.info.File, l.reading.info.Path, l.reading.info.Only = spec.File, path, only
	l.reading.info.ModTime, l.reading.info.Size, l.reading.info.SHA256 = info.ModTime, info.Size, info.SHA256
	l.reading.info.Notes, l.reading.info.Columns, l.reading.info.Identities = info.Notes, l.columns, l.identity >= 0
	l.reading.info.Folder = of.folder
	if err := l.judge(path); err != nil {
		return nil, err
	}
	l.reading.people, l.reading.ids = l.reading.people.sorted(), l.reading.ids.sorted()
	return &l.reading, nil
}

func (l *listReader) readAll(file *audience.Reader) error {
	var batch table.Batch
	for {
		if err := file.ReadBatch(&batch); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		bad := batch.Bad
		for i := range batch.Rows {
			if len(bad) > 0 && bad[0].Index == i {
				l.unreadable(bad[0].Problem)
				bad = bad[1:]
				continue
			}
			l.add(file.Info().Path, &campaign.Recipient{Line: batch.Rows[i].Line, Fields: batch.Rows[i].Cells})
		}
	}
}

// add takes over a row, whatever of it can be read. One with an address that cannot be is unreadable even where it has an id: the audience
// may have none.
func (l *listReader) add(path string, row *campaign.Recipient) {
	keys, unread, why := l.addresses(path, row)
	for _, key := range keys {
		l.reading.people = append(l.reading.people, entry[uint64]{key, uint32(row.Line)})
	}
	id := strings.TrimSpace(row.Field(l.columns.ID))
	if id != "" && (len(keys) == 0 && !unread || !l.only) { // an id lets nobody out who has another address than stands beside it
		// Cloned, since the cell shares its memory with the whole row.
		l.reading.ids = append(l.reading.ids, entry[string]{strings.Clone(id), uint32(row.Line)})
	}
	switch {
	case unread:
		l.unreadable(why)
	case len(keys) == 0 && id == "":
		l.unreadable(campaign.Problem{File: path, Line: row.Line, Message: "row names nobody: it has neither a number nor an id"})
	default:
		l.reading.info.Entries++
	}
}

// addresses reads the addresses of a row. Of those that cannot be read it returns why the first one cannot.
//
// A column can have the name of a channel and hold something else: sms may say "STOP". Where the audience has no addresses on that channel, a cell
// that is none is no fault beside an address that somebody of the audience can have. One that is an address counts wherever it stands.
func (l *listReader) addresses(path string, row *campaign.Recipient) (keys []uint64, unread bool, why campaign.Problem) {
	doubtful, named := false, false
	wrong := func(isOurs bool, message, hint string) {
		if !unread && (isOurs || !doubtful) {
			why = campaign.Problem{File: path, Line: row.Line, Message: message, Hint: hint}
		}
		unread, doubtful = unread || isOurs, doubtful || !isOurs
	}
	number := func(isOurs bool, name string, column int) {
		cell := strings.TrimSpace(row.Field(column))
		if cell == "" {
			return
		}
		address, finding := l.numbers.Read(cell, row.Field(l.columns.Country))
		if address.IsZero() {
			wrong(isOurs, strings.Replace(finding.String(), "phone:", name+":", 1), finding.Hint())
			return
		}
		keys, named = append(keys, address.Key()), true
	}
	number(true, "phone", l.columns.Phone)
	for _, column := range l.others {
		number(false, l.columns.Header[column], column)
	}
	if l.identity >= 0 {
		switch key, isNumber, message, hint := l.identityOf(row); {
		case isNumber:
			number(len(keys) == 0, "identity", l.identity) // beside its number it can be written as the API does, without a plus sign
		case message != "":
			wrong(true, message, hint)
		case key != 0:
			keys, named = append(keys, key), true
		}
	}
	for _, own := range l.columns.Own {
		isOurs := slices.ContainsFunc(l.own, func(ours campaign.OwnColumn) bool { return ours.Channel == own.Channel })
		if own.Channel.ByPhone() {
			number(isOurs, own.Channel.Role(), own.Column)
			continue
		}
		cell := row.Field(own.Column)
		id, err := campaign.ReadIdentity(own.Channel, cell)
		var fault campaign.IdentityError
		switch {
		case err == nil:
			keys, named = append(keys, id.Key()), named || isOurs
		case errors.As(err, &fault) && !fault.IsNone():
			wrong(isOurs, own.Channel.Role()+": "+fault.Error(), fault.Hint())
		}
	}
	return keys, unread || doubtful && !named, why
}

// findIdentities finds the columns identity and channel, which a list has where its addresses are on several channels.
func (l *listReader) findIdentities() {
	named := func(name string) int {
		return slices.IndexFunc(l.columns.Header, func(header string) bool { return campaign.Fold(header) == name })
	}
	if l.identity, l.channel = named("identity"), named("channel"); l.identity < 0 || l.channel < 0 {
		l.identity, l.channel = -1, -1
	}
}

// identityOf reads the address of a row that stands beside its channel. It has no key where there is none, where it is a number, and where why says what is
// wrong with it.
func (l *listReader) identityOf(row *campaign.Recipient) (key uint64, isNumber bool, why, hint string) {
	channel := campaign.Channel(strings.ToUpper(strings.TrimSpace(row.Field(l.channel))))
	id, err := campaign.ReadIdentity(channel, row.Field(l.identity))
	var fault campaign.IdentityError
	switch {
	case errors.As(err, &fault) && fault.IsNone():
		return 0, false, "", ""
	case channel.Index() < 0 && channel != campaign.Contact:
		return 0, false, "channel: it names no channel, so nobody knows whose the identity is", "write one of the channels of the Conversation API, such as MESSENGER"
	case channel.ByPhone():
		return 0, true, "", ""
	case err != nil:
		return 0, false, "identity: " + fault.Error(), fault.Hint()
	}
	return id.Key(), false, "", ""
}

func (l *listReader) unreadable(p campaign.Problem) {
	l.reading.info.Unreadable++
	if len(l.problems) < mostProblems {
		l.problems = append(l.problems, p)
	}
}

// judge returns the problems that keep a list that was read to its end from being used.
func (l *listReader) judge(path string) error {
	if n := l.reading.info.Unreadable; n > 0 && !l.spec.IgnoreUnreadable {
		summary := campaign.Problem{
			File:    path,
			Message: fmt.Sprintf("%d of %d rows of this suppression list cannot be read as an address or id", n, n+l.reading.info.Entries),
			Hint:    "mend them, or take the responsibility for those people being written to: suppress: [{file: …, unreadable: ignore}]",
		}
		if l.only {
			summary.Message = fmt.Sprintf("%d of %d rows of this list (only_to) cannot be read as an address or id", n, n+l.reading.info.Entries)
			summary.Hint = "mend them, or take them out"
		}
		return append(campaign.Problems{summary}, l.problems...)
	}
	if l.reading.info.Entries == 0 && l.mayBeEmpty {
		return nil
	}
	if l.reading.info.Entries == 0 && l.only {
		return campaign.Problems{{File: path, Message: "nobody can be read from this list (only_to), so nobody may be written to"}}
	}
	if l.reading.info.Entries == 0 {
		return campaign.Problems{{
			File: path, Message: "nobody can be read from this suppression list",
			Hint: "if the export is right and nobody is to be left out, take the list out of the campaign; suppress: none says that it is meant",
		}}
	}
	return nil
}
