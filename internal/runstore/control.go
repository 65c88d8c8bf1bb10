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

// Control says who holds a run, and where that process can be asked. It is a courtesy: the lock alone decides, and a process that was
// killed leaves it behind.
type Control struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
	Addr    string    `json:"addr,omitempty"`  // on the loopback interface of Host
	Token   string    `json:"token,omitempty"` // a secret, as long as the process lives
}

// String tells who it is, without address and token.
func (c Control) String() string {
	return fmt.Sprintf("process %d on %s, since %s", c.PID, c.Host, c.Started.Local().Format("2006-01-02 15:04:05 MST"))
}

// Holder returns who has last said that it holds the run in dir.
func Holder(dir string) (Control, error) {
	var c Control
	b, err := os.ReadFile(filepath.Join(dir, ControlName))
	if err != nil {
		return c, fmt.Errorf("read control: %w", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("read control: %w", err)
	}
	return c, nil
}

// Here reports whether the holder is, or was, a process of this machine.
func (c Control) Here() bool {
	host, _ := os.Hostname() // one without a name is here where the holder had none either
	return host == c.Host
}

func (r *Run) writeControl(now time.Time) error {
	host, _ := os.Hostname() // a holder without a name is still told by its pid
	r.control = Control{PID: os.Getpid(), Host: host, Started: now}
	return r.WriteJSON(ControlName, r.control)
}

// Announce says where this process, which holds the run, can be asked, and with which token.
func (r *Run) Announce(addr, token string) error {
	r.control.Addr, r.control.Token = addr, token
	return r.WriteJSON(ControlName, r.control)
}

// holder describes who holds the run in dir, or nothing where that is not known: a process that was killed leaves its file behind, and
// then the lock is held by somebody who reads.
func holder(dir string) string {
	c, err := Holder(dir)
	if err != nil || c.Here() && isDead(c.PID) {
		return ""
	}
	return fmt.Sprintf(" (%v)", c)
}

// isDead reports whether it is certain that a process of this machine has ended.
func isDead(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
