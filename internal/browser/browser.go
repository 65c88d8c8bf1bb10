//go:build browser

package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browser is a Chromium, which shows one page after the other.
type Browser struct {
	context.Context
	t testing.TB

	mu       sync.Mutex
	requests []string
	problems []string
}

// Open starts Chromium, and has it end with the test. Where there is none the test is skipped, and says so whatever go test shows.
func Open(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		fmt.Fprintf(os.Stderr, "%s SKIPPED: there is no Chromium, so nobody has looked at the page\n", t.Name())
		t.Skip("no chromium in PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &Browser{Context: ctx, t: t}
	err := chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			b.requests = append(b.requests, e.Request.URL)
		case *log.EventEntryAdded:
			b.problems = append(b.problems, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Show opens a page, as if nothing had been before.
func (b *Browser) Show(html string) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	b.requests, b.problems = nil, nil
	b.mu.Unlock()
	Do(b, chromedp.Navigate("file://"+file))
}

// Heard returns the addresses that the page has asked for, its own the first, and what the browser has complained of.
func (b *Browser) Heard() (requests, problems []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests, b.problems
}

// Scheme has the page shown on a medium, screen or print, and in the dark or not: light or dark.
func (b *Browser) Scheme(medium, scheme string) {
	b.t.Helper()
	Do(b, Call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// Do does something with the page. Where that fails, so does the test.
func Do[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	v, err := chromedp.Run(b, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// Call makes an action of a command of the DevTools protocol.
func Call[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[R] {
	return func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, command, parameters) }
}

// Ask returns what an expression of JavaScript is on the page.
func Ask[T any](b *Browser, expression string) T {
	b.t.Helper()
	return Do(b, chromedp.Evaluate[T](expression))
}
