package sandbox

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"
)

// What the batch host documents.
const (
	maxBatch       = 1000               // recipients of a batch
	maxBatchDelay  = 7 * 24 * time.Hour // until it is sent
	batchTick      = 5 * time.Minute    // the marks it is sent at …
	batchTolerance = time.Minute        // … unless it is sent sooner than this
)

// The states of a batch.
const (
	batchReady     = "READY"
	batchScheduled = "SCHEDULED"
	batchProcessed = "PROCESSED"
	batchCancelled = "CANCELLED"
)

// batch is a batch of messages.
type batch struct {
	ID        string            `json:"batch_id"`
	Metadata  map[string]string `json:"meta_data"`
	Status    string            `json:"status"`
	SendAfter time.Time         `json:"send_after"`

	// What is still to be sent; nil when nothing is.
	Request json.RawMessage `json:"request,omitempty"`
	Next    int             `json:"next,omitempty"` // recipient
}

// shown returns b as the API shows it.
func (b batch) shown() batch {
	b.Request, b.Next = nil, 0
	return b
}

// batchRequest is the body of POST messages on the batch host. What is in the message is checked when its parameters stand in it.
var batchRequest = object{
	required: []string{"app_id", "message", "recipient_and_params"},
	fields: fields{
		"app_id":  text{form: ulidForm},
		"message": anything{},
		"recipient_and_params": list{min: 1, max: maxBatch, of: object{
			required: []string{"recipient"},
			fields: fields{
				"recipient": recipient, "parameters": mapping{of: text{}}, "message_metadata": anything{}, "conversation_metadata": anything{},
			},
		}},
		"processing_strategy":    sendRequest.fields["processing_strategy"],
		"message_content_type":   sendRequest.fields["message_content_type"],
		"callback_url":           sendRequest.fields["callback_url"],
		"channel_priority_order": sendRequest.fields["channel_priority_order"],
		"channel_properties":     sendRequest.fields["channel_properties"],
		"ttl":                    sendRequest.fields["ttl"],
		"correlation_id":         sendRequest.fields["correlation_id"],
		"batch_metadata":         mapping{of: text{}},
		"message_metadata":       anything{},
		"conversation_metadata":  anything{},
		"send_after":             text{form: timeForm},
	},
}

// createBatch answers POST messages of the batch host.
func (s *Server) createBatch(r *http.Request) answer {
	buffer := s.buffer()
	defer s.buffers.Put(buffer)
	root, refusal, ok := s.decodeBody(r, buffer, batchRequest)
	if !ok {
		return refusal
	}
	if textAt(root, "app_id") != s.cfg.AppID {
		return s.notFound()
	}
	if wrong := violations(entryRequest(root, 0, ""), sendRequest); wrong != nil {
		return s.refuseFields(wrong...)
	}
	now := s.now()
	b := batch{ID: ulid.MustNewDefault(now).String(), Metadata: mapAt(root, "batch_metadata"), Status: batchReady, SendAfter: now,
		Request: compact(buffer.Bytes())}
	if t, err := time.Parse(time.RFC3339, textAt(root, "send_after")); err == nil && t.After(now) {
		b.Status, b.SendAfter = batchScheduled, sendAfter(t.UTC(), now)
	}
	if b.SendAfter.Sub(now) > maxBatchDelay {
		return s.refuseFields(violation{"send_after", "At most 7 days ahead"})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resources.Batches = append(s.resources.Batches, &b)
	s.schedule(&b)
	return jsonAnswer(http.StatusOK, struct {
		ID        string    `json:"batch_id"`
		SendAfter time.Time `json:"send_after"`
	}{b.ID, b.SendAfter})
}

// schedule sends a batch when its time has come.
func (s *Server) schedule(b *batch) {
	s.timeline.after(b.SendAfter.Sub(s.now()), func() { s.sendBatch(b) })
}

// sendAfter returns when a batch that is to be sent after t is sent: at once where that is soon, or else at the next mark.
func sendAfter(t, now time.Time) time.Time {
	if t.Sub(now) <= batchTolerance {
		return t
	}
	return t.Add(batchTick - 1).Truncate(batchTick)
}

// sendBatch sends what is left of a batch. Where the app's queue is full the rest waits. It runs on the timeline.
func (s *Server) sendBatch(b *batch) {
	s.mu.Lock()
	if b.Status == batchCancelled {
		s.mu.Unlock()
		return
	}
	b.Status = batchReady // too late to cancel it
	root, _ := decode(b.Request)
	next := b.Next
	s.mu.Unlock()
	entries, _ := at(root, "recipient_and_params").([]any)
	for ; next < len(entries); next++ {
		if !s.sendEntry(b.ID, root, next) {
			s.timeline.after(time.Second, func() { s.sendBatch(b) })
			return
		}
		s.mu.Lock()
		b.Next = next + 1
		s.keepResources()
		s.mu.Unlock()
	}
	s.endBatch(b, batchProcessed)
}

// sendEntry sends the message to one recipient of a batch. It reports false where the queue is full.
func (s *Server) sendEntry(id string, root any, index int) bool {
	request := entryRequest(root, index, id)
	if violations(request, sendRequest) == nil {
		body := encodeJSON(request)
		switch s.submit(request, body).status {
		case http.StatusOK:
			return true
		case http.StatusTooManyRequests:
			return false
		}
	}
	s.failEntry(id, root, index)
	return true
}

// failEntry tells that a message of a batch was none. It has no id, and its place in the batch for metadata.
func (s *Server) failEntry(id string, root any, index int) {
	m := s.submissionOf(entryRequest(root, index, id))
	e := event{Delivery: &deliveryReport{
		Status:         "FAILED",
		Identity:       s.eventIdentity(channelIdentity{Channel: m.channel, Identity: m.identity}),
		Reason:         ownReason("BAD_REQUEST"),
		Metadata:       string(encodeJSON(map[string]any{"batch_id": id, "message_index": index})),
		ProcessingMode: m.mode,
	}}
	s.announce(onDelivery, textAt(root, "callback_url"), e)
}

// endBatch ends a batch, and tells those who listen. It runs on the timeline.
func (s *Server) endBatch(b *batch, status string) {
	s.mu.Lock()
	b.Status, b.Request, b.Next = status, nil, 0
	s.keepResources()
	s.mu.Unlock()
	s.announce(onBatch, "", event{Batch: &batchStatus{
		BatchID: b.ID, Status: "BATCH_STATUS_" + status, Type: "BATCH_TYPE_MESSAGES",
		Data: batchData{Messages: messageBatchData{SendAfter: b.SendAfter, Metadata: b.Metadata}},
	}})
}

// batchStatus says that a batch is in another state.
type batchStatus struct {
	BatchID string    `json:"batch_id"`
	Status  string    `json:"batch_status"`
	Type    string    `json:"batch_type"`
	Data    batchData `json:"additional_data"`
}

type batchData struct {
	Messages messageBatchData `json:"message_batch_data"`
}

type messageBatchData struct {
	SendAfter time.Time         `json:"send_after"`
	Metadata  map[string]string `json:"batch_metadata"`
}
