package send

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
)

// The faults over a real network, with TLS, to a server that speaks HTTP/2: as our own client does it, in HTTP/1.1, and as a transport would that
// takes HTTP/2. A connection that breaks then takes several messages with it, and everyone is sent to once all the same.
func TestMatrixOverTLS(t *testing.T) {
	for version := 1; version <= 2; version++ {
		t.Run([]string{"", "HTTP/1.1", "HTTP/2"}[version], func(t *testing.T) {
			t.Parallel() // it waits for timeouts, most of the time
			w := newStoringWorld(t, 1, 400,
				"429:every=17", "reset:every=41", "reset-after:every=43", "500:every=47", "500-after:every=53", "502:every=59", "502-after:every=61",
				"504-after:every=67", "401:every=71", "truncated:every=73", "html-after:every=79", "empty-after:every=83", "201-after:every=89",
				"late-after:every=97,delay=200ms", "delay-after:every=101,delay=3s", "slow-after:every=103,delay=3s",
				"reset:first=1,on=fetch-last", "502:first=2,on=fetch-last", "reset:first=1,after=1,on=app")
			defer w.run.Close()
			var other atomic.Int64 // requests of the other version
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != version || r.TLS == nil {
					other.Add(1)
				}
				w.server.ServeHTTP(rw, r)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			transport := server.Client().Transport.(*http.Transport)
			transport.Protocols = new(http.Protocols)
			transport.Protocols.SetHTTP1(version == 1)
			transport.Protocols.SetHTTP2(version == 2)

			c := w.config(transport)
			sandbox := w.server.Config()
			var err error
			c.Client, err = sinch.New(sinch.Options{
				Destination: sinch.Destination{ProjectID: sandbox.ProjectID, AppID: sandbox.AppID, Region: sandbox.Region, Endpoint: server.URL},
				Credentials: sinch.Credentials{KeyID: sandbox.KeyID, KeySecret: sinch.NewSecret(sandbox.KeySecret)},
				Timeout:     2 * time.Second,
				Transport:   transport,
			})
			w.check(err)
			c.Settler = settle.New(settle.Config{
				Run: w.run, Client: c.Client, Settle: 800 * time.Millisecond, GiveUp: time.Minute, Log: c.Log,
			})
			c.Rate, c.NoCanary, c.GiveUp = 1000, true, time.Minute
			w.check(Send(t.Context(), make(chan struct{}), c))
			w.check(w.server.Advance(time.Minute)) // what was to come late has come
			if tally := w.books(); tally.Count(ledger.Accepted) != 400 {
				t.Errorf("accepted %d of 400, in doubt %d", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
			}
			if n := other.Load(); n > 0 {
				t.Errorf("%d requests came otherwise than over TLS with HTTP/%d", n, version)
			}
		})
	}
}
