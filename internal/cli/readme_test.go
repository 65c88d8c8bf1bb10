package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The session in the README is what the program prints, but for dates. A command that serves until it is stopped is not run.
func TestReadmeSession(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := copySamples(filepath.Join(dir, "samples")); err != nil {
		t.Fatal(err)
	}
	commands := consoleCommands(string(readme))
	if len(commands) < 3 {
		t.Fatalf("the README shows %d commands", len(commands))
	}
	for _, c := range commands {
		if c.args[0] == "sandbox" {
			continue
		}
		// Results and messages stand as on a terminal: both streams, in the order in which they come.
		var out bytes.Buffer
		cmd := (&bench{env: append(os.Environ(), asProgram+"=1", "TZ=UTC", "COLUMNS=100")}).command(c.args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
		_ = cmd.Run() // one of them ends with 7
		if diff := cmp.Diff(undated(c.output), undated(out.String())); diff != "" {
			t.Errorf("sendoff %s (-README +printed):\n%s", strings.Join(c.args, " "), diff)
		}
	}
}

// shown is a command of the README and what it is said to print.
type shown struct {
	args   []string
	output string
}

// consoleCommands returns the commands of all blocks marked as console.
func consoleCommands(text string) []shown {
	var all []shown
	within := false
	for line := range strings.Lines(text) {
		switch command, ok := strings.CutPrefix(line, "$ sendoff "); {
		case strings.HasPrefix(line, "```"):
			within = strings.HasPrefix(line, "```console")
		case within && ok:
			all = append(all, shown{args: strings.Fields(command)})
		case within:
			all[len(all)-1].output += line
		}
	}
	return all
}

var date = regexp.MustCompile(`\d+ \w+ 20\d\d \d\d:\d\d(–\d\d:\d\d)?( – \d+ \w+ 20\d\d \d\d:\d\d)?|\b\d+ [A-Z][a-z][a-z]\b|\d\d:\d\d:\d\d`)

func undated(text string) string { return date.ReplaceAllString(text, "DATE") }
