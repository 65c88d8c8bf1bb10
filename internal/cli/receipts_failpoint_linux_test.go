//go:build failpoint

package cli

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"sendoff/campaign"
	"sendoff/internal/delivery"
	"sendoff/internal/failpoint"
	"sendoff/internal/ledger"
	"sendoff/internal/receipts"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

const listenerSecret = "a secret of 24 letters .."

// told is one receipt that callers tell of.
type told struct {
	row    int
	status delivery.Status
}

var toldNames = map[delivery.Status]string{
	delivery.Queued: "QUEUED_ON_CHANNEL", delivery.Failed: "FAILED", delivery.Delivered: "DELIVERED", delivery.Read: "READ",
}

// callersOf post the receipts of a run until each was answered with 200, again and again where it is not.
type callersOf struct {
	url, run string
	client   http.Client

	mu    sync.Mutex
	todo  []told
	busy  int // that are being told of
	acked map[told]bool
}

// draw draws receipts of n of so many rows, in any order, and returns what they come to.
func (c *callersOf) draw(n, rows int) (want []delivery.Status) {
	want = make([]delivery.Status, rows)
	for _, row := range rand.Perm(rows)[:n] {
		s := []delivery.Status{delivery.Queued, delivery.Failed, delivery.Delivered, delivery.Read}[rand.IntN(4)]
		want[row] = s
		c.todo = append(c.todo, told{row, s})
		if s != delivery.Queued && row%5 == 0 {
			c.todo = append(c.todo, told{row, delivery.Queued}) // it may come later, and says less
		}
	}
	return want
}

// next returns a receipt that is still to be told of, mostly; some are told of again. It returns false once nothing is left.
func (c *callersOf) next() (told, bool) {
	for {
		c.mu.Lock()
		if n := len(c.todo); n > 0 {
			r := c.todo[n-1]
			if rand.IntN(20) > 0 {
				c.todo = c.todo[:n-1]
			}
			c.busy++
			c.mu.Unlock()
			return r, true
		}
		busy := c.busy
		c.mu.Unlock()
		if busy == 0 {
			return told{}, false
		}
		time.Sleep(time.Millisecond)
	}
}

// messageTo is the id of the message to a row.
func messageTo(row int) string {
	return ulid.ULID{13: byte(row >> 16), 14: byte(row >> 8), 15: byte(row)}.String()
}

// unanswered is how many rows there are for each whose answer nobody has read.
const unanswered = 100

// acceptMost gives a run its people, and has their messages accepted, but for those that are in doubt.
func acceptMost(t *testing.T, run *runstore.Run, rows int) {
	t.Helper()
	people := make([]campaign.Recipient, rows)
	for row := range people {
		people[row] = campaign.Recipient{Row: row, Line: row + 2}
	}
	if err := run.FreezeList(people, func(*runstore.Meta) {}); err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		err := error(nil)
		if row%unanswered == 0 {
			err = run.Ledger.Record(uint32(row), ledger.Result{State: ledger.InDoubt, Time: time.Now()})
		} else {
			err = run.Ledger.RecordFound(uint32(row), ledger.Result{State: ledger.Accepted, Time: time.Now(), MessageID: messageTo(row)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := run.Ledger.Sync(); err != nil {
		t.Fatal(err)
	}
}

// checkReport lets the run go, settled by its receipts as every start does, and has the report count what they come to.
func checkReport(t *testing.T, b *bench, run *runstore.Run, want []delivery.Status) {
	t.Helper()
	if _, err := receipts.Settle(run, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := run.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := b.command("report", "--json", b.runDir()).Output()
	if err != nil {
		t.Fatal(err)
	}
	var rep report.Report
	if err := json.Unmarshal(out, &rep); err != nil {
		t.Fatal(err)
	}
	var all report.Delivery
	doubt := 0
	for row, status := range want {
		switch {
		case status == delivery.None && row%unanswered == 0:
			doubt++
		case status == delivery.Delivered:
			all.Delivered++
		case status == delivery.Read:
			all.Read++
		case status == delivery.Failed:
			all.Failed++
		default:
			all.Pending++
		}
	}
	if rep.InDoubt != doubt || rep.Accepted != len(want)-doubt || rep.Delivery == nil || *rep.Delivery != all {
		t.Errorf("the report has %d accepted, %d in doubt and %+v; want %d, %d and %+v", rep.Accepted, rep.InDoubt, rep.Delivery, len(want)-doubt, doubt, all)
	}
}

// tell posts a receipt, and remembers what the answer says.
func (c *callersOf) tell(r told) error {
	body := fmt.Appendf(nil, `{"app_id":"01HZX3Q4R5S6T7V8W9X0YZABCD","accepted_time":%q,"message_delivery_report":{"message_id":%q,"status":%q,`+
		`"channel_identity":{"channel":"SMS","identity":"447700900001"},"metadata":"{\"sendoff\":{\"run\":%s,\"row\":%d}}"}}`,
		time.Now().Add(-time.Duration(r.row)*time.Second).UTC().Format(time.RFC3339Nano), messageTo(r.row), toldNames[r.status], `\"`+c.run+`\"`, r.row)
	nonce, timestamp := "01HZX3Q4R5S6T7V8W9X0YZN0NC", strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(listenerSecret))
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", body, nonce, timestamp) // a hash never fails
	req, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Sinch-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	req.Header.Set("X-Sinch-Webhook-Signature-Timestamp", timestamp)
	req.Header.Set("X-Sinch-Webhook-Signature-Nonce", nonce)
	req.Header.Set("X-Sinch-Webhook-Signature-Algorithm", "HmacSHA256")
	answer, err := c.client.Do(req)
	if err == nil {
		_, _ = io.Copy(io.Discard, answer.Body) // it is empty
		_ = answer.Body.Close()
	}
	isTaken := err == nil && answer.StatusCode == http.StatusOK
	if err == nil && answer.StatusCode < 500 && !isTaken {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	c.mu.Lock()
	c.busy--
	if isTaken {
		c.acked[r] = true
	} else {
		c.todo = append([]told{r}, c.todo...)
	}
	c.mu.Unlock()
	if !isTaken {
		time.Sleep(25 * time.Millisecond)
	}
	return nil
}

// A listener that is killed fifty times, at random moments and between write and fsync, while its callers tell of forty thousand of a hundred thousand people,
// in any order and some twice, of some before the answer to the message itself: every receipt that was answered with 200 is on file, what they say together stands in
// the ledger, and the report adds up.
func TestCrashListener(t *testing.T) {
	const rows, drawn, kills, callers = 100_000, 40_000, 50, 16
	b := &bench{dir: t.TempDir(), env: append(os.Environ(), asProgram+"=1", webhookSecret+"="+listenerSecret)}
	run, err := runstore.Acquire(b.runDir(), runstore.Options{Key: "crash", Campaign: "crash", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = run.Close() }() // a second time does no harm
	acceptMost(t, run, rows)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close() // the listeners listen there, one after the other
	c := &callersOf{url: "http://" + addr + "/", run: run.Meta().RunID, acked: map[told]bool{}}
	c.client = http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	want := c.draw(drawn, rows)
	total := len(c.todo)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for r, more := c.next(); more; r, more = c.next() {
				if err := c.tell(r); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range kills {
		b.listenAndDie(t, addr, i%2 == 0)
	}
	c.mu.Lock()
	early := len(c.acked)
	c.mu.Unlock()
	if early == 0 {
		t.Error("none of the listeners that were killed has taken anything")
	}
	last := b.command("receipts", "listen", "--addr", addr, b.dir)
	if err := last.Start(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := errors.Join(last.Process.Signal(os.Interrupt), last.Wait()); err != nil {
		t.Errorf("the last listener: %v", err)
	}
	if len(c.acked) != total {
		t.Fatalf("%d of %d receipts were answered with 200", len(c.acked), total)
	}

	lost := c.checkFile(t, filepath.Join(b.runDir(), runstore.ReceiptsName))
	if _, err := receipts.Merge(run, nil); err != nil {
		t.Fatal(err)
	}
	reader := run.Ledger.Reader()
	for row, status := range want {
		e, err := reader.Entry(uint32(row))
		if err != nil || e.Receipt.Status != status {
			t.Fatalf("row %d: %v in the ledger, %v; want %v", row, e.Receipt.Status, err, status)
		}
	}
	checkReport(t, b, run, want)
	t.Logf("%d kills, %d receipts, %d of them before the last kill; %d bytes passed over", kills, total, early, lost)
}

// checkFile wants every receipt on file that was answered with 200, and returns how many bytes had to be passed over.
func (c *callersOf) checkFile(t *testing.T, path string) (lost int64) {
	t.Helper()
	onFile := map[told]bool{}
	_, lost, err := receipts.Read(path, ulid.MustParse(c.run), 0, func(r receipts.Record) error {
		onFile[told{int(r.Row), r.Status}] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for r := range c.acked {
		if !onFile[r] {
			t.Fatalf("row %d was answered with 200, and is not on file", r.row)
		}
	}
	return lost
}

// listenAndDie starts a listener, and has it die: between write and fsync, or at a random moment.
func (b *bench) listenAndDie(t *testing.T, addr string, atPoint bool) {
	t.Helper()
	died := b
	if atPoint {
		died = b.with("SENDOFF_FAILPOINT", fmt.Sprintf("%s:%d", failpoint.ReceiptsWritten, 1+rand.IntN(100)))
	}
	cmd := died.command("receipts", "listen", "--addr", addr, b.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it died is looked at
		close(ended)
	}()
	for listens := false; !listens; {
		conn, err := net.Dial("tcp", addr)
		if listens = err == nil; listens {
			_ = conn.Close() // it was about the address
		}
		select {
		case <-ended: // at the point, if it was reached already
			listens = true
		case <-time.After(10 * time.Millisecond):
		}
	}
	select {
	case <-ended:
	case <-time.After(time.Duration(10+rand.IntN(200)) * time.Millisecond):
		_ = cmd.Process.Kill()
		<-ended
	}
	if !killed(cmd) {
		t.Errorf("the listener ended with %d", cmd.ProcessState.ExitCode())
	}
}
