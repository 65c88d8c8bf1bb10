package runs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

// Source opens the run whose people are an audience, and its retries that have started, which are behind it in the order of their numbers. There is one of
// that name, and all are over. A rehearsal that finds both a real run and a rehearsal of the name takes the real one. The caller closes them.
//
// Errors are those of [Scope.Sent].
func (s Scope) Source(ctx context.Context, name string, at campaign.Problem) ([]*runstore.Run, error) {
	c, err := s.source(name, at)
	if err != nil {
		return nil, err
	}
	run, err := s.viewOver(ctx, c)
	if err != nil {
		return nil, err
	}
	all := []*runstore.Run{run}
	err = usable(run, at)
	if err == nil {
		all, err = s.withRetries(ctx, all)
	}
	if err != nil {
		for _, run := range all {
			err = errors.Join(err, run.Close())
		}
		return nil, err
	}
	return all, nil
}

// viewOver opens a run for reading that should be over: while it is held it is not.
func (s Scope) viewOver(ctx context.Context, c candidate) (*runstore.Run, error) {
	return s.view(ctx, c, func() bool { return false })
}

// withRetries adds the retries of a run that have started, whatever becomes of it.
func (s Scope) withRetries(ctx context.Context, all []*runstore.Run) ([]*runstore.Run, error) {
	dirs, err := runstore.RetryDirs(all[0].Dir)
	if err != nil {
		return all, err
	}
	for _, dir := range dirs {
		run, err := s.viewOver(ctx, candidate{dir: dir, meta: peek(dir)})
		if err != nil {
			return all, err
		}
		m := run.Meta()
		if len(m.Starts) == 0 {
			if err := run.Close(); err != nil {
				return all, err
			}
			continue
		}
		all = append(all, run)
		if !m.State.Over() {
			return all, &UnfinishedError{m.Key, dir}
		}
	}
	return all, nil
}

// source returns the run that is meant by the name of an audience.
func (s Scope) source(name string, at campaign.Problem) (candidate, error) {
	chosen, err := s.choose(name, at)
	if err != nil {
		return candidate{}, err
	}
	c := chosen[0]
	for _, other := range chosen[1:] {
		switch {
		case c.meta.Sandbox && !other.meta.Sandbox:
			c = other
		case c.meta.Sandbox == other.meta.Sandbox:
			at.Message, at.Hint = fmt.Sprintf("there are several runs %q: %s and %s", name, c.dir, other.dir), "name the folder of the one that is meant"
			return candidate{}, campaign.Problems{at}
		}
	}
	return c, nil
}

// usable returns why nobody can know who the people of a run are, or nil.
func usable(run *runstore.Run, at campaign.Problem) error {
	m := run.Meta()
	if !m.State.Over() {
		return &UnfinishedError{m.Key, run.Dir}
	}
	snapshot, err := run.OpenSnapshot()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, runstore.ErrErased) {
		return campaign.Problems{erased(at, m.Key)}
	}
	if err != nil {
		return fmt.Errorf("the people of run %s cannot be read: %w", m.Key, err)
	}
	return snapshot.Close()
}
