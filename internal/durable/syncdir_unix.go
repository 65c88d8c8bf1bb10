//go:build unix

package durable

import (
	"fmt"
	"os"
)

// SyncDir makes the names in a directory durable: neither bbolt nor fsync of a file does.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := Sync(d); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}
