package cli

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"sendoff/internal/sandbox"
)

var update = flag.Bool("update", false, "rewrite what the scripts expect")

// asProgram makes the test binary run as sendoff itself, for tests that kill it.
const asProgram = "SENDOFF_TEST_AS_PROGRAM"

// testClock has sendoff take a time (RFC 3339) for that at which it was started, where days and ages are concerned.
const testClock = "SENDOFF_TEST_CLOCK"

func sendoffMain() {
	env := Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv}
	if text := os.Getenv(testClock); text != "" {
		pretended, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		started := time.Now()
		env.Now = func() time.Time { return pretended.Add(time.Since(started)) }
	}
	os.Exit(Main(os.Args, env))
}

func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" {
		_ = os.Setenv("GORACE", "atexit_sleep_ms=10") // with -race every command would sleep for a second at its end
	}
	switch {
	case os.Getenv(asBareLoop) != "":
		bareLoop()
		return
	case os.Getenv(asProgram) != "":
		sendoffMain()
	}
	testscript.Main(m, map[string]func(){"sendoff": sendoffMain})
}

// TestScripts runs every script of testdata/script, and checks the books of what it has sent (see [api.checkBooks]). Beside testscript's own
// commands they have
//
//	sinch [SETTING…] [FAULT…]
//	                 start a sandbox with these faults, and point SINCH_* at it; once more: change its faults. Settings are retention=DAYS,
//	                 mode=MODE, lag=DURATION until a message can be found, and advance=DURATION, which puts its clock forward; at the start
//	                 also drain=N a second, where it is to be a bottleneck
//	optout LIST N FIRST
//	                 put N people of such an audience, from the one in row FIRST on, on one of the sandbox's opt-out lists
//	taken N          the sandbox has accepted N messages
//	exits N COMMAND  the command ends with this exit code
//	until PATTERN COMMAND
//	                 run the command again and again until its standard output matches, for a minute at most
//	send N KEY [FLAG…]
//	                 exits N sendoff run for the campaign in folder c with this run key, without a canary, and as impatient as tests are
//	people N FILE [M]
//	                 write an audience of N people, the first M of them with a curly apostrophe in their names
//	workbook CSV FILE [SHEET] [hide=ROW…]
//	                 make a workbook of a CSV file, with these rows hidden; whole numbers become number cells. Its sheet is called Kunder;
//	                 SHEET is another one with the same rows
//	convert KIND FROM TO
//	                 make a file of another kind of a CSV file: utf16, windows-1252 (with semicolons), xlsx, ndjson, gzip or zstd;
//	                 xlsx-numbers and ndjson-numbers: what looks like a number is one
//	rows FILE COMMAND
//	                 the command succeeds and prints JSON, an object for every row: keep them in a file, without line and file
//	code NAME COMMAND
//	                 the command succeeds; keep the code of the plan that it prints in a variable
//	copydir A B      copy a folder and all that is in it
//	ended DIR AGE [STATE]
//	                 the run in a folder ended so long ago, in that state
//	holding DIR COMMAND
//	                 exits 11 COMMAND while this process holds the run in a folder
//	hear DIR STATUS[:CODE] [ROW|FROM-TO…]
//	                 put receipts into the run in a folder: of these rows, which count from 0, or of all whose messages the sandbox has
//	nowhere DIR TEXT…
//	                 no file below a folder holds one of the texts, the frozen audiences included (see [holders]); with "!", one does
//	sandbox [FLAG…]  start the sandbox command, and point SINCH_* at it; once more: kill it, and start another
//	listen NAME [STATUS]
//	                 start a server, put its address into the variable NAME, and write what it is told into the file NAME: a line for each
//	                 request. It answers with the status, 200 where none is given; once more: with another, and the file is begun again
//	addr NAME        keep an address of this machine in a variable where nobody listens
//	receive [FLAG…] [DIR] | stop
//	                 start the command receipts listen, and wait until it listens; stop: interrupt it, and print what it has said to standard error
//	tell STATUS URL FILE SECRET
//	                 post the file as Sinch does, signed with the secret ('': not signed); the answer has this status
//	received N DIR   the run in the folder gets so many receipts that differ, within a minute, and they are printed
//	labelled DIR FILE
//	                 put the id of the run in the folder in place of RUNID in the file
//	size FILE        print how many bytes the file has
//	listening DIR    say that somebody listens for the receipts of the runs below a folder
//	http STATUS METHOD PATH [FILE]
//	                 ask it with the file as the body, and print the answer, whose status must be that (none: there is none);
//	                 a PATH without a slash before it is one below the project
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("COLUMNS", "1000") // so that what a script expects stands on one line
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GORACE", os.Getenv("GORACE"))
			api := new(api)
			env.Values["api"] = api
			env.Defer(api.close)
			env.Defer(func() {
				if err := api.checkBooks(env.WorkDir); err != nil {
					env.T().Fatal(err)
				}
			})
			env.Values["listeners"] = map[string]*listener{}
			env.Values["process"] = new(sandboxProcess)
			env.Values["hearing"] = new(receiptsProcess)
			env.Defer(env.Values["process"].(*sandboxProcess).kill)
			return copySamples(filepath.Join(env.WorkDir, "samples"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sinch":    func(ts *testscript.TestScript, _ bool, args []string) { ts.Value("api").(*api).set(ts, args) },
			"exits":    exits,
			"until":    until,
			"send":     sendCampaign,
			"people":   people,
			"optout":   optOut,
			"workbook": workbook,
			"convert":  convert,
			"rows":     keepRows,
			"code":     keepCode,
			"copydir":  copyDir,
			"ended":    ended,
			"holding":  holding,
			"hear":     hear,
			"nowhere":  nowhere,
			"sandbox": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Value("process").(*sandboxProcess).start(ts, args)
			},
			"labelled": labelled,

			"addr": freeAddress,
			"receive": func(ts *testscript.TestScript, neg bool, args []string) {
				ts.Value("hearing").(*receiptsProcess).run(ts, neg, args)
			},
			"tell":      tellCallback,
			"received":  received,
			"size":      size,
			"http":      askSandbox,
			"listen":    listen,
			"listening": listening,
			"taken": func(ts *testscript.TestScript, neg bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				if got := ts.Value("api").(*api).server.AcceptedCount(); (got == want) == neg {
					ts.Fatalf("the sandbox has accepted %d messages, want %d", got, want)
				}
			},
		},
	})
}

// copySamples copies what belongs to the samples, without runs that somebody made of them.
func copySamples(to string) error {
	folders, err := filepath.Glob("../../samples/*/campaign.yaml")
	if err != nil {
		return err
	}
	for _, campaign := range folders {
		from := filepath.Dir(campaign)
		files, err := os.ReadDir(from)
		if err != nil {
			return err
		}
		for _, f := range files {
			if f.IsDir() {
				continue
			}
			content, err := os.ReadFile(filepath.Join(from, f.Name()))
			if err != nil {
				return err
			}
			dir := filepath.Join(to, filepath.Base(from))
			if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, f.Name()), content, 0o600)); err != nil {
				return err
			}
		}
	}
	return nil
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN COMMAND [ARG…]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) { // each command costs more than the wait does
		_ = ts.Exec(args[1], args[2:]...) // what it prints is looked at
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("nothing matched %q within a minute", args[0])
		}
	}
}

func sendCampaign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: send CODE KEY [FLAG…]")
	}
	command := []string{args[0], "sendoff", "run", "c", "--yes", "--no-canary", "--settle", "200ms", "--give-up", "10s", "--run-key"}
	exits(ts, false, append(command, args[1:]...))
}

func people(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: people N FILE [M]")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	quoted := 0
	if len(args) == 3 {
		quoted, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Replace(benchAudience(n), ",Ann ", ",D’Ann ", quoted)), 0o600))
}

func optOut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: optout LIST N FIRST")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	first, err := strconv.Atoi(args[2])
	ts.Check(err)
	var records []string
	for i := range n {
		records = append(records, fmt.Sprintf(`{"identification":"4477009%05d","consent_type":"OPT_OUT_%s"}`, first+i, args[0]))
	}
	a := ts.Value("api").(*api)
	ts.Check(a.ask(http.MethodPost, "consents", `{"app_id":"`+a.server.Config().AppID+`","consent_records":[`+strings.Join(records, ",")+`]}`))
}

func workbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: workbook CSV FILE [SHEET] [hide=ROW…]")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	defer book.Close()
	ts.Check(book.SetSheetName("Sheet1", "Kunder"))
	sheets := []string{"Kunder"}
	for _, arg := range args[2:] {
		if !strings.HasPrefix(arg, "hide=") {
			_, err := book.NewSheet(arg)
			ts.Check(err)
			sheets = append(sheets, arg)
		}
	}
	for _, sheet := range sheets {
		for r, row := range rows {
			for c, text := range row {
				cell, err := excelize.CoordinatesToCellName(c+1, r+1)
				ts.Check(err)
				if number, err := strconv.Atoi(text); err == nil && strconv.Itoa(number) == text {
					ts.Check(book.SetCellInt(sheet, cell, int64(number)))
				} else {
					ts.Check(book.SetCellStr(sheet, cell, text))
				}
			}
		}
	}
	for _, arg := range args[2:] {
		if text, isHidden := strings.CutPrefix(arg, "hide="); isHidden {
			row, err := strconv.Atoi(text)
			ts.Check(err)
			ts.Check(book.SetRowVisible("Kunder", row, false))
		}
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[1])))
}

var codeLine = regexp.MustCompile(`\nplan (\S{4}-\S{4})\n$`)

func keepCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code NAME COMMAND [ARG…]")
	}
	ts.Check(ts.Exec(args[1], args[2:]...))
	found := codeLine.FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("the last line names no plan")
	}
	ts.Setenv(args[0], found[1])
}

func copyDir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copydir FROM TO")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// listener is what a script has others told of.
type listener struct {
	mu     sync.Mutex
	file   string
	status int
}

func listen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: listen NAME [STATUS]")
	}
	status := http.StatusOK
	if len(args) == 2 {
		var err error
		status, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	all := ts.Value("listeners").(map[string]*listener)
	l := all[args[0]]
	if l == nil {
		l = &listener{file: ts.MkAbs(args[0])}
		all[args[0]] = l
		server := httptest.NewServer(l)
		ts.Defer(server.Close)
		ts.Setenv(args[0], server.URL)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = status
	ts.Check(os.WriteFile(l.file, nil, 0o600))
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	f, openErr := os.OpenFile(l.file, os.O_WRONLY|os.O_APPEND, 0o600)
	if err := errors.Join(err, openErr); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer f.Close()
	line := r.Method + " " + r.URL.RequestURI() + " " + strings.ReplaceAll(strings.TrimSpace(string(body)), "\n", " | ")
	fmt.Fprintln(f, strings.TrimSpace(line))
	w.WriteHeader(l.status)
}

// api is the sandbox of one script.
type api struct {
	server *sandbox.Server
	http   *httptest.Server
}

func (a *api) set(ts *testscript.TestScript, args []string) {
	if a.server == nil {
		cfg := testSandbox()
		if i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "drain=") }); i >= 0 {
			var err error
			cfg.Drain, err = strconv.Atoi(strings.TrimPrefix(args[i], "drain="))
			ts.Check(err)
			args = slices.Delete(args, i, i+1)
		}
		a.server = sandbox.New(cfg)
		a.http = httptest.NewServer(a.server)
		for name, value := range environment(a.server, a.http.URL) {
			ts.Setenv(name, value)
		}
		ts.Setenv("SANDBOX", a.http.URL)
	}
	a.server.SetFaults() // none strikes what changes the app
	var faults []sandbox.Fault
	for _, text := range args {
		if known, err := a.setting(text); known {
			ts.Check(err)
			continue
		}
		f, err := sandbox.ParseFault(text)
		ts.Check(err)
		faults = append(faults, f)
	}
	a.server.SetFaults(faults...)
}

// setting does what NAME=VALUE says. It returns false where that is no setting.
func (a *api) setting(text string) (known bool, err error) {
	name, value, _ := strings.Cut(text, "=")
	switch name {
	case "retention":
		return true, a.change(`{"dispatch_retention_policy":{"retention_type":"MESSAGE_EXPIRE_POLICY","ttl_days":` + value + `}}`)
	case "mode":
		return true, a.change(`{"processing_mode":"` + value + `"}`)
	case "lag", "advance":
		d, err := time.ParseDuration(value)
		if err != nil {
			return true, err
		}
		if name == "advance" {
			return true, a.server.Advance(d)
		}
		a.server.SetListLag(d)
		return true, nil
	}
	return false, nil
}

// change changes the app.
func (a *api) change(body string) error {
	return a.ask(http.MethodPatch, "apps/"+a.server.Config().AppID, body)
}

// ask makes a request for something below the project, as a client of the API does.
func (a *api) ask(method, path, body string) error {
	c := a.server.Config()
	req, err := http.NewRequest(method, "http://localhost/v1/projects/"+c.ProjectID+"/"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(c.KeyID, c.KeySecret)
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.server.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		return errors.Join(fmt.Errorf("%s %s %s: %s: %s", method, path, body, resp.Status, answer), err)
	}
	return nil
}

func (a *api) close() {
	if a.http != nil {
		a.http.CloseClientConnections()
		a.http.Close()
	}
}

// testSandbox is a sandbox that is never the bottleneck, and remembers everything.
func testSandbox() sandbox.Config {
	return sandbox.Config{Drain: 100_000, QueueLimit: 10_000_000, RateLimit: -1, Keep: true}
}

func environment(s *sandbox.Server, url string) map[string]string {
	c := s.Config()
	return map[string]string{
		"SINCH_ENDPOINT": url, "SINCH_PROJECT_ID": c.ProjectID, "SINCH_APP_ID": c.AppID,
		"SINCH_KEY_ID": c.KeyID, "SINCH_KEY_SECRET": c.KeySecret, "SINCH_REGION": c.Region,
	}
}
