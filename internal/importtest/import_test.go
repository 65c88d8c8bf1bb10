// Package importtest is a test and nothing else: it holds the table of which package may import which.
package importtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// ours says which packages of this module a package may import.
var ours = map[string][]string{
	"sendoff":                     {"internal/cli"},
	"sendoff/campaign":            {},
	"sendoff/internal/table":      {"campaign", "internal/prose"},
	"sendoff/internal/phone":      {"campaign"},
	"sendoff/internal/audience":   {"campaign", "internal/prose", "internal/phone", "internal/table"},
	"sendoff/internal/expression": {"campaign", "internal/prose"},
	"sendoff/internal/filter":     {"campaign", "internal/prose", "internal/expression"},
	"sendoff/internal/suppress":   {"campaign", "internal/prose", "internal/audience", "internal/phone", "internal/table"},
	"sendoff/internal/seeds":      {"campaign", "internal/audience", "internal/phone", "internal/table"},
	"sendoff/internal/render":     {"campaign", "internal/prose", "internal/expression"},
	"sendoff/internal/view":       {"campaign", "internal/render"},
	"sendoff/internal/sms":        {},
	"sendoff/internal/hours":      {"campaign", "internal/prose", "internal/phone", "internal/table"},
	"sendoff/internal/scaffold":   {"campaign", "internal/prose", "internal/audience", "internal/durable", "internal/render"},
	"sendoff/internal/preview":    {"campaign", "internal/prose", "internal/render", "internal/sms", "internal/template", "internal/view"},
	"sendoff/internal/lint":       {"campaign", "internal/prose", "internal/render", "internal/sms", "internal/template", "internal/view"},
	"sendoff/internal/prices":     {"campaign", "internal/prose", "internal/phone", "internal/table"},
	"sendoff/internal/calendar":   {"campaign", "internal/hours"},
	"sendoff/internal/forecast":   {"campaign", "internal/delivery", "internal/prose", "internal/calendar", "internal/hours", "internal/phone", "internal/prices", "internal/render", "internal/template", "internal/lint", "internal/ledger", "internal/runstore"},
	"sendoff/internal/survey":     {"campaign"},
	"sendoff/internal/template":   {"campaign", "internal/prose", "internal/view"},
	"sendoff/internal/prose":      {},
	"sendoff/internal/failpoint":  {},
	"sendoff/internal/durable":    {"internal/failpoint"},
	"sendoff/internal/volume":     {},
	"sendoff/internal/control":    {},
	"sendoff/internal/delivery":   {},
	"sendoff/internal/callback":   {"internal/delivery"},
	"sendoff/internal/stops":      {"campaign", "internal/audience", "internal/durable", "internal/phone", "internal/table"},
	"sendoff/internal/intake":     {"campaign", "internal/callback", "internal/ledger", "internal/prose", "internal/receipts", "internal/runs", "internal/runstore", "internal/stops"},
	"sendoff/internal/webhook":    {"internal/callback", "internal/intake", "internal/prose"},
	"sendoff/internal/receipts":   {"internal/delivery", "internal/durable", "internal/failpoint", "internal/ledger", "internal/runstore"},
	"sendoff/internal/ledger":     {"internal/delivery", "internal/failpoint", "internal/durable"},
	"sendoff/internal/runstore":   {"internal/failpoint", "campaign", "internal/durable", "internal/ledger"},
	"sendoff/internal/story":      {"campaign", "internal/delivery", "internal/forecast", "internal/hours", "internal/ledger", "internal/lint", "internal/phone", "internal/plan", "internal/preview", "internal/prices", "internal/prose", "internal/receipts", "internal/render", "internal/runstore", "internal/suppress", "internal/template"},
	"sendoff/internal/chain":      {"campaign", "internal/delivery", "internal/ledger", "internal/runstore"},
	"sendoff/internal/runs":       {"campaign", "internal/ledger", "internal/report", "internal/runstore"},
	"sendoff/internal/plan":       {"internal/failpoint", "campaign", "internal/chain", "internal/prose", "internal/calendar", "internal/hours", "internal/audience", "internal/expression", "internal/filter", "internal/phone", "internal/table", "internal/survey", "internal/seeds", "internal/suppress", "internal/template", "internal/render", "internal/lint", "internal/prices", "internal/forecast", "internal/preview", "internal/runstore", "internal/ledger"},
	"sendoff/internal/page":       {},
	"sendoff/internal/proposal":   {"campaign", "internal/prose", "internal/calendar", "internal/hours", "internal/filter", "internal/table", "internal/suppress", "internal/runstore", "internal/plan", "internal/page", "internal/phone", "internal/preview", "internal/forecast"},
	"sendoff/internal/pace":       {},
	"sendoff/internal/profile":    {"campaign", "internal/durable"},
	"sendoff/internal/sinch":      {},
	"sendoff/internal/consents":   {"internal/durable", "internal/phone", "internal/sinch", "internal/suppress"},
	"sendoff/internal/settle":     {"internal/prose", "internal/delivery", "internal/receipts", "internal/ledger", "internal/failpoint", "campaign", "internal/sinch", "internal/pace", "internal/runstore"},
	"sendoff/internal/send":       {"internal/prose", "internal/delivery", "internal/receipts", "internal/failpoint", "internal/forecast", "internal/hours", "campaign", "internal/render", "internal/suppress", "internal/sinch", "internal/settle", "internal/pace", "internal/runstore", "internal/ledger"},
	"sendoff/internal/probe":      {},
	"sendoff/internal/notify":     {},
	"sendoff/internal/metrics":    {},
	"sendoff/internal/report":     {"internal/delivery", "campaign", "internal/prose", "internal/prices", "internal/forecast", "internal/durable", "internal/table", "internal/runstore", "internal/ledger"},
	"sendoff/internal/resultpage": {"campaign", "internal/prose", "internal/delivery", "internal/ledger", "internal/page", "internal/preview", "internal/proposal", "internal/report", "internal/runstore", "internal/template", "internal/view"},
	"sendoff/internal/sandbox":    {},
	"sendoff/internal/books":      {"internal/delivery", "internal/ledger", "internal/report", "internal/runstore", "internal/sandbox"},
	"sendoff/internal/cutfs":      {},
	"sendoff/internal/browser":    {},
	"sendoff/internal/importtest": {},
	"sendoff/internal/cli":        {"*"},
}

// doors says where a third-party package ends: nobody else imports it.
var doors = map[string][]string{
	"github.com/goccy/go-yaml":         {"sendoff/campaign", "sendoff/internal/profile"},
	"github.com/gocarina/gocsv":        {"sendoff/internal/audience"},
	"github.com/nyaruka/phonenumbers":  {"sendoff/internal/phone"},
	"github.com/expr-lang/expr":        {"sendoff/internal/expression"},
	"github.com/go-playground/locales": {"sendoff/internal/expression"},
	"github.com/xuri/excelize":         {"sendoff/internal/table"},
	"github.com/rickar/cal":            {"sendoff/internal/hours"},
	"go.etcd.io/bbolt":                 {"sendoff/internal/ledger"},
	"github.com/klauspost/compress":    {"sendoff/internal/callback", "sendoff/internal/runstore", "sendoff/internal/table"},
	"golang.org/x/text":                {"sendoff/campaign", "sendoff/internal/expression", "sendoff/internal/phone", "sendoff/internal/sms", "sendoff/internal/stops", "sendoff/internal/table"},
	"golang.org/x/time":                {"sendoff/internal/pace"},
	"golang.org/x/sync":                {"sendoff/internal/probe", "sendoff/internal/send", "sendoff/internal/plan"},
	"github.com/urfave/cli":            {"sendoff/internal/cli"},
	"github.com/schollz/progressbar":   {"sendoff/internal/cli"},
	"golang.org/x/term":                {"sendoff/internal/cli"},
	"github.com/oklog/ulid":            {"sendoff/internal/intake", "sendoff/internal/ledger", "sendoff/internal/receipts", "sendoff/internal/runstore", "sendoff/internal/sandbox", "sendoff/internal/cli"},
	"golang.org/x/sys":                 {"sendoff/internal/durable", "sendoff/internal/ledger", "sendoff/internal/volume", "sendoff/internal/cli"},
	"github.com/hanwen/go-fuse":        {"sendoff/internal/cutfs"},
	"github.com/rogpeppe/go-internal":  {"sendoff/internal/cli"},
	"github.com/google/go-cmp":         {},
	"github.com/prometheus":            {"sendoff/internal/metrics"},
	"github.com/google/jsonschema-go":  {"sendoff/internal/cli"},
	"github.com/rivo/uniseg":           {"sendoff/internal/preview"},
	"github.com/chromedp/chromedp":     {"sendoff/internal/browser"},
	"github.com/chromedp/cdproto":      {"sendoff/internal/browser"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "sendoff/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestOurImports(t *testing.T) {
	for _, p := range list(t) {
		allowed, known := ours[p.ImportPath]
		if !known {
			t.Errorf("%s is not in the table: what may it import?", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			short, isOurs := strings.CutPrefix(imp, "sendoff/")
			if isOurs && !slices.Contains(allowed, short) && !slices.Contains(allowed, "*") {
				t.Errorf("%s must not import %s", p.ImportPath, imp)
			}
		}
	}
}

func TestThirdPartyPackagesEndAtOneDoor(t *testing.T) {
	for _, p := range list(t) {
		for _, imp := range p.Imports {
			if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
				continue
			}
			if !slices.Contains(doorsOf(imp), p.ImportPath) {
				t.Errorf("%s must not import %s", p.ImportPath, imp)
			}
		}
	}
}

func doorsOf(imp string) []string {
	for module, packages := range doors {
		if imp == module || strings.HasPrefix(imp, module+"/") {
			return packages
		}
	}
	return nil
}
