package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"sendoff/campaign"
	"sendoff/internal/plan"
)

func isStandardInput(c *campaign.Campaign) bool { return c.Audience.File == campaign.StandardInput }

// spool is what came through standard input, in a file: an audience is looked at before it is read, and may be read again.
type spool struct {
	file *os.File
	path string // by which it can be opened
	size int64
	own  bool // the path is the file's own, which close removes
}

// findAudience says in c where the campaign's file is, and what messages call it.
func (s *session) findAudience(ctx context.Context, c *plan.Config) error {
	if !isStandardInput(c.Campaign) {
		c.AudiencePath = audiencePath(c.Campaign)
		return nil
	}
	if err := s.readStandardInput(ctx); err != nil {
		return err
	}
	if c.Campaign.Audience.MaxAge > 0 {
		s.say("note: what comes through standard input has no age, so audience.max_age says nothing")
	}
	if _, err := s.stdin.file.Seek(0, io.SeekStart); err != nil { // which some systems share with whoever opens it by its number
		return fmt.Errorf("read standard input: %w", err)
	}
	c.AudiencePath, c.AudienceName = s.stdin.path, c.Campaign.Audience.Name()
	return nil
}

// standardInputDigest identifies what comes through standard input. It is an error where nothing does.
func (s *session) standardInputDigest(ctx context.Context) (string, error) {
	if err := s.readStandardInput(ctx); err != nil {
		return "", err
	}
	if s.stdin.size == 0 {
		return "", io.ErrUnexpectedEOF
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(s.stdin.file, 0, s.stdin.size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readStandardInput spools standard input to its end, once.
func (s *session) readStandardInput(ctx context.Context) error {
	switch {
	case s.stdin != nil:
		return nil
	case isTerminal(s.Stdin):
		return inputErrorf("the audience is to come through standard input, and that is a terminal").
			hint("send it there: sendoff … < audience.csv, or export-people | sendoff …").
			hint("or name a file: --audience FILE")
	case isFolder(s.Stdin):
		return inputErrorf("the audience is to come through standard input, and that is a folder").hint("name a file: --audience FILE")
	}
	sp, err := newSpool()
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	defer s.sayIfLong("reading standard input")()
	copied := make(chan error, 1)
	go func() {
		var err error
		sp.size, err = io.Copy(sp.file, s.Stdin)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done(): // the end may never come
		err = ctx.Err()
	}
	if err != nil {
		sp.close()
		return fmt.Errorf("read standard input: %w", err)
	}
	s.stdin = sp
	return nil
}

func isFolder(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.IsDir()
}

// newSpool makes a file that only this process can reach. Where a file that has lost its name cannot be opened by its number, it keeps the
// name until it is closed.
func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "sendoff-stdin-") // with mode 0600
	if err != nil {
		return nil, err
	}
	sp := &spool{file: f, path: fmt.Sprintf("/dev/fd/%d", f.Fd())}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if same, err := os.Stat(sp.path); err != nil || !os.SameFile(info, same) || os.Remove(f.Name()) != nil {
		sp.path, sp.own = f.Name(), true
	}
	return sp, nil
}

// close lets what was read go. A nil spool has nothing.
func (sp *spool) close() {
	if sp == nil {
		return
	}
	_ = sp.file.Close() // nobody needs it any more
	if sp.own {
		_ = os.Remove(sp.path)
	}
}
