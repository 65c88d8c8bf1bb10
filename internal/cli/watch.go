package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"sendoff/internal/ledger"
	"sendoff/internal/prose"
)

const lookEvery = time.Second

// watchRun says how far a run is until no process holds it any more, and then how it ended.
func (s *session) watchRun(ctx context.Context, dir, args string) error {
	ctx, release := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer release()
	b := block{session: s}
	for {
		run, live, err := look(ctx, dir)
		switch {
		case run != nil:
			defer run.Close()
			b.erase()
			return s.sayStatus(run, args, false)
		case err != nil && !(b.shown() && errors.Is(err, ledger.ErrLocked)): // the holder may be gone a moment before its lock is
			return err
		case err == nil:
			dir = cmp.Or(live.retryBeside(dir), dir) // how that ends is what is watched
			b.show(live, args)
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return nil
		}
	}
}

// block is some lines that stand for each other: on a terminal the next ones replace the last, elsewhere they follow every 30 seconds.
type block struct {
	*session
	at     time.Time // when it was shown
	height int       // what is to be erased
}

func (b *block) shown() bool { return !b.at.IsZero() }

// show says how far a run is, and which one it is.
func (b *block) show(live *status, args string) {
	lines := live.lines()
	if next := live.next(args); next != "" {
		lines = append(lines, next)
	}
	b.draw(live.heading(), lines)
}

// draw shows lines below a heading, which is left out off a terminal but for the first time.
func (b *block) draw(heading, lines []string) {
	width := terminalWidth(b.Stdout)
	if width == 0 {
		if !b.shown() {
			for _, line := range heading {
				fmt.Fprintln(b.Stdout, line)
			}
		}
		if time.Since(b.at) >= lineEvery {
			b.at = time.Now()
			for i := range lines {
				lines[i] = strings.TrimLeft(lines[i], " ")
			}
			fmt.Fprintln(b.Stdout, strings.Join(lines, "; "))
		}
		return
	}
	var text []string
	for _, line := range slices.Concat(heading, lines) {
		text = append(text, strings.Split(prose.Wrapped(line, 4, width-1), "\n")...)
	}
	b.erase()
	b.at, b.height = time.Now(), len(text)
	for _, line := range text {
		fmt.Fprintln(b.Stdout, cut(line, width-1))
	}
}

// erase takes away what stands on the terminal (ECMA-48, CUU and ED).
func (b *block) erase() {
	if b.height > 0 {
		fmt.Fprintf(b.Stdout, "\033[%dA\r\033[J", b.height)
		b.height = 0
	}
}

// terminalWidth is 0 where stream is no terminal.
func terminalWidth(stream any) int {
	if !isTerminal(stream) {
		return 0
	}
	width, _, err := term.GetSize(int(stream.(*os.File).Fd()))
	if err != nil || width < 2 {
		return 80
	}
	return width
}

// cut shortens a line to what fits on a terminal: one that wraps could not be erased.
func cut(line string, width int) string {
	if runes := []rune(line); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return line
}
