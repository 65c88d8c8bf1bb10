package cli

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// sandboxProcess is the sandbox command of one script.
type sandboxProcess struct {
	cmd *exec.Cmd
}

// start starts the command with args in the script's directory, in place of the one before.
func (p *sandboxProcess) start(ts *testscript.TestScript, args []string) {
	p.kill()
	program, err := os.Executable()
	ts.Check(err)
	cmd := exec.Command(program, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stderr = ts.MkAbs("."), append(os.Environ(), asProgram+"=1"), ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	p.cmd = cmd
	for lines := bufio.NewScanner(out); lines.Scan(); {
		variable, ok := strings.CutPrefix(lines.Text(), "export ")
		if !ok {
			continue
		}
		name, value, _ := strings.Cut(variable, "=")
		ts.Setenv(name, value)
		if name == "SINCH_REGION" { // the last
			return
		}
	}
	ts.Fatalf("the sandbox has not started")
}

// kill ends the command as kill -9 does.
func (p *sandboxProcess) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill() // what it has to lose is what is being tested
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

func askSandbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: http STATUS METHOD PATH [FILE]")
	}
	url := ts.Getenv("SINCH_ENDPOINT") + args[2]
	if !strings.HasPrefix(args[2], "/") {
		url = ts.Getenv("SINCH_ENDPOINT") + "/v1/projects/" + ts.Getenv("SINCH_PROJECT_ID") + "/" + args[2]
	}
	var body io.Reader
	if len(args) == 4 {
		body = strings.NewReader(ts.ReadFile(args[3]))
	}
	r, err := http.NewRequest(args[1], url, body)
	ts.Check(err)
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(ts.Getenv("SINCH_KEY_ID"), ts.Getenv("SINCH_KEY_SECRET"))
	response, err := http.DefaultTransport.RoundTrip(r)
	status, answer := "none", []byte(nil)
	if err == nil {
		defer response.Body.Close()
		status = strconv.Itoa(response.StatusCode)
		answer, err = io.ReadAll(response.Body)
	}
	if status != args[0] {
		ts.Fatalf("status %s, want %s: %v %s", status, args[0], err, answer)
	}
	_, err = ts.Stdout().Write(answer)
	ts.Check(err)
}
