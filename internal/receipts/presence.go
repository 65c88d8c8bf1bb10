package receipts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sendoff/internal/durable"
)

const (
	// presenceName is the file by which a listener says that it is there.
	presenceName = ".sendoff-listen.json"
	// PresenceEvery is how often a listener announces itself.
	PresenceEvery = 10 * time.Second
	// presenceAge is how old an announcement may be.
	presenceAge = 30 * time.Second
)

// Presence says who listens for the receipts of the runs in a folder and below.
type Presence struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
	Addr    string    `json:"addr"` // on which it listens
	Time    time.Time `json:"time"` // when this was written
}

// Announce says that a process listens for the runs in folder and below. It is to be called again every [PresenceEvery]. Of several processes the last one
// stands there.
func Announce(folder string, p Presence) error {
	err := durable.WriteShared(filepath.Join(folder, presenceName), func(w io.Writer) error { return json.NewEncoder(w).Encode(p) })
	if err != nil {
		return fmt.Errorf("announce listener: %w", err)
	}
	return nil
}

// Withdraw takes back what [Announce] has said, unless another process stands there by now.
func Withdraw(folder string, p Presence) error {
	path := filepath.Join(folder, presenceName)
	if last, is := readPresence(path); is && (last.PID != p.PID || last.Host != p.Host) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("withdraw listener: %w", err)
	}
	return nil
}

// Listening returns who listens at a time for the run in dir: the nearest one that has said so in its folder or one above. It returns false where nobody
// does; a file that cannot be read says nothing.
func Listening(dir string, now time.Time) (Presence, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Presence{}, false
	}
	for {
		if p, is := readPresence(filepath.Join(dir, presenceName)); is && now.Sub(p.Time).Abs() < presenceAge {
			return p, true
		}
		above := filepath.Dir(dir)
		if above == dir {
			return Presence{}, false
		}
		dir = above
	}
}

func readPresence(path string) (Presence, bool) {
	var p Presence
	b, err := os.ReadFile(path)
	is := err == nil && json.Unmarshal(b, &p) == nil
	return p, is
}
