package report

import (
	"fmt"

	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// Seeds is what became of the messages to seeds within a run. They are in none of the report's other numbers.
type Seeds struct {
	Messages    int `json:"messages"` // one for each of them, or two: messages = accepted + rejected + in_doubt + left_in_doubt + skipped + not_sent
	Accepted    int `json:"accepted"`
	Rejected    int `json:"rejected"`
	InDoubt     int `json:"in_doubt"`
	LeftInDoubt int `json:"left_in_doubt"`
	Skipped     int `json:"skipped"`
	NotSent     int `json:"not_sent"`
}

// collectSeeds counts what went to the seeds of the run in dir. It returns nil where it has none.
func collectSeeds(dir string) (*Seeds, error) {
	var s *Seeds
	for _, dir := range runstore.SeedDirs(dir) {
		run, err := runstore.View(dir)
		if err != nil {
			return nil, fmt.Errorf("seeds: %w", err)
		}
		rep, err := Collect(run)
		_ = run.Close() // it was only read
		if err != nil {
			return nil, fmt.Errorf("seeds: %w", err)
		}
		if s == nil {
			s = new(Seeds)
		}
		s.Messages += rep.Rows
		s.Accepted += rep.Accepted
		s.Rejected += rep.Rejected
		s.InDoubt += rep.InDoubt
		s.LeftInDoubt += rep.LeftInDoubt
		s.Skipped += rep.skipped()
		s.NotSent += rep.NotSent
	}
	return s, nil
}

// Waiting reports whether messages to seeds are still to be sent.
func (s *Seeds) Waiting() bool { return s != nil && s.NotSent > 0 }

// String says what became of the messages.
func (s *Seeds) String() string {
	counts := map[string]int{}
	for state, n := range map[string]int{
		"accepted": s.Accepted, "rejected": s.Rejected, "in doubt": s.InDoubt, "left in doubt": s.LeftInDoubt, "left out": s.Skipped, "not sent": s.NotSent,
	} {
		if n > 0 {
			counts[state] = n
		}
	}
	return fmt.Sprintf("%s, in none of these numbers: %s", prose.Counted(s.Messages, "message to seeds", "messages to seeds"), prose.Breakdown(counts))
}
