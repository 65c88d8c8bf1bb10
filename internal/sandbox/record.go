package sandbox

import (
	"encoding/json"
	"io"
	"time"
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

// add writes the line of a message whose request is on one line, with more fields at its end.
func (r *recorder) add(e *entry, more []byte) error {
	if r.w == nil || r.err != nil {
		return r.err
	}
	line := append(r.line[:0], `{"message_id":"`...)
	line = append(line, e.id.String()...)
	line = append(line, `","accepted_time":"`...)
	line = e.at.AppendFormat(line, time.RFC3339Nano)
	line = append(line, `","request":`...)
	line = append(line, e.request...)
	line = append(line, more...)
	line = append(line, "}\n"...)
	r.line = line
	return r.write(line)
}

// write writes a line.
func (r *recorder) write(line []byte) error {
	if r.w == nil || r.err != nil {
		return r.err
	}
	_, r.err = r.w.Write(line)
	return r.err
}
