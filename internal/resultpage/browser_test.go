//go:build browser

package resultpage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sendoff/internal/report"
	"sendoff/internal/resultpage"
)

// browser is a Chromium that shows a page.
type browser struct {
	context.Context
	mu       sync.Mutex
	requests []string // what it has asked for
	problems []string // what it has complained of
}

// open starts Chromium. Where there is none the test is skipped, and says so whatever go test shows.
func open(t *testing.T) *browser {
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
	b := &browser{Context: ctx}
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

// show opens a page, as if nothing had been before.
func (b *browser) show(t *testing.T, html string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	b.requests, b.problems = nil, nil
	b.mu.Unlock()
	do(t, b, chromedp.Navigate("file://"+file))
}

func do[T any](t *testing.T, b *browser, action chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(b, action)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// call makes an action of a command of the DevTools protocol.
func call[P, R any](command cdp.Command[P, R], parameters P) chromedp.Action[R] {
	return func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, command, parameters) }
}

// ask returns what an expression of JavaScript is on the page.
func ask[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	return do(t, b, chromedp.Evaluate[T](expression))
}

// scheme has the page shown in the dark or not, or printed.
func (b *browser) scheme(t *testing.T, medium, scheme string) {
	t.Helper()
	do(t, b, call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// shown is a number as the page shows it.
type shown struct{ Of, Value, Text string }

// pages are those that browsers look at.
func pages(t *testing.T) map[string]resultpage.Facts {
	small, million, sandbox, fresh := aReport(20), aReport(1_000_000), aReport(300), aReport(5_000)
	sandbox.Sandbox, sandbox.Message = true, "SANDBOX: nothing was sent to anyone"
	fresh.Delivery, fresh.Results, fresh.Receipts = nil, nil, report.NoReceipts
	c := loadCampaign(t)
	return map[string]resultpage.Facts{
		"small":   {Report: small, Campaign: c, People: everybody(small), Version: "0.8.1"},
		"million": {Report: million, Campaign: c, Version: "0.8.1"},
		"sandbox": {Report: sandbox, Campaign: c, People: everybody(sandbox), Version: "0.8.1"},
		"fresh":   {Report: fresh},
	}
}

// Every number on a page is the one that report.json has by that name.
func TestBrowserShowsTheNumbers(t *testing.T) {
	b := open(t)
	for name, f := range pages(t) {
		b.show(t, write(t, f))
		var document any
		written, err := json.Marshal(f.Report)
		if err == nil {
			err = json.Unmarshal(written, &document)
		}
		if err != nil {
			t.Fatal(err)
		}
		numbers := ask[[]shown](t, b, `[...document.querySelectorAll("[data-value]")].map(e => ({Of: e.dataset.of || "", Value: e.dataset.value, Text: e.textContent}))`)
		named := 0
		for _, n := range numbers {
			if strings.ReplaceAll(n.Text, ",", "") != n.Value {
				t.Errorf("%s: %q stands for %s", name, n.Text, n.Value)
			}
			if n.Of == "" {
				continue
			}
			named++
			want := 0
			for _, path := range strings.Split(n.Of, "+") {
				want += count(document, strings.Split(path, "."))
			}
			if n.Value != strconv.Itoa(want) {
				t.Errorf("%s: %s is %s on the page, and %d in report.json", name, n.Of, n.Value, want)
			}
		}
		if named < 12 {
			t.Errorf("%s: only %d numbers have a name", name, named)
		}
		for _, r := range b.requests {
			if !strings.HasPrefix(r, "file://") || len(b.requests) != 1 {
				t.Errorf("%s has asked for %s", name, r)
			}
		}
		if len(b.problems) > 0 {
			t.Errorf("%s: the browser complains: %v", name, b.problems)
		}
	}
}

// count follows a path in a document to a number; an object is the sum of what is in it. What is not there is 0.
func count(v any, path []string) int {
	switch v := v.(type) {
	case float64:
		return int(v)
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(v) {
			return count(v[i], path[1:])
		}
	case map[string]any:
		if len(path) > 0 {
			return count(v[path[0]], path[1:])
		}
		sum := 0
		for _, e := range v {
			sum += count(e, nil)
		}
		return sum
	}
	return 0
}

// tooWide finds what does not fit, or cannot be read whole.
const tooWide = `[document.documentElement, ...document.querySelectorAll("body, body *")].filter(e => {
	const box = e.getBoundingClientRect();
	return !e.closest("svg") && (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != "inline" && e.clientWidth > 0 || box.right > innerWidth + 1);
}).map(e => e.tagName + "." + e.className + ": " + e.textContent.trim().slice(0, 40))`

func TestBrowserCutsNothingOff(t *testing.T) {
	b := open(t)
	for name, f := range pages(t) {
		b.show(t, write(t, f))
		b.scheme(t, "screen", "light")
		ask[int](t, b, `[...document.querySelectorAll("details")].filter(e => e.open = true).length`)
		for _, width := range []int64{360, 800, 1200} {
			do(t, b, chromedp.EmulateViewport(width, 800))
			for _, e := range ask[[]string](t, b, tooWide) {
				t.Errorf("%s at %d: %s is cut off", name, width, e)
			}
			b.shot(t, fmt.Sprintf("%s-%d", name, width))
		}
		b.scheme(t, "print", "dark")
		do(t, b, chromedp.EmulateViewport(670, 1000)) // A4 less its margins
		for _, e := range ask[[]string](t, b, tooWide) {
			t.Errorf("%s printed: %s is cut off", name, e)
		}
		if whole := ask[bool](t, b, `[...document.querySelectorAll("tr")].every(e => getComputedStyle(e).breakInside == "avoid")`); !whole {
			t.Errorf("%s printed: a row may be cut in two", name)
		}
		b.shot(t, name+"-print")
		pdf := do(t, b, call(cdpage.PrintToPDF, cdpage.PrintToPDFParams{PreferCSSPageSize: new(true)}))
		if len(pdf.Data) < 1000 {
			t.Errorf("%s: the PDF has %d bytes", name, len(pdf.Data))
		}
	}
}

// faint finds texts that can hardly be read: their contrast is less than 4.5 (WCAG 2.2, 1.4.3).
const faint = `(() => {
	const parse = c => { const m = (c.match(/[\d.]+/g) || []).map(Number); return c.startsWith("rgb") && (m.length < 4 || m[3] > 0) ? m : null };
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const all = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()) || e.closest("svg, mark")) continue;
		let under = e, back = null;
		while (under && !(back = parse(getComputedStyle(under).backgroundColor))) under = under.parentElement;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(back || [255, 255, 255])].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) all.push(e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30) + ": " + ratio.toFixed(2));
	}
	return all;
})()`

func TestBrowserCanBeRead(t *testing.T) {
	b := open(t)
	b.show(t, write(t, pages(t)["sandbox"]))
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(t, "screen", scheme)
		for _, text := range ask[[]string](t, b, faint) {
			t.Errorf("%s: %s", scheme, text)
		}
		backs[ask[string](t, b, "getComputedStyle(document.body).backgroundColor")] = true
		b.shot(t, "sandbox-"+scheme)
	}
	if len(backs) != 2 {
		t.Error("dark is as light")
	}
	described := ask[[]string](t, b, `[...document.querySelectorAll("svg[role=img]")].filter(e => e.getAttribute("aria-labelledby")).map(e => e.getAttribute("aria-labelledby").split(" ").map(id => (document.getElementById(id) || {}).textContent || "").join(": "))`)
	if len(described) < 3 {
		t.Errorf("only %d drawings are described", len(described))
	}
	for _, text := range described {
		if !strings.Contains(text, "over time: ") || !strings.Contains(text, " in all, from ") {
			t.Errorf("a drawing is described as %q", text)
		}
	}
	b.scheme(t, "print", "light")
	if got := ask[string](t, b, `(s => s.display + " " + s.breakInside)(getComputedStyle(document.querySelector(".sandbox")))`); got != "table-header-group avoid" {
		t.Errorf("printed, what says that nothing was sent is a %s: it does not stand on every page", got)
	}
}

func TestBrowserAudit(t *testing.T) {
	var html bytes.Buffer
	if err := resultpage.WriteAudit(&html, auditOf(t)); err != nil {
		t.Fatal(err)
	}
	b := open(t)
	b.show(t, html.String())
	for _, width := range []int64{360, 1200} {
		do(t, b, chromedp.EmulateViewport(width, 800))
		for _, e := range ask[[]string](t, b, tooWide) {
			t.Errorf("at %d: %s is cut off", width, e)
		}
		b.shot(t, fmt.Sprintf("audit-%d", width))
	}
	b.scheme(t, "print", "light")
	do(t, b, chromedp.EmulateViewport(690, 1000))
	for _, e := range ask[[]string](t, b, tooWide) {
		t.Errorf("printed: %s is cut off", e)
	}
	b.shot(t, "audit-print")
	if len(b.requests) != 1 || len(b.problems) > 0 {
		t.Errorf("it has asked for %v, and complains of %v", b.requests, b.problems)
	}
}

// shot puts a picture of the page into the folder that RESULTPAGE_SHOTS names, for people.
func (b *browser) shot(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("RESULTPAGE_SHOTS")
	if folder == "" {
		return
	}
	picture := do(t, b, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, name+".jpg"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
