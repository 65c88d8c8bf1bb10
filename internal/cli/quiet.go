package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"sendoff/campaign"
	"sendoff/internal/prose"
)

// What a quiet command writes to standard error fits into a mail that somebody reads: at most 15 lines.
const (
	firstLines  = 10 // are written at once
	lastLines   = 5  // are held back until the end; where more came between, the first of them makes room for how many
	fewProblems = 4  // have a hint each, and leave room for what else there is to say
)

// brief is the standard error of a quiet command.
type brief struct {
	to      io.Writer
	mu      sync.Mutex
	written int      // lines
	held    []string // the last lines
	missing int
}

// beQuiet says nothing from now on unless something is wrong, and then not much.
func (s *session) beQuiet() {
	s.quiet = true
	s.brief = &brief{to: s.Stderr}
	s.Stderr = s.brief
}

func (b *brief) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		if b.written < firstLines {
			if _, err := io.WriteString(b.to, line); err != nil {
				return 0, err
			}
			b.written += strings.Count(line, "\n")
			continue
		}
		if n := len(b.held); n > 0 && !strings.HasSuffix(b.held[n-1], "\n") {
			b.held[n-1] += line
			continue
		}
		if b.held = append(b.held, line); len(b.held) > lastLines {
			b.held = b.held[1:]
			b.missing++
		}
	}
	return len(p), nil
}

// end writes what was held back. A nil brief holds nothing back.
func (b *brief) end() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.missing > 0 {
		b.held[0] = fmt.Sprintf("… and %d lines more, shown without --quiet\n", b.missing+1)
	}
	_, _ = io.WriteString(b.to, strings.Join(b.held, "")) // there is nobody left to tell
	b.held, b.missing = nil, 0
}

// shorten leaves the first few of many problems, and names the command that shows the others: check with these arguments.
func (s *session) shorten(err error, arguments string) error {
	var problems campaign.Problems
	if !s.quiet || !errors.As(err, &problems) || len(problems) <= fewProblems {
		return err
	}
	e := inputErrorf("%v\n… and %s more: sendoff check %s", problems[:fewProblems], prose.Thousands(len(problems)-fewProblems), arguments)
	e.cause = err
	return e
}
