package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/runstore"
)

// view opens the run in dir for reading, with all its receipts, whatever else goes on. Of a run that another process of this machine holds it reads a copy of the
// ledger, which that process makes: [runstore.Run.Live] says so. Where nobody can be asked the error is ledger.ErrLocked's. The caller calls close.
func (s *session) view(ctx context.Context, dir string) (run *runstore.Run, closeRun func(), err error) {
	run, err = runstore.View(dir)
	closeRun = func() { _ = run.Close() } // it was only read
	if errors.Is(err, ledger.ErrLocked) {
		run, closeRun, err = viewLive(ctx, dir, err)
	}
	if err != nil {
		return nil, nil, err
	}
	if _, err := receipts.Merge(run, nil); err != nil {
		closeRun()
		return nil, nil, err
	}
	return run, closeRun, nil
}

// viewLive has the process that holds the run in dir make a copy of its ledger. locked is returned where that cannot be.
func viewLive(ctx context.Context, dir string, locked error) (*runstore.Run, func(), error) {
	holder, err := reach(dir)
	if err != nil {
		return nil, nil, locked
	}
	temp, err := os.MkdirTemp("", "sendoff-view-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(temp) } // what stays holds no personal data
	path := filepath.Join(temp, ledger.FileName)
	run, err := func() (*runstore.Run, error) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if err := holder.Ledger(ctx, f); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("%w: %w", locked, err)
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		return runstore.ViewCopy(dir, path)
	}()
	if err != nil {
		remove()
		return nil, nil, err
	}
	return run, func() { _ = run.Close(); remove() }, nil
}
