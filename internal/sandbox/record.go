package sandbox

import (
	"encoding/json"
	"io"
	"time"

	"github.com/oklog/ulid/v2"
)

// Message is a message that was accepted. Its JSON is a line of [Config.Record].
type Message struct {
	ID           string          `json:"message_id"`
	AcceptedTime time.Time       `json:"accepted_time"`
	Request      json.RawMessage `json:"request"` // the body of messages:send, less the space between its tokens
}

// recorder writes a line for every message that is accepted. Nothing waits in it: a line is one Write, so that what a killed
// sender was told, and what it was not told, are both in the record.
type recorder struct {
	w    io.Writer // nil: no record
	line []byte
	err  error // of the first Write that failed; the record may end in half a line, so it gets no more
}

// add writes the line of a message whose request is on one line.
func (r *recorder) add(id ulid.ULID, at time.Time, request []byte) error {
	if r.w == nil || r.err != nil {
		return r.err
	}
	line := append(r.line[:0], `{"message_id":"`...)
	line = append(line, id.String()...)
	line = append(line, `","accepted_time":"`...)
	line = at.AppendFormat(line, time.RFC3339Nano)
	line = append(line, `","request":`...)
	line = append(line, request...)
	line = append(line, "}\n"...)
	r.line = line
	_, r.err = r.w.Write(line)
	return r.err
}
