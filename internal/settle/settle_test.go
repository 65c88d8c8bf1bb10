package settle

import (
	"testing"
	"time"

	"sendoff/internal/runstore"
	"sendoff/internal/sinch"
)

var testTime = time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)

func seen(all ...runstore.Storage) []runstore.Storage { return all }

func dispatch(days int) runstore.Storage {
	return runstore.Storage{Mode: runstore.Dispatch, Days: days}
}

func conversation(days int) runstore.Storage {
	return runstore.Storage{Mode: runstore.Conversation, Days: days}
}

// The absence of a message proves something only where the app was storing all the while, and long enough.
func TestInconclusive(t *testing.T) {
	tests := []struct {
		name string
		seen []runstore.Storage
		age  time.Duration
		want string
	}{
		{"kept all the while", seen(dispatch(1), dispatch(1)), time.Hour, ""},
		{"kept longer meanwhile", seen(dispatch(1), dispatch(7)), time.Hour, ""},
		{"kept for a shorter time meanwhile", seen(dispatch(7), dispatch(1), dispatch(7)), 20 * time.Hour, "it was sent 20 h ago, and the app keeps messages for 24 h"},
		{"three quarters", seen(dispatch(1)), 18 * time.Hour, ""},
		{"more than three quarters", seen(dispatch(1)), 18*time.Hour + time.Second, "it was sent 18 h ago, and the app keeps messages for 24 h"},
		{"conversations", seen(conversation(180)), 100 * 24 * time.Hour, ""},
		{"nothing kept", seen(dispatch(0)), time.Hour, "the app kept no messages when it was sent"},
		{"kept only later", seen(dispatch(0), dispatch(3)), time.Hour, "the app kept no messages when it was sent"},
		{"kept only before", seen(dispatch(3), dispatch(0)), time.Hour, "the app has stopped keeping messages since it was sent"},
		{"not kept in between", seen(dispatch(3), dispatch(0), dispatch(3)), time.Hour, "the app has stopped keeping messages since it was sent"},
		{"another mode now", seen(conversation(180), dispatch(3)), time.Hour, "the app's processing mode has changed since it was sent"},
		{"from the future", seen(dispatch(1)), -6 * time.Minute, "by the clock, it was sent in the future"},
		{"from a little in the future", seen(dispatch(1)), -4 * time.Minute, ""},
	}
	for _, tc := range tests {
		if got := Inconclusive(tc.seen, testTime.Add(-tc.age), testTime); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
	if Inconclusive(seen(dispatch(1)), time.Time{}, testTime) == "" {
		t.Error("a row of which nobody knows when it was begun can be concluded about")
	}
}

// Ages go by the server's clock: this machine's may have been set between the intent and now.
func TestInconclusiveBySkew(t *testing.T) {
	fast, right := dispatch(1), dispatch(1)
	fast.Skew = -48 * 3600 // our clock was two days ahead when the row was begun
	if got := Inconclusive(seen(fast, right), testTime.Add(48*time.Hour), testTime.Add(time.Hour)); got != "" {
		t.Errorf("begun an hour ago by a clock that was two days ahead: %q", got)
	}
	slow := dispatch(1)
	slow.Skew = 48 * 3600
	if got := Inconclusive(seen(slow, right), testTime, testTime.Add(time.Hour)); got != "by the clock, it was sent in the future" {
		t.Errorf("begun by a clock that was two days behind: %q", got)
	}
}

func TestStorageOf(t *testing.T) {
	app := &sinch.App{ProcessingMode: "CONVERSATION", Retention: sinch.Retention{Days: 180}, DispatchRetention: sinch.Retention{Days: 2}, Clock: true, Skew: 3 * time.Second}
	if got, want := StorageOf(app, false, testTime), (runstore.Storage{Time: testTime, Mode: runstore.Conversation, Days: 180, Skew: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := StorageOf(app, true, testTime), (runstore.Storage{Time: testTime, Mode: runstore.Dispatch, Days: 2, Skew: 3}); got != want {
		t.Errorf("as dispatch: got %+v, want %+v", got, want)
	}
	app.ProcessingMode = ""
	if got := StorageOf(app, false, testTime); got.Mode != runstore.Dispatch {
		t.Errorf("of an app that does not say: %+v", got)
	}
}

func TestTrace(t *testing.T) {
	message := sinch.StoredMessage{ID: "01A", AcceptTime: testTime, Metadata: `{"customer":"7","sendoff":{"run":"R","key":"spring","row":0,"epoch":"0badcafe"}}`}
	if got, ok := trace(message); !ok || got != (Trace{Run: "R", Key: "spring", Row: 0, Epoch: "0badcafe", ID: "01A", Time: testTime}) {
		t.Errorf("trace = %+v, %v", got, ok)
	}
	for _, foreign := range []string{"", "K-42", `{"run":"R","row":1}`, `{"sendoff":{"run":"R"}}`, `{"sendoff":{"run":"R","row":"1"}}`, `{"sendoff":{"row":1`} {
		if got, ok := trace(sinch.StoredMessage{ID: "01A", Metadata: foreign}); ok {
			t.Errorf("%s is taken for %+v", foreign, got)
		}
	}
}
