package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files in the directory of [Open], beside those that others save by a name.
const (
	appFile       = "app"            // what clients have changed about the app
	clockFile     = "clock"          // by how much the clock was put forward
	resourcesFile = "resources"      // webhooks, consents, templates and batches
	journalName   = "messages.jsonl" // every message that was accepted, and what became of it
)

// state keeps values in a directory, each as JSON in a file of its own. The zero state keeps nothing.
type state struct {
	dir string
}

// save replaces the value that has a name. It returns when the file is whole under its name, for whoever reads it after this process
// was killed; not for a power cut.
func (st state) save(name string, v any) error {
	if st.dir == "" {
		return nil
	}
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	path := filepath.Join(st.dir, name+".json")
	if err := os.WriteFile(path+".tmp", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("save %s: %w", name, err)
	}
	return os.Rename(path+".tmp", path)
}

// load reads the value that has a name into v, which stays as it is where none was saved.
func (st state) load(name string, v any) error {
	if st.dir == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(st.dir, name+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s.json: %w", name, err)
	}
	return nil
}
