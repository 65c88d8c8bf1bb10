package ledger

import (
	"fmt"
	"os"
	"strings"
)

// Identity is what tells a ledger from a copy of it.
type Identity struct {
	Host   string `json:"host"`   // the machine's id where the system has one, else its name
	Device uint64 `json:"device"` // for people; not compared (see the package comment)
	Inode  uint64 `json:"inode"`
}

func identify(path string) (Identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, fmt.Errorf("identify ledger: %w", err)
	}
	id := Identity{Host: hostID()}
	if id.Device, id.Inode, err = fileNumbers(info, path); err != nil {
		return Identity{}, fmt.Errorf("identify ledger: %w", err)
	}
	return id, nil
}

func (id Identity) same(other Identity) bool { return id.Host == other.Host && id.Inode == other.Inode }

// hostID prefers the machine id (machine-id(5)), since a laptop's name can change with the network that it is in.
func hostID() string {
	if b, err := os.ReadFile("/etc/machine-id"); err == nil {
		if id := strings.TrimSpace(string(b)); id != "" {
			return id
		}
	}
	name, _ := os.Hostname() // without a name the inode still tells
	return name
}
