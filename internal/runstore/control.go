package runstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// control says who holds the run. It is a courtesy: the lock alone decides.
type control struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
}

func (r *Run) writeControl(now time.Time) error {
	host, _ := os.Hostname() // a holder without a name is still told by its pid
	return r.WriteJSON(ControlName, control{PID: os.Getpid(), Host: host, Started: now})
}

// holder describes who holds the run in dir, or nothing where that is not known: a process that was killed leaves its file behind, and
// then the lock is held by somebody who reads.
func holder(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, ControlName))
	if err != nil {
		return ""
	}
	var c control
	if err := json.Unmarshal(b, &c); err != nil {
		return ""
	}
	if host, _ := os.Hostname(); host == c.Host && isDead(c.PID) {
		return ""
	}
	return fmt.Sprintf(" (process %d on %s, since %s)", c.PID, c.Host, c.Started.Local().Format("2006-01-02 15:04:05 MST"))
}

// isDead reports whether it is certain that a process of this machine has ended.
func isDead(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
