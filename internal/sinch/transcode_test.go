package sinch_test

import (
	"errors"
	"testing"

	"sendoff/internal/sandbox"
	"sendoff/internal/sinch"
)

func TestTranscode(t *testing.T) {
	c, s := inSandbox(t, sandbox.Config{}, nil)
	message := []byte(`{"card_message":{"title":"Sale <b>","choices":[{"text_message":{"text":"Yes"}}]}}`)
	got, err := c.Transcode(t.Context(), message, []string{"SMS", "RCS"})
	if want := "Sale <b>\n> YES"; err != nil || len(got) != 2 || got["SMS"] != want || got["RCS"] != want {
		t.Errorf("Transcode() = %q, %v, want %q twice", got, err, want)
	}
	var refusal *sinch.StatusError
	if _, err := c.Transcode(t.Context(), []byte(`{"card_message":{},"text_message":{}}`), []string{"SMS"}); !errors.As(err, &refusal) || refusal.Status != 400 {
		t.Errorf("of no message: %v, want 400", err)
	}
	if n := s.AcceptedCount(); n != 0 {
		t.Errorf("%d messages were taken", n)
	}
}
