package cli

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"sendoff/internal/receipts"
	"sendoff/internal/runs"
	"sendoff/internal/runstore"
)

// freeAddress keeps an address of this machine in a variable where nobody listens.
func freeAddress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: addr NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// receiptsProcess is the command receipts listen of one script.
type receiptsProcess struct {
	cmd   *exec.Cmd
	words bytes.Buffer
	read  chan struct{} // closed when all that it says was read
}

// run starts the command with args, and waits until it listens; with the one argument "stop" it interrupts it, wants it to end well, and prints what it has said
// to standard error.
func (p *receiptsProcess) run(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: hear [FLAG…] [DIR] | stop")
	}
	if len(args) == 1 && args[0] == "stop" {
		ts.Check(p.cmd.Process.Signal(os.Interrupt))
		<-p.read
		ts.Check(p.cmd.Wait())
		p.cmd = nil
		_, err := ts.Stderr().Write(p.words.Bytes())
		ts.Check(err)
		return
	}
	program, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(program, append([]string{"receipts", "listen"}, args...)...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), asProgram+"=1")
	for _, name := range []string{webhookSecret, "SINCH_ENDPOINT", "SINCH_PROJECT_ID", "SINCH_APP_ID", "SINCH_KEY_ID", "SINCH_KEY_SECRET", "SINCH_REGION"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		if p.cmd == cmd {
			_ = cmd.Process.Kill() // the script has failed
			_ = cmd.Wait()
		}
	})
	p.cmd, p.read = cmd, make(chan struct{})
	p.words.Reset()
	listens := make(chan bool, 1)
	go func() {
		defer close(p.read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(&p.words, lines.Text())
			if strings.HasPrefix(lines.Text(), "Sinch must reach it") {
				listens <- true
			}
		}
		listens <- false
	}()
	if !<-listens {
		ts.Fatalf("the listener has not started: %s", p.words.String())
	}
}

// tellCallback posts a file as Sinch does, signed with a secret; an empty one signs nothing.
func tellCallback(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: tell STATUS URL FILE SECRET")
	}
	body, nonce, timestamp := ts.ReadFile(args[2]), "01HZX3Q4R5S6T7V8W9X0YZN0NC", strconv.FormatInt(time.Now().Unix(), 10)
	r, err := http.NewRequest(http.MethodPost, args[1], strings.NewReader(body))
	ts.Check(err)
	if args[3] != "" {
		mac := hmac.New(sha256.New, []byte(args[3]))
		_, err = io.WriteString(mac, body+"."+nonce+"."+timestamp)
		ts.Check(err)
		r.Header.Set("X-Sinch-Webhook-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		r.Header.Set("X-Sinch-Webhook-Signature-Timestamp", timestamp)
		r.Header.Set("X-Sinch-Webhook-Signature-Nonce", nonce)
		r.Header.Set("X-Sinch-Webhook-Signature-Algorithm", "HmacSHA256")
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	ts.Check(err)
	ts.Check(answer.Body.Close())
	if got := strconv.Itoa(answer.StatusCode); got != args[0] {
		ts.Fatalf("status %s, want %s", got, args[0])
	}
}

// received waits until a run has so many receipts on file that differ, for a minute at most, and prints row and status of each.
func received(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: received N DIR")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	ids, err := runs.IDs(dir)
	ts.Check(err)
	if len(ids) != 1 {
		ts.Fatalf("there are %d runs in %s", len(ids), args[1])
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		seen := map[string]bool{}
		for id := range ids {
			_, _, err := receipts.Read(filepath.Join(dir, runstore.ReceiptsName), ulid.MustParse(id), 0, func(r receipts.Record) error {
				seen[fmt.Sprint(r.Row, " ", r.Status)] = true
				return nil
			})
			ts.Check(err)
		}
		if len(seen) == want {
			_, err := fmt.Fprintln(ts.Stdout(), strings.Join(slices.Sorted(maps.Keys(seen)), "\n"))
			ts.Check(err)
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%d receipts are on file, want %d: %v", len(seen), want, seen)
		}
	}
}

// size prints how many bytes a file has.
func size(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = fmt.Fprintln(ts.Stdout(), info.Size())
	ts.Check(err)
}

// labelled puts the id of the run in a folder in place of RUNID in a file.
func labelled(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: labelled DIR FILE")
	}
	ids, err := runs.IDs(ts.MkAbs(args[0]))
	ts.Check(err)
	for id := range ids {
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(ts.ReadFile(args[1]), "RUNID", id)), 0o600))
	}
}
