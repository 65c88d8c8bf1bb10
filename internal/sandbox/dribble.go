package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// reader returns what arrives of the body of a, as fast as it arrives.
func (a answer) reader(ctx context.Context) io.Reader {
	sent := bytes.NewReader(a.sent())
	if a.dribble == 0 || sent.Len() == 0 {
		return sent
	}
	return &dribble{ctx, sent, a.dribble / time.Duration(sent.Len())}
}

// dribble reads one byte at a time, each after a pause.
type dribble struct {
	ctx   context.Context
	from  *bytes.Reader
	pause time.Duration
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.from.Len() > 0 {
		if err := wait(d.ctx, d.pause); err != nil {
			return 0, err
		}
	}
	return d.from.Read(p[:min(len(p), 1)])
}

// flusher writes to a client without waiting for more.
type flusher struct {
	io.Writer
	controller *http.ResponseController
}

func (f flusher) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err == nil {
		err = f.controller.Flush()
	}
	return n, err
}
