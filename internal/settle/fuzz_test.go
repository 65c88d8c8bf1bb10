package settle

import (
	"testing"

	"sendoff/internal/sinch"
)

// Metadata comes from whoever has sent a message. Whatever it holds, it is taken for ours only where it names a run and a row.
func FuzzTrace(f *testing.F) {
	for _, metadata := range []string{"", "K-42", `{"sendoff":{"run":"R","key":"k","row":1,"epoch":"0badcafe"}}`, `{"sendoff":{"row":-1}}`, `{"sendoff":[1]}`, `[`} {
		f.Add(metadata)
	}
	f.Fuzz(func(t *testing.T, metadata string) {
		if got, ok := trace(sinch.StoredMessage{ID: "01A", Metadata: metadata}); ok && (got.ID != "01A" || len(metadata) < len(`{"sendoff":{"row":0}}`)) {
			t.Errorf("trace(%q) = %+v", metadata, got)
		}
	})
}
