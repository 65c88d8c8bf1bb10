package settle

import (
	"testing"

	"sendoff/internal/delivery"
	"sendoff/internal/sinch"
)

// What Sinch keeps of a message's status is read as a receipt of now, and nothing that it does not say.
func TestTraceReceipt(t *testing.T) {
	for status, want := range map[string]delivery.Status{
		"DELIVERED": delivery.Delivered, "READ": delivery.Read, "FAILED": delivery.Failed, "QUEUED_ON_CHANNEL": delivery.Queued,
		"SWITCHING_CHANNEL": delivery.Switching, "QUEUED": delivery.None, "RECEIVED": delivery.None, "": delivery.None, "STATUS_UNSPECIFIED": delivery.None,
	} {
		tr, ok := trace(sinch.StoredMessage{ID: "01A", Metadata: `{"sendoff":{"run":"R","row":3}}`, AcceptTime: testTime, Status: status, Channel: "RCS"})
		if !ok {
			t.Fatal("no trace")
		}
		r, says := tr.Receipt(testTime.Add(1))
		if says != (want != delivery.None) || r.Status != want {
			t.Errorf("%s: %+v, %v", status, r, says)
		}
		if says && (r.Row != 3 || r.MessageID != "01A" || !r.Time.Equal(testTime.Add(1)) || r.Channel != 2) {
			t.Errorf("%s: %+v", status, r)
		}
	}
}
