package receipts

import (
	"errors"

	"sendoff/internal/runstore"
)

// AppendTo puts records at the end of a run's file and returns when they are on disk. Nobody need hold the run.
func AppendTo(run *runstore.Run, records ...Record) error {
	id, err := idOf(run)
	if err != nil {
		return err
	}
	log, err := OpenLog(run.Path(runstore.ReceiptsName), id)
	if err != nil {
		return err
	}
	return errors.Join(log.Append(records...), log.Close())
}
