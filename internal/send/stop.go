package send

import "errors"

// Cause says which kind of thing stopped a run before everyone was sent to.
type Cause uint8

// The causes.
const (
	Interrupted  Cause = iota // somebody asked for it
	LimitReached              // Config.Limit rows were begun
	Brake                     // a safety limit: run again to go on
	Refused                   // credentials, permission, region, app or certificate
)

// Stop says why sending ended before everyone was sent to. Everyone who is left can be sent to by starting again.
type Stop struct {
	Cause  Cause
	Reason string // in words, with what to do
}

func (s *Stop) Error() string { return s.Reason }

var errDone = errors.New("everyone is settled")
