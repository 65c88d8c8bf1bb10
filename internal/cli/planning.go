package cli

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/schollz/progressbar/v3"

	"sendoff/internal/plan"
	"sendoff/internal/prose"
)

const (
	barAfter  = time.Second     // of planning: a bar that flashes tells nobody anything
	longAfter = 2 * time.Second // somebody may wonder what takes so long
)

// planning shows how far planning is: a bar on a terminal, elsewhere a line every 30 seconds.
type planning struct {
	*session
	bar       *progressbar.ProgressBar // nil elsewhere than on a terminal
	began     time.Time
	shown     time.Time // when something was shown last
	isDrawn   bool
	listsRead func()
	gcPercent int // as it was before
}

func (s *session) watchPlanning() *planning {
	p := &planning{session: s, began: time.Now(), shown: time.Now(), listsRead: func() {}}
	// Planning keeps whole suppression lists, and would let as much garbage pile up beside them. Collecting it sooner costs it next to nothing.
	if p.gcPercent = debug.SetGCPercent(50); p.gcPercent < 50 { // as somebody has asked for
		debug.SetGCPercent(p.gcPercent)
	}
	if isTerminal(s.Stderr) && !s.quiet {
		p.bar = newBar(s.Stderr)
	}
	return p
}

// report takes how far planning is.
func (p *planning) report(at plan.Progress) {
	p.listsRead()
	p.listsRead = func() {}
	if at.Stage == plan.ReadingLists {
		p.listsRead = p.sayIfLong("reading the suppression lists")
		return
	}
	switch waited := time.Since(p.shown); {
	case p.bar == nil && waited >= lineEvery:
		p.shown = time.Now()
		p.say("%s", planningLine(at))
	case p.bar != nil && waited >= barEvery && time.Since(p.began) >= barAfter:
		p.shown = time.Now()
		p.draw(at)
	}
}

func (p *planning) draw(at plan.Progress) {
	p.isDrawn = true
	if at.Size == 0 || at.Read >= at.Size || at.Stage != plan.ReadingRows { // a bar that is full takes itself away
		fmt.Fprintf(p.Stderr, "\r%s\033[K", planningLine(at)) // erase what stood behind it (ECMA-48, EL)
		return
	}
	p.bar.ChangeMax64(at.Size)
	p.bar.Describe(planningLine(plan.Progress{Stage: at.Stage, Rows: at.Rows})) // the bar says itself how much of the file
	_ = p.bar.Set64(at.Read)                                                    // a bar that cannot be drawn is no reason to stop
}

// end takes the bar away.
func (p *planning) end() {
	debug.SetGCPercent(p.gcPercent)
	p.listsRead()
	if p.isDrawn {
		fmt.Fprint(p.Stderr, "\r\033[K")
	}
}

// planningLine is how far planning is in one line.
func planningLine(at plan.Progress) string {
	text := "planning: " + prose.Counted(at.Rows, "row", "rows")
	switch {
	case at.Stage == plan.FindingDuplicates:
		return text + ", looking for duplicates"
	case at.Size > 0:
		text += fmt.Sprintf(", %d %% of the file", min(100*at.Read/at.Size, 100))
	}
	return text
}

// sayIfLong says what is being done if that takes long, unless the returned function is called before.
func (s *session) sayIfLong(what string) func() {
	timer := time.AfterFunc(longAfter, func() { s.say("%s …", what) })
	return func() { timer.Stop() }
}
