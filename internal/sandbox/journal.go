package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"
)

// journalLine is a line of the journal: a message, with its fate as far as that was known when it was accepted, or what became of one
// later. Every message is there, so that the file is a record too.
type journalLine struct {
	ID           string          `json:"message_id"`
	AcceptedTime time.Time       `json:"accepted_time,omitzero"`
	Request      json.RawMessage `json:"request,omitempty"`
	Mode         Mode            `json:"mode,omitempty"`
	Kept         bool            `json:"kept,omitempty"`
	Drained      time.Time       `json:"drained,omitzero"`

	Metadata *string `json:"new_metadata,omitempty"` // the message was given this
	Deleted  bool    `json:"deleted,omitempty"`      // nobody can look it up any more
}

// Open returns a server like that of [New] which goes on where the last one with the same directory ended, or was killed: with its
// accepted messages, its queue, its clock, and what clients had changed about its app, which then goes before what cfg says of that.
// A message is in its file before its answer leaves, so no kill can lose one; a power cut can. Faults and messages that are yet to
// come late are not kept. The directory is made if need be; only one server at a time may use it.
func Open(dir string, cfg Config) (*Server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	s := New(cfg)
	s.state = state{dir}
	settings, ahead := *s.settings.Load(), "0s"
	if err := errors.Join(s.state.load(appFile, &settings), s.state.load(clockFile, &ahead)); err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	d, err := time.ParseDuration(ahead)
	if err != nil {
		return nil, fmt.Errorf("open sandbox: %s.json: %w", clockFile, err)
	}
	s.ahead.Store(int64(d))
	s.configure(&settings)
	f, err := os.OpenFile(filepath.Join(dir, journalName), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open sandbox: %w", err)
	}
	if err := s.readJournal(f); err != nil {
		return nil, fmt.Errorf("open sandbox: %w", errors.Join(err, f.Close()))
	}
	s.file, s.journal.w = f, f
	if err := s.loadResources(); err != nil {
		return nil, fmt.Errorf("open sandbox: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

// readJournal takes in what the journal holds. Half a line at its end is one whose writer was killed before it told anybody of the
// message, so it is cut off.
func (s *Server) readJournal(f *os.File) error {
	end, err := eachLine(f, s.replay)
	if err != nil {
		return err
	}
	return f.Truncate(end)
}

// eachLine hands on what the whole lines of a journal say, and returns how long they are together.
func eachLine(f io.Reader, take func(journalLine) error) (end int64, err error) {
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		var line journalLine
		if err == nil {
			err = json.Unmarshal(text, &line)
		}
		if err == nil {
			err = take(line)
		}
		if err != nil {
			return end, fmt.Errorf("%s:%d: %w", journalName, n, err)
		}
		end += int64(len(text))
	}
}

// journaled returns the messages in the journal.
func (s *Server) journaled() (all []Message, err error) {
	f, err := os.Open(filepath.Join(s.state.dir, journalName))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = eachLine(f, func(line journalLine) error {
		if line.Request != nil {
			all = append(all, Message{line.ID, line.AcceptedTime, line.Request})
		}
		return nil
	})
	return all, err
}

// replay takes in a line of the journal.
func (s *Server) replay(line journalLine) error {
	id, err := ulid.ParseStrict(line.ID)
	if err != nil {
		return err
	}
	if line.Deleted || line.Metadata != nil {
		i, ok := s.store.search(id)
		switch {
		case !ok: // it was too old to be held
		case line.Deleted:
			s.store.entries[i].kept = false
		default:
			s.store.entries[i].metadata = *line.Metadata
		}
		return nil
	}
	s.accepted++
	s.queue.empty = line.Drained
	s.latest = line.AcceptedTime.Truncate(time.Millisecond).Add(time.Millisecond) // ids of one millisecond rise in one process only
	root, ok := decode(line.Request)
	if !ok {
		return errors.New("a message without a request")
	}
	m := s.submissionOf(root)
	m.request, m.mode, m.kept = line.Request, line.Mode, line.Kept
	s.store.add(entry{id: id, at: line.AcceptedTime, drained: line.Drained, submission: m})
	return nil
}

// journalMessage writes down a message that is being accepted.
func (s *Server) journalMessage(e *entry) error {
	if s.file == nil {
		return nil
	}
	kept := `false`
	if e.kept {
		kept = `true`
	}
	return s.journal.add(e, []byte(`,"mode":"`+string(e.mode)+`","kept":`+kept+`,"drained":"`+e.drained.Format(time.RFC3339Nano)+`"`))
}

// journalChange writes down what became of a message.
func (s *Server) journalChange(line journalLine) error {
	if s.file == nil {
		return nil
	}
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	return s.journal.write(append(text, '\n'))
}
