package cli

import (
	"fmt"
	"log/slog"
	"os"

	"sendoff/internal/runstore"
)

// runLog is the run's log.jsonl: stages and anomalies by row, never a line for an accepted row. Every line has the run's id, as run, and of a row nothing but
// its ordinal, as row: neither what it holds nor what identifies its person or message.
type runLog struct {
	*slog.Logger
	f *os.File
}

func (r *runner) openLog() (*runLog, error) {
	f, err := os.OpenFile(r.run.Path(runstore.LogName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return &runLog{slog.New(slog.NewJSONHandler(f, nil)).With("run", r.run.Meta().RunID), f}, nil
}

// close lets the file go. What was written stands in it whatever Close says.
func (l *runLog) close() { _ = l.f.Close() }
