//go:build browser

package resultpage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sendoff/internal/browser"
	"sendoff/internal/report"
	"sendoff/internal/resultpage"
)

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
	b := browser.Open(t)
	for name, f := range pages(t) {
		b.Show(write(t, f))
		var document any
		written, err := json.Marshal(f.Report)
		if err == nil {
			err = json.Unmarshal(written, &document)
		}
		if err != nil {
			t.Fatal(err)
		}
		numbers := browser.Ask[[]shown](b, `[...document.querySelectorAll("[data-value]")].map(e => ({Of: e.dataset.of || "", Value: e.dataset.value, Text: e.textContent}))`)
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
		requests, problems := b.Heard()
		if len(requests) != 1 || !strings.HasPrefix(requests[0], "file://") {
			t.Errorf("%s has asked for %v", name, requests)
		}
		if len(problems) > 0 {
			t.Errorf("%s: the browser complains: %v", name, problems)
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
	b := browser.Open(t)
	for name, f := range pages(t) {
		b.Show(write(t, f))
		b.Scheme("screen", "light")
		browser.Ask[int](b, `[...document.querySelectorAll("details")].filter(e => e.open = true).length`)
		for _, width := range []int64{360, 800, 1200} {
			browser.Do(b, chromedp.EmulateViewport(width, 800))
			for _, e := range browser.Ask[[]string](b, tooWide) {
				t.Errorf("%s at %d: %s is cut off", name, width, e)
			}
			shot(t, b, fmt.Sprintf("%s-%d", name, width))
		}
		b.Scheme("print", "dark")
		browser.Do(b, chromedp.EmulateViewport(670, 1000)) // A4 less its margins
		for _, e := range browser.Ask[[]string](b, tooWide) {
			t.Errorf("%s printed: %s is cut off", name, e)
		}
		if whole := browser.Ask[bool](b, `[...document.querySelectorAll("tr")].every(e => getComputedStyle(e).breakInside == "avoid")`); !whole {
			t.Errorf("%s printed: a row may be cut in two", name)
		}
		shot(t, b, name+"-print")
		pdf := browser.Do(b, browser.Call(cdpage.PrintToPDF, cdpage.PrintToPDFParams{PreferCSSPageSize: new(true)}))
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
	b := browser.Open(t)
	b.Show(write(t, pages(t)["sandbox"]))
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme("screen", scheme)
		for _, text := range browser.Ask[[]string](b, faint) {
			t.Errorf("%s: %s", scheme, text)
		}
		backs[browser.Ask[string](b, "getComputedStyle(document.body).backgroundColor")] = true
		shot(t, b, "sandbox-"+scheme)
	}
	if len(backs) != 2 {
		t.Error("dark is as light")
	}
	described := browser.Ask[[]string](b, `[...document.querySelectorAll("svg[role=img]")].filter(e => e.getAttribute("aria-labelledby")).map(e => e.getAttribute("aria-labelledby").split(" ").map(id => (document.getElementById(id) || {}).textContent || "").join(": "))`)
	if len(described) < 3 {
		t.Errorf("only %d drawings are described", len(described))
	}
	for _, text := range described {
		if !strings.Contains(text, "over time: ") || !strings.Contains(text, " in all, from ") {
			t.Errorf("a drawing is described as %q", text)
		}
	}
	b.Scheme("print", "light")
	if got := browser.Ask[string](b, `(s => s.display + " " + s.breakInside)(getComputedStyle(document.querySelector(".sandbox")))`); got != "table-header-group avoid" {
		t.Errorf("printed, what says that nothing was sent is a %s: it does not stand on every page", got)
	}
}

func TestBrowserAudit(t *testing.T) {
	var html bytes.Buffer
	if err := resultpage.WriteAudit(&html, auditOf(t)); err != nil {
		t.Fatal(err)
	}
	b := browser.Open(t)
	b.Show(html.String())
	for _, width := range []int64{360, 1200} {
		browser.Do(b, chromedp.EmulateViewport(width, 800))
		for _, e := range browser.Ask[[]string](b, tooWide) {
			t.Errorf("at %d: %s is cut off", width, e)
		}
		shot(t, b, fmt.Sprintf("audit-%d", width))
	}
	b.Scheme("print", "light")
	browser.Do(b, chromedp.EmulateViewport(690, 1000))
	for _, e := range browser.Ask[[]string](b, tooWide) {
		t.Errorf("printed: %s is cut off", e)
	}
	shot(t, b, "audit-print")
	if requests, problems := b.Heard(); len(requests) != 1 || len(problems) > 0 {
		t.Errorf("it has asked for %v, and complains of %v", requests, problems)
	}
}

// shot puts a picture of the page into the folder that RESULTPAGE_SHOTS names, for people.
func shot(t *testing.T, b *browser.Browser, name string) {
	t.Helper()
	folder := os.Getenv("RESULTPAGE_SHOTS")
	if folder == "" {
		return
	}
	picture := browser.Do(b, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, name+".jpg"), picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
