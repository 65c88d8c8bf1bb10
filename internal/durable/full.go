package durable

import (
	"errors"
	"fmt"
	"strings"
)

// IsFull reports whether err says that the disk has no room left. What was on it before is then as it was.
func IsFull(err error) bool {
	for _, cause := range full() {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}

// RestoreFull gives an error that ends with the words of a full disk, and no longer wraps their cause, that cause back.
func RestoreFull(err error) error {
	if err == nil || IsFull(err) {
		return err
	}
	for _, cause := range full() {
		if text, ok := strings.CutSuffix(err.Error(), cause.Error()); ok {
			return fmt.Errorf("%s%w", text, cause)
		}
	}
	return err
}
