package send

// Cause says which kind of thing stopped a run before everyone was sent to.
type Cause uint8

// The causes, the gravest last: where several hold, it is the one.
const (
	LimitReached Cause = iota // Config.Limit rows were begun
	OutsideHours              // nobody may get a message now, and Config.LeaveOutside is set
	Interrupted               // somebody asked for it
	Brake                     // a safety limit: run again to go on
	Refused                   // credentials, permission, region, app or certificate
)

// Stop says why sending ended before everyone was sent to. Everyone who is left can be sent to by starting again.
type Stop struct {
	Cause  Cause
	Reason string // in words, with what to do
}

func (s *Stop) Error() string { return s.Reason }
