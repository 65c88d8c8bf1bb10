package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
)

func TestIsFull(t *testing.T) {
	for _, cause := range full() {
		wrapped := fmt.Errorf("commit: %w", &os.PathError{Op: "write", Path: "ledger.db", Err: cause})
		if !IsFull(wrapped) || RestoreFull(wrapped) != wrapped {
			t.Errorf("%v is no full disk", wrapped)
		}
		flat := errors.New(wrapped.Error())
		if restored := RestoreFull(flat); IsFull(flat) || !IsFull(restored) || restored.Error() != flat.Error() {
			t.Errorf("RestoreFull(%v) = %v", flat, restored)
		}
	}
	for _, err := range []error{nil, io.ErrUnexpectedEOF} {
		if IsFull(err) || RestoreFull(err) != err {
			t.Errorf("%v is a full disk", err)
		}
	}
}
