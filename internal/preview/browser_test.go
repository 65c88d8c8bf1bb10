//go:build browser

package preview_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"

	"sendoff/internal/browser"
	"sendoff/internal/preview"
)

// open starts Chromium with a page.
func open(t *testing.T, html string) *browser.Browser {
	t.Helper()
	b := browser.Open(t)
	b.Show(html)
	return b
}

// names returns what the page says to somebody who cannot see it.
func names(b *browser.Browser) map[string]bool {
	names := map[string]bool{}
	for _, n := range browser.Do(b, browser.Call(accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})).Nodes {
		var name string
		if n.Name != nil && !n.Ignored && json.Unmarshal(n.Name.Value, &name) == nil {
			names[name] = true
		}
	}
	return names
}

// onPhones is what has to be read on phones, by their ids. Rows are the kinds in their order, then the translations.
var onPhones = map[string][]string{
	"row-1-SMS": {"Hi Zoë 😀, your parcel is at Leeds.", "Sinch makes the same text of it"}, "row-1-MESSENGER": {"Open 10–18. 🎁"},
	"row-2-SMS": {"https://example.com/tickets/C-17.pdf", "as text: SMS has no media"}, "row-2-VIBERBM": {"Ticket for Zoë 😀.pdf"},
	"row-3-SMS": {"> NO, THANKS"}, "row-3-RCS": {"Spring sale, Zoë 😀", "points count double", "Shop now", "Call us", "No, thanks", "en.jpg", "calls +447700900999"},
	"row-4-WHATSAPP": {"Are you coming", "Yes", "No", "Ask me later", "Acme, Leeds"}, "row-4-VIBERBM": {"> ASK ME LATER"},
	"row-5-RCS":       {"Tasting, Zoë 😀", "Six wines", "I am in", "How to get there", "Concert", "Programme", "Late night 東京 tour", "Save the date", "Find my shop"},
	"row-5-MESSENGER": {"Tasting, Zoë 😀", "Concert", "Late night 東京 tour", "Find my shop"}, "row-5-SMS": {"1. Tasting", "2. Concert", "3. Late night", "> I AM IN"},
	"row-6-RCS": {"Our new shop", "12 Market Street, Leeds"}, "row-6-WHATSAPP": {"Our new shop", "12 Market Street, Leeds", "55.610477, 13.002873"},
	"row-7-WHATSAPP": {"Acme service", "What is it about", "Choose", "Orders", "Where is my parcel?", "Order C-17", "Send something back", "Shops", "Opening hours"},
	"row-8-SMS":      {"01F8MECHZX3TBDSZ7XRADM79XE, version 3, en-US"}, "row-8-WHATSAPP": {"template order_update", "body[2]text", "C-17"},
	"row-9-WHATSAPP": {"Ann Lee", "ann@example.com", "Sales to Leeds", "LS1 4DY, Leeds, England"}, "row-9-SMS": {"Ann Lee", "+447700900998"},
	"row-10-SMS": {"Hello Zoë 😀, https://example.com/s?c=C-17", "written for SMS"}, "row-10-WHATSAPP": {`"text": "Hi Zoë 😀"`}, "row-10-VIBERBM": {"Open"},
	"row-11-SMS": {"Hej Zoë 😀"}, "row-11-RCS": {"Hej Zoë 😀"}, "row-12-SMS": {"Hallo Zoë 😀"}, "row-12-RCS": {"Hallo Zoë 😀"}, "row-13-SMS": {"Hej ${name}"},
}

func TestBrowserShowsEverything(t *testing.T) {
	b := open(t, page(t, "Zoë 😀"))
	phones := browser.Ask[map[string]string](b, `Object.fromEntries([...document.querySelectorAll("article")].map(a => [a.id, a.innerText]))`)
	if len(phones) != len(kinds)*len(shownChannels)+2*2+1 {
		t.Errorf("%d phones are on the page", len(phones))
	}
	for id, texts := range onPhones {
		for _, text := range texts {
			if !strings.Contains(phones[id], text) {
				t.Errorf("%s does not show %q:\n%s", id, text, phones[id])
			}
		}
	}
	names := names(b)
	for _, name := range []string{"Spring & summer", "Messages", "line 5 · carousel · +44 77·····001 · en", "WhatsApp", "carousel of 3 cards", "Tasting, Zoë 😀", "I am in",
		"Find my shop", "Where is my parcel?", "a map, not loaded here", "Hej Zoë 😀", "Hallo Zoë 😀", "Preview: nothing was sent"} {
		if !names[name] {
			t.Errorf("nobody hears %q", name)
		}
	}
	for _, dead := range browser.Ask[[]string](b, `[...document.querySelectorAll("nav a")].map(a => a.hash).filter(h => !document.querySelector(h))`) {
		t.Errorf("%s leads nowhere", dead)
	}
	if got := browser.Ask[string](b, `document.querySelector("#row-11-SMS .screen").lang`); got != "sv" {
		t.Errorf("the Swedish text is said to be in %q", got)
	}
	if requests, _ := b.Heard(); len(requests) != 1 || !strings.HasPrefix(requests[0], "file://") {
		t.Errorf("the page has asked for %v", requests)
	}
}

// tooWide finds what does not fit, but for what can be scrolled to in a carousel.
const tooWide = `[...document.querySelectorAll("body, body *")].filter(e => {
	const c = e.closest(".carousel"), box = e.getBoundingClientRect();
	return e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != "inline" && !e.classList.contains("carousel") && !(e instanceof SVGElement) ||
		!(c && c != e) && box.right > innerWidth + 1;
}).map(e => e.tagName + "." + e.className + " in " + (e.closest("article") || {}).id)`

func TestBrowserCutsNothingOff(t *testing.T) {
	for _, name := range []string{"Zoë 😀", hostile, strings.Repeat("Zoë", 80)} {
		b := open(t, page(t, name))
		for _, width := range []int64{360, 1200} {
			browser.Do(b, chromedp.EmulateViewport(width, 800))
			for _, e := range browser.Ask[[]string](b, tooWide) {
				t.Errorf("at %d: %s is cut off", width, e)
			}
			shot(t, b, fmt.Sprintf("%d-%d", len(name), width))
		}
		b.Scheme("print", "dark")
		browser.Do(b, chromedp.EmulateViewport(700, 1000))
		if cut := browser.Ask[int](b, `[...document.querySelectorAll(".carousel")].filter(e => e.scrollWidth > e.clientWidth + 1).length`); cut > 0 {
			t.Errorf("printed, %d carousels are cut off", cut)
		}
		shot(t, b, fmt.Sprintf("%d-print", len(name)))
	}
}

func TestBrowserObeysNoValue(t *testing.T) {
	b := open(t, page(t, hostile))
	if got := browser.Ask[string](b, "document.title"); got != "Spring & summer · preview" {
		t.Errorf("the title is %q: something was run", got)
	}
	if n := browser.Ask[int](b, `document.querySelectorAll("script, img, iframe, object, link, form").length`); n != 0 {
		t.Errorf("%d elements came of a value", n)
	}
	want := preview.Visible("Hi " + hostile + ", your parcel is at Leeds.\nOpen 10–18. 🎁")
	if got := browser.Ask[string](b, `document.querySelector("#row-1-SMS .words").textContent`); got != want {
		t.Errorf("the text is\n%q, want\n%q", got, want)
	}
	requests, _ := b.Heard()
	for _, r := range requests {
		if !strings.HasPrefix(r, "file://") {
			t.Errorf("the page has asked for %s", r)
		}
	}
}

// faint finds texts that can hardly be read: their contrast is less than 4.5 (WCAG 2.2, 1.4.3).
const faint = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 || m[3] > 0 ? m : null };
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const all = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim())) continue;
		let under = e, back = null;
		while (under && !(back = parse(getComputedStyle(under).backgroundColor))) under = under.parentElement;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(back || [255, 255, 255])].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) all.push(e.tagName + "." + e.className + " in " + (e.closest("article") || {}).id + ": " + ratio.toFixed(2));
	}
	return all;
})()`

func TestBrowserCanBeRead(t *testing.T) {
	b := open(t, page(t, "Zoë 😀"))
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme("screen", scheme)
		for _, text := range browser.Ask[[]string](b, faint) {
			t.Errorf("%s: %s", scheme, text)
		}
		backs[browser.Ask[string](b, "getComputedStyle(document.body).backgroundColor")] = true
		shot(t, b, scheme)
	}
	if len(backs) != 2 {
		t.Error("dark is as light")
	}
}

// shot puts pictures of the page into the folder that PREVIEW_SHOTS names, for people.
func shot(t *testing.T, b *browser.Browser, name string) {
	t.Helper()
	folder := os.Getenv("PREVIEW_SHOTS")
	if folder == "" {
		return
	}
	for i := range kinds {
		picture := browser.Do(b, chromedp.Screenshot(chromedp.CSS(fmt.Sprintf("#row-%d", i+1))))
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%s.png", name, kinds[i])), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
