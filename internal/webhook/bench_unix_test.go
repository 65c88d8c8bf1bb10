//go:build unix

package webhook

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/callback"
)

// asCaller makes the test binary call a server in place of Sinch: HOST:PORT RUN N.
const asCaller = "SENDOFF_TEST_AS_CALLER"

func TestMain(m *testing.M) {
	if text := os.Getenv(asCaller); text != "" {
		callMany(text)
		return
	}
	os.Exit(m.Run())
}

const callers = 64

// callMany posts n signed receipts of a run on 64 connections.
func callMany(text string) {
	var host, run string
	var n int
	if _, err := fmt.Sscan(text, &host, &run, &n); err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for row := c; row < n; row += callers {
				body := receiptOf(run, row)
				head := "POST /hook HTTP/1.1\r\nHost: sendoff\r\nContent-Type: application/json\r\nUser-Agent: sinch\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
				for name, value := range sign(testSecret, body, time.Now()) {
					head += name + ": " + value + "\r\n"
				}
				if _, err := io.WriteString(conn, head+"\r\n"+body); err != nil {
					panic(err)
				}
				answer, err := http.ReadResponse(in, nil)
				if err != nil || answer.StatusCode != http.StatusOK {
					panic(fmt.Sprint(answer, err))
				}
				_ = answer.Body.Close() // it is empty
			}
		})
	}
	wg.Wait()
}

// bare only looks at the signature.
func bare(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, callback.MaxSize))
	if err != nil || callback.Verify(r.Header, body, []byte(testSecret), time.Now(), callback.MaxAge) != nil {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// BenchmarkReceipt measures the CPU that taking in a receipt costs this process, network and disk included, beside a handler that looks at the signature and at
// nothing else, in turns and in one run; another process calls.
func BenchmarkReceipt(b *testing.B) {
	const n = 20_000
	s := newScene(b, testSecret)
	yardstick := httptest.NewServer(http.HandlerFunc(bare))
	defer yardstick.Close()
	var ours, bare, took time.Duration
	for b.Loop() {
		began := time.Now()
		ours += cpuOf(b, s.url, s.run, n)
		took += time.Since(began)
		bare += cpuOf(b, yardstick.URL, s.run, n)
	}
	if got := s.handler.store.Counts().Receipts; got != n*b.N {
		b.Fatalf("%d receipts, want %d", got, n*b.N)
	}
	b.ReportMetric(float64(ours.Microseconds())/float64(n*b.N), "CPU-us/receipt")
	b.ReportMetric(float64(bare.Microseconds())/float64(n*b.N), "bare-CPU-us/receipt")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "ours/bare-cpu")
	b.ReportMetric(float64(n*b.N)/took.Seconds(), "receipts/s")
}

// cpuOf returns the CPU that this process uses while another one posts n receipts.
func cpuOf(b *testing.B, url, run string, n int) time.Duration {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", asCaller, strings.TrimPrefix(url, "http://"), run, n))
	before := cpu(b)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return cpu(b) - before
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
