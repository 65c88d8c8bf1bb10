package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sendoff/campaign"
	"sendoff/internal/books"
	"sendoff/internal/ledger"
	"sendoff/internal/render"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
	"sendoff/internal/settle"
	"sendoff/internal/sinch"
	"sendoff/internal/suppress"
)

// canaryRows are the first messages of a campaign that says nothing of them.
const canaryRows = 10

// world is a planned run and a sandbox, all within a bubble of virtual time: the ledger's files are real, the network is in memory.
type world struct {
	t       testing.TB
	run     *runstore.Run
	server  *sandbox.Server
	lists   *suppress.Set
	cam     *campaign.Campaign
	columns campaign.Columns
	zones   []string // of the people, in turn
	mu      sync.Mutex
	left    []time.Time // when requests for messages left
	bodies  []string    // likewise
}

func newWorld(t testing.TB, rows int, faults ...string) *world {
	t.Helper()
	return newStoringWorld(t, 0, rows, faults...)
}

// newStoringWorld is a world whose app keeps messages for so many days.
func newStoringWorld(t testing.TB, days, rows int, faults ...string) *world {
	t.Helper()
	return newWorldIn(t, []string{"UTC"}, days, rows, faults...)
}

// newWorldIn is a world whose people live in these time zones, in turn.
func newWorldIn(t testing.TB, zones []string, days, rows int, faults ...string) *world {
	t.Helper()
	w := &world{t: t, zones: zones, columns: campaign.Columns{Header: []string{"phone", "name", "zone"}, ID: -1, Language: -1, Country: -1, TimeZone: 2}}
	w.server = sandbox.New(sandbox.Config{Drain: 100_000, RateLimit: -1, Keep: true, DispatchRetention: days})
	w.faults(faults...)
	var err error
	w.cam, err = campaign.Parse("test.yaml", []campaign.Source{{Name: "test.yaml", Data: []byte(
		"name: test\nmessage_content_type: CONTENT_NOTIFICATION\naudience: a.csv\nsuppress: none\nchannel_priority_order: [SMS]\nmessage: \"Hi ${name}\"\n")}})
	w.check(err)
	w.lists, err = suppress.Load(t.TempDir(), nil, "", nil, time.Now())
	w.check(err)
	w.run, err = runstore.Acquire(filepath.Join(memoryDir(t), "run"), runstore.Options{Key: "test", Now: time.Now()})
	w.check(err)
	w.freeze(rows)
	return w
}

// memoryDir is a folder in memory, where there is one: nothing here has to outlive a power cut, and a disk would take most of the time.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sendoff-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) faults(texts ...string) {
	w.t.Helper()
	faults := make([]sandbox.Fault, len(texts))
	for i, text := range texts {
		f, err := sandbox.ParseFault(text)
		w.check(err)
		faults[i] = f
	}
	w.server.SetFaults(faults...)
}

// freeze writes the snapshot that planning would write, of so many British people.
func (w *world) freeze(rows int) {
	w.t.Helper()
	people := make([]campaign.Address, rows)
	for i := range people {
		people[i] = campaign.PhoneAddress(fmt.Sprintf("+4477009%05d", i))
	}
	w.freezePeople(people)
}

func (w *world) freezePeople(people []campaign.Address) {
	w.t.Helper()
	snapshot, err := w.run.CreateSnapshot()
	w.check(err)
	enc := runstore.NewFrameEncoder()
	line := 2
	for frame := range slices.Chunk(people, runstore.FrameRows) {
		var raw []byte
		for _, p := range frame {
			raw = runstore.AppendRow(raw, &campaign.Recipient{Line: line, Address: p, Fields: []string{"", "Ann", w.zones[(line-2)%len(w.zones)]}})
			line++
		}
		snapshot.Append(enc.Encode(nil, raw), len(frame))
	}
	size, err := snapshot.Commit()
	w.check(err)
	w.check(w.run.Update(func(m *runstore.Meta) {
		m.State, m.Rows, m.Eligible, m.SnapshotBytes = runstore.Planned, len(people), len(people), size
	}))
}

// RoundTrip notes when messages leave, and hands requests to the sandbox.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "messages:send") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		w.left, w.bodies = append(w.left, time.Now()), append(w.bodies, string(body))
		w.mu.Unlock()
	}
	return w.server.RoundTrip(r)
}

func (w *world) config(transport http.RoundTripper) Config {
	w.t.Helper()
	c := w.server.Config()
	client, err := sinch.New(sinch.Options{
		Destination: sinch.Destination{ProjectID: c.ProjectID, AppID: c.AppID, Region: c.Region, Endpoint: "http://localhost"},
		Credentials: sinch.Credentials{KeyID: c.KeyID, KeySecret: sinch.NewSecret(c.KeySecret)},
		Transport:   transport,
	})
	w.check(err)
	renderer, err := render.New(w.cam, w.columns, render.Identity{AppID: c.AppID, RunID: w.run.Meta().RunID, RunKey: "test"})
	w.check(err)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.check(w.run.Update(func(m *runstore.Meta) {
		m.Starts = append(m.Starts, runstore.Start{Time: time.Now(), Epoch: "00000000"})
	}))
	_, err = w.run.Observe(runstore.Storage{Time: time.Now(), Mode: string(c.Mode), Days: c.DispatchRetention})
	w.check(err)
	return Config{
		Settler: settle.New(settle.Config{
			Run: w.run, Client: client, Settle: time.Minute, GiveUp: 10 * time.Minute, Log: log,
		}),
		InDoubt: campaign.HoldDoubt,
		Run:     w.run, Renderer: renderer, Suppress: w.lists, Client: client, IDColumn: -1, Epoch: "00000000",
		Rate: 100, MaxInFlight: 8, GiveUp: 10 * time.Minute, Progress: new(Progress), Log: log,
	}
}

// send sends with the run's defaults, changed by change.
func (w *world) send(change func(*Config)) error {
	w.t.Helper()
	c := w.config(w)
	if change != nil {
		change(&c)
	}
	return Send(w.t.Context(), make(chan struct{}), c)
}

// books counts the rows by state, and holds ledger, report and sandbox against each other.
func (w *world) books() ledger.Tally {
	w.t.Helper()
	if _, err := books.Check(w.run, w.server.Accepted()); err != nil {
		w.t.Error(err)
	}
	return w.tally()
}

func (w *world) tally() ledger.Tally {
	w.t.Helper()
	tally, err := w.run.Ledger.Scan(nil)
	w.check(err)
	return tally
}

func stopCause(t testing.TB, err error) Cause {
	t.Helper()
	var stop *Stop
	if !errors.As(err, &stop) {
		t.Fatalf("Send = %v, want a Stop", err)
	}
	return stop.Cause
}

func TestVirtualEveryoneOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2500)
		defer w.run.Close()
		began := time.Now()
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 2500 {
			t.Errorf("accepted = %d, want 2500", tally.Count(ledger.Accepted))
		}
		if took := time.Since(began); took < 24*time.Second || took > 26*time.Second {
			t.Errorf("2,500 messages at 100/s took %v", took)
		}
		if !w.run.Meta().CanaryPassed {
			t.Error("the canary's passing is not on record")
		}
	})
}

// Faults that end well: everyone is accepted, once.
func TestVirtualFaultsThatPass(t *testing.T) {
	for _, faults := range [][]string{
		{"429:every=3"},
		{"429:every=5,retry-after=2"},
		{"500:every=4"},
		{"503:every=4"},
		{"401:every=50"},
		{"429:every=7", "500:every=11", "503:every=13", "401:every=40"},
	} {
		t.Run(strings.Join(faults, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 400, faults...)
				defer w.run.Close()
				w.check(w.send(nil))
				tally := w.books()
				if tally.Count(ledger.Accepted) != 400 {
					t.Errorf("accepted = %d, want 400", tally.Count(ledger.Accepted))
				}
				failing := strings.HasPrefix(faults[0], "50") || len(faults) > 1
				if marked := tally.AfterServerError > 0; marked != failing {
					t.Errorf("after_server_error = %d", tally.AfterServerError)
				}
			})
		})
	}
}

// Faults after which nobody can know: the row is in doubt, and never sent again.
func TestVirtualFaultsThatLeaveDoubt(t *testing.T) {
	for _, fault := range []string{"reset-after:every=20", "502-after:every=20", "502:every=20", "truncated:every=20", "delay-after:every=20", "500-html:every=20"} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 200, fault)
				defer w.run.Close()
				w.check(w.send(nil))
				tally := w.books()
				if tally.Count(ledger.InDoubt) != 10 || tally.Count(ledger.Accepted) != 190 {
					t.Errorf("accepted %d, in doubt %d; want 190 and 10", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt))
				}
				// Starting again sends nothing more.
				w.check(w.send(nil))
				if again := w.books(); again != tally {
					t.Errorf("a second start changed the books: %+v", again)
				}
			})
		})
	}
}

func TestVirtualStops(t *testing.T) {
	tests := []struct {
		name, fault string
		change      func(*Config)
		want        Cause
		most        int // begun at most
	}{
		{"canary", "400:every=3", nil, Brake, canaryRows},
		{"only 400", "400:all", nil, Brake, canaryRows},
		{"only 502", "502:all", nil, Brake, canaryRows},
		{"20 rejected in a row", "400:after=50", nil, Brake, 50 + inARow + 8},
		{"20 in doubt in a row", "reset-after:after=50", nil, Brake, 50 + inARow + 8},
		{"credit", "403:after=50", nil, Refused, 60},
		{"not found", "404:all", nil, Refused, 10},
		{"credentials", "401:all", nil, Refused, 20},
		{"limit", "429:first=1", func(c *Config) { c.Limit = 33 }, LimitReached, 33},
		{"limit below the canary", "429:first=1", func(c *Config) { c.Limit = 7 }, LimitReached, 7},
		{"limit below the canary, and only 400", "400:all", func(c *Config) { c.Limit = 7 }, Brake, 7},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 400, tc.fault)
				defer w.run.Close()
				if got := stopCause(t, w.send(tc.change)); got != tc.want {
					t.Errorf("cause = %v, want %v", got, tc.want)
				}
				tally := w.books()
				if n := tally.Count(ledger.Accepted) + tally.Count(ledger.Rejected) + tally.Count(ledger.InDoubt); n > tc.most {
					t.Errorf("%d rows were settled, want at most %d", n, tc.most)
				}
				if tally.Count(ledger.Begun) != 0 {
					t.Error("rows are left begun")
				}
				// The cause is mended, and the same run goes on.
				w.faults()
				w.check(w.send(nil))
				done := w.books()
				if n := done.Count(ledger.Accepted) + done.Count(ledger.Rejected) + done.Count(ledger.InDoubt); n != 400 {
					t.Errorf("%d of 400 rows are settled in the end", n)
				}
			})
		})
	}
}

// A limit bounds how many are begun, and those are seen through: rows that wait for another attempt are not left behind.
func TestVirtualLimitSeesItsRowsThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, "503:every=2")
		defer w.run.Close()
		if got := stopCause(t, w.send(func(c *Config) { c.Limit = 20 })); got != LimitReached {
			t.Errorf("cause = %v, want LimitReached", got)
		}
		if tally := w.books(); tally.Count(ledger.Accepted) != 20 || tally.Count(ledger.Released) != 0 {
			t.Errorf("accepted %d, released %d; want 20 and 0", tally.Count(ledger.Accepted), tally.Count(ledger.Released))
		}
	})
}

// Whoever stops the run does not wait for a token server that asks for patience, and nobody is in doubt for it.
func TestVirtualStopWhileWaitingForAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, "429:all,on=token,retry-after=300")
		defer w.run.Close()
		stop := make(chan struct{})
		time.AfterFunc(5*time.Second, func() { close(stop) })
		began := time.Now()
		if got := stopCause(t, Send(t.Context(), stop, w.config(w))); got != Interrupted {
			t.Errorf("cause = %v, want Interrupted", got)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("stopping took until %v", took)
		}
		if tally := w.books(); tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Begun) != 0 {
			t.Errorf("in doubt %d, begun %d; want none", tally.Count(ledger.InDoubt), tally.Count(ledger.Begun))
		}
	})
}

// A snapshot that turns out to be damaged stops the run, and what is under way gets its answer.
func TestVirtualDamagedSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 2500)
		defer w.run.Close()
		path := w.run.Path(runstore.SnapshotName)
		b, err := os.ReadFile(path)
		w.check(err)
		b[len(b)*2/3] ^= 0xff // in the second frame or the third
		w.check(os.WriteFile(path, b, 0o600))
		if err := w.send(nil); !errors.Is(err, runstore.ErrSnapshot) {
			t.Errorf("Send = %v, want ErrSnapshot", err)
		}
		if tally := w.books(); tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Begun) != 0 || tally.Count(ledger.Accepted) < 900 {
			t.Errorf("accepted %d, in doubt %d, begun %d", tally.Count(ledger.Accepted), tally.Count(ledger.InDoubt), tally.Count(ledger.Begun))
		}
	})
}

// Somebody who came onto a list since planning is left out, and what has been sent stays sent.
func TestVirtualOptOutWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1100)
		defer w.run.Close()
		stopCause(t, w.send(func(c *Config) { c.Limit = 20 }))
		dir := t.TempDir()
		list := filepath.Join(dir, "optouts.csv")
		w.check(os.WriteFile(list, []byte("phone\n+447700900001\n+447700901050\n"), 0o600))
		var err error
		w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
		w.check(err)
		w.check(w.send(func(c *Config) { c.Suppress = w.lists }))
		if e, err := w.run.Ledger.Reader().Entry(1050); err != nil || e.State != ledger.Skipped || e.Number != 3 {
			t.Errorf("row 1050 = %+v, %v; want skipped by line 3", e, err)
		}
		if e, err := w.run.Ledger.Reader().Entry(1); err != nil || e.State != ledger.Accepted {
			t.Errorf("row 1 = %+v, %v; it was sent to before", e, err)
		}
	})
}

// Who is not on the list outside of which nobody is written to is left out of what is still to be sent.
func TestVirtualOnlyToOnResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 30)
		defer w.run.Close()
		stopCause(t, w.send(func(c *Config) { c.Limit = 20 }))
		seeds := filepath.Join(t.TempDir(), "seeds.csv")
		w.check(os.WriteFile(seeds, []byte("phone\n+447700900001\n+447700900025\n"), 0o600))
		var err error
		w.lists, err = suppress.Load("", nil, "", nil, time.Now(), seeds)
		w.check(err)
		w.check(w.send(func(c *Config) { c.Suppress = w.lists }))
		tally := w.books()
		if tally.Count(ledger.Accepted) != 21 || tally.Skipped[campaign.NotListed] != 9 {
			t.Errorf("accepted %d, not listed %d; want 21 and 9", tally.Count(ledger.Accepted), tally.Skipped[campaign.NotListed])
		}
	})
}

// Whoever opts out at Sinch while we send is left out from the next reading on. A list that Sinch does not show any more stops the run, a minute
// later; and one that takes long to read holds no file up. As many as are in flight may have been asked about before.
func TestVirtualOptOutsWhileSending(t *testing.T) {
	for _, tc := range []struct {
		name, fault string
		low, high   int // accepted
	}{
		{"opted out", "", 120, 124},
		{"lost", "404:all,on=consents", 132, 138},
		{"slow", "delay-after:all,on=consents,delay=25s", 140, 145},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 200)
				defer w.run.Close()
				dir := t.TempDir()
				list := filepath.Join(dir, "optouts.csv")
				w.check(os.WriteFile(list, []byte("phone\n+447700919999\n"), 0o600))
				var err error
				w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}, {Sinch: true}}, "", nil, time.Now())
				w.check(err)
				c := w.config(w)
				c.Suppress, c.Rate, c.MaxInFlight, c.NoCanary = w.lists, 0.2, 2, true
				w.lists.AddOptOuts(new(suppress.OptOuts))
				w.lists.KeepOptOuts(0, func(ctx context.Context) (*suppress.OptOuts, error) { return w.optOuts(ctx, c.Client) })
				time.AfterFunc(5*time.Minute, func() {
					w.faults(slices.DeleteFunc([]string{tc.fault}, func(f string) bool { return f == "" })...)
					w.optOut(200)
				})
				time.AfterFunc(10*time.Minute+15*time.Second, func() {
					w.check(os.WriteFile(list, []byte("phone\n+447700919999\n+447700900128\n"), 0o600))
				})
				err = Send(t.Context(), make(chan struct{}), c)
				tally := w.books()
				if n := tally.Count(ledger.Accepted); n < tc.low || n > tc.high {
					t.Errorf("%d accepted at 12 a minute, want %d to %d", n, tc.low, tc.high)
				}
				if tc.name == "lost" {
					if stopCause(t, err) != Brake {
						t.Errorf("Send = %v, want Brake", err)
					}
					return
				}
				w.check(err)
				if n := tally.Skipped[campaign.Suppressed]; n != 200-tally.Count(ledger.Accepted) {
					t.Errorf("%d left out as suppressed", n)
				}
				if e, err := w.run.Ledger.Reader().Entry(199); err != nil || e.Detail != suppress.SinchName {
					t.Errorf("row 199 = %+v, %v", e, err)
				}
				if e, err := w.run.Ledger.Reader().Entry(128); err != nil || (e.Detail == "optouts.csv") != (tc.name == "slow") {
					t.Errorf("row 128 = %+v, %v", e, err)
				}
			})
		})
	}
}

// optOuts reads one of the sandbox's opt-out lists.
func (w *world) optOuts(ctx context.Context, c *sinch.Client) (*suppress.OptOuts, error) {
	o := new(suppress.OptOuts)
	err := c.Consents(ctx, "OPT_OUT_ALL", func(ask func() error) error { return ask() }, func(identities []string) error {
		for _, identity := range identities {
			o.Keys = append(o.Keys, campaign.PhoneAddress("+"+identity).Key())
		}
		return nil
	})
	slices.Sort(o.Keys)
	return o, err
}

// optOut puts so many people of the world on that list.
func (w *world) optOut(people int) {
	w.t.Helper()
	var records []string
	for row := range people {
		records = append(records, fmt.Sprintf(`{"identification":"4477009%05d","consent_type":"OPT_OUT_ALL"}`, row))
	}
	c := w.server.Config()
	r, err := http.NewRequest(http.MethodPost, "http://localhost/v1/projects/"+c.ProjectID+"/consents",
		strings.NewReader(`{"app_id":"`+c.AppID+`","consent_records":[`+strings.Join(records, ",")+`]}`))
	w.check(err)
	r.SetBasicAuth(c.KeyID, c.KeySecret)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.server.RoundTrip(r)
	w.check(err)
	if answer.StatusCode != http.StatusOK {
		w.t.Fatal(answer.Status)
	}
}

// Somebody who opts out while we send is left out within ten seconds. A list that vanishes stops the run, a minute later.
func TestVirtualListsWhileSending(t *testing.T) {
	for _, lost := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 4000)
			defer w.run.Close()
			dir := t.TempDir()
			list := filepath.Join(dir, "optouts.csv")
			w.check(os.WriteFile(list, []byte("phone\n+447700919999\n"), 0o600))
			var err error
			w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
			w.check(err)
			time.AfterFunc(20*time.Second, func() {
				if lost {
					w.check(os.Remove(list))
					return
				}
				w.check(os.WriteFile(list, []byte("phone\n+447700919999\n+447700900900\n"), 0o600))
			})
			err = w.send(func(c *Config) { c.Suppress, c.Rate = w.lists, 20 })
			tally := w.books()
			if lost {
				if n := tally.Count(ledger.Accepted); stopCause(t, err) != Brake || n < 1600 || n > 2000 {
					t.Errorf("%d accepted when the list had been lost for a minute, want the 80 to 90 s before", n)
				}
				return
			}
			w.check(err)
			if e, err := w.run.Ledger.Reader().Entry(900); err != nil || e.State != ledger.Skipped || e.Number != 3 {
				t.Errorf("row 900 = %+v, %v; want skipped by line 3", e, err)
			}
			if tally.Count(ledger.Accepted) != 3999 {
				t.Errorf("accepted %d, want all but one", tally.Count(ledger.Accepted))
			}
		})
	}
}

// At a slow pace rows wait long for their permits. Whoever opts out meanwhile is left out all the same.
func TestVirtualOptOutWhileWaitingForAPermit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 300)
		defer w.run.Close()
		dir := t.TempDir()
		list := filepath.Join(dir, "optouts.csv")
		w.check(os.WriteFile(list, []byte("phone\n+447700919999\n"), 0o600))
		var err error
		w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
		w.check(err)
		time.AfterFunc(3*time.Second, func() {
			everybody := "phone\n"
			for i := range 300 {
				everybody += fmt.Sprintf("+4477009%05d\n", i)
			}
			w.check(os.WriteFile(list, []byte(everybody), 0o600))
		})
		w.check(w.send(func(c *Config) { c.Suppress, c.Rate, c.NoCanary = w.lists, 4, true }))
		tally := w.books()
		if n := tally.Count(ledger.Accepted); n > 45 {
			t.Errorf("%d accepted at 4 a second, though the list was looked at after 10 s", n)
		}
	})
}

// Eight repeats after server errors, and nobody can know: the row is in doubt.
func TestVirtualServerErrorsHaveAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, "503:all")
		defer w.run.Close()
		w.check(w.send(nil))
		e, err := w.run.Ledger.Reader().Entry(0)
		if err != nil || e.State != ledger.InDoubt || e.Attempts != maxFailures+1 || e.Flags != ledger.AfterServerError {
			t.Errorf("row 0 = %+v, %v; want in doubt after %d attempts", e, err, maxFailures+1)
		}
	})
}

// Nobody answers at all: the run gives up after the time it was told, and nobody is in doubt.
func TestVirtualUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100)
		defer w.run.Close()
		began := time.Now()
		nobody := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }}
		err := w.send(func(c *Config) { *c = w.config(nobody); c.GiveUp = 2 * time.Minute })
		if got := stopCause(t, err); got != Brake {
			t.Errorf("cause = %v, want Brake", got)
		}
		if took := time.Since(began); took < 2*time.Minute || took > 4*time.Minute {
			t.Errorf("gave up after %v, want about 2m", took)
		}
		if tally := w.books(); tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Begun) != 0 {
			t.Errorf("in doubt %d, begun %d; want none: nothing was written", tally.Count(ledger.InDoubt), tally.Count(ledger.Begun))
		}
		w.check(w.send(nil))
		if tally := w.books(); tally.Count(ledger.Accepted) != 100 {
			t.Errorf("accepted = %d, want 100", tally.Count(ledger.Accepted))
		}
	})
}

// No second has more than the rate and its burst, whatever is tried again.
func TestVirtualRateIsNeverExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1500, "500:every=9", "429:every=50")
		defer w.run.Close()
		w.check(w.send(func(c *Config) { c.MaxInFlight = 1 }))
		for i, from := 0, 0; i < len(w.left); i++ {
			for w.left[i].Sub(w.left[from]) > time.Second {
				from++
			}
			if n := i - from + 1; n > 102 {
				t.Fatalf("%d requests within a second, the rate is 100", n)
			}
		}
		w.books()
	})
}

// While a Retry-After lasts nothing leaves, not even with a permit that was on offer before.
func TestVirtualRetryAfterHoldsPermitsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 50, "429:after=12,first=1,retry-after=30")
		defer w.run.Close()
		w.check(w.send(func(c *Config) { c.MaxInFlight = 1 }))
		if pause := w.left[13].Sub(w.left[12]); pause < 30*time.Second {
			t.Errorf("the next request left after %v, and 30 s were asked for", pause)
		}
		w.books()
	})
}

// Rows of the canary that are left out do not make it smaller.
func TestVirtualCanaryOfPeopleLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 100, "400:all")
		defer w.run.Close()
		dir := t.TempDir()
		text := "phone\n"
		for i := range canaryRows {
			text += fmt.Sprintf("+4477009%05d\n", i)
		}
		w.check(os.WriteFile(filepath.Join(dir, "optouts.csv"), []byte(text), 0o600))
		var err error
		w.lists, err = suppress.Load(dir, []campaign.SuppressionList{{File: "optouts.csv"}}, "", nil, time.Now())
		w.check(err)
		if got := stopCause(t, w.send(func(c *Config) { c.Suppress = w.lists })); got != Brake {
			t.Errorf("cause = %v, want Brake", got)
		}
		if tally := w.books(); tally.Count(ledger.Rejected) != canaryRows || tally.Count(ledger.Skipped) != canaryRows {
			t.Errorf("rejected %d, left out %d; want 10 and 10", tally.Count(ledger.Rejected), tally.Count(ledger.Skipped))
		}
	})
}

func TestVirtualStopOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1000)
		defer w.run.Close()
		stop := make(chan struct{})
		time.AfterFunc(3*time.Second, func() { close(stop) })
		if got := stopCause(t, Send(t.Context(), stop, w.config(w))); got != Interrupted {
			t.Errorf("cause = %v, want Interrupted", got)
		}
		tally := w.books()
		if n := tally.Count(ledger.Accepted); n < 250 || n > 320 || tally.Count(ledger.InDoubt) != 0 || tally.Count(ledger.Begun) != 0 {
			t.Errorf("accepted %d, in doubt %d, begun %d after 3 s at 100/s", n, tally.Count(ledger.InDoubt), tally.Count(ledger.Begun))
		}
	})
}

// The second signal leaves at once: what was under way is in doubt, and nothing else.
func TestVirtualLeaveAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 200, "delay-after:after=20")
		defer w.run.Close()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		c := w.config(w)
		c.MaxInFlight = 30 // more than would pull a brake
		if got := stopCause(t, Send(ctx, make(chan struct{}), c)); got != Interrupted {
			t.Errorf("cause = %v, want Interrupted", got)
		}
		tally := w.books()
		if n := tally.Count(ledger.InDoubt); n != 30 || tally.Count(ledger.Begun) != 0 {
			t.Errorf("in doubt %d, begun %d; want the 30 that were in flight in doubt", n, tally.Count(ledger.Begun))
		}
	})
}
