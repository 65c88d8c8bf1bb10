package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sendoff/campaign"
	"sendoff/internal/runstore"
)

func ended(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: ended DIR AGE [STATE]")
	}
	age, err := campaign.ParseAge(args[1])
	ts.Check(err)
	run, err := runstore.Resume(ts.MkAbs(args[0]), false, time.Now())
	ts.Check(err)
	ts.Check(run.Update(func(m *runstore.Meta) {
		m.Ended = time.Now().Add(-age)
		m.Starts = slices.Clone(m.Starts)
		for i := range m.Starts {
			m.Starts[i].Time = m.Ended.Add(-time.Second)
		}
		if len(args) > 2 {
			m.State = runstore.State(args[2])
		}
	}))
	ts.Check(run.Close())
}

func holding(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: holding DIR COMMAND [ARG…]")
	}
	run, err := runstore.Resume(ts.MkAbs(args[0]), false, time.Now())
	ts.Check(err)
	defer run.Close()
	exits(ts, false, append([]string{"11"}, args[1:]...))
}

func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: nowhere DIR TEXT…")
	}
	for _, text := range args[1:] {
		found, err := holders(ts.MkAbs(args[0]), text)
		ts.Check(err)
		if (len(found) == 0) == neg {
			ts.Fatalf("%q is in %q", text, found)
		}
	}
}

// holders returns the files below a folder that hold a text; of frozen audiences, which are compressed, the rows are searched.
func holders(folder, text string) (found []string, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if d.Name() == runstore.SnapshotName && err == nil {
			content, err = thawed(filepath.Dir(path))
		}
		if bytes.Contains(content, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	return found, err
}

// thawed returns every address and cell of the frozen audience of the run in dir.
func thawed(dir string) ([]byte, error) {
	run, err := runstore.View(dir)
	if err != nil {
		return nil, err
	}
	defer run.Close()
	s, err := run.OpenSnapshot()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var all []byte
	err = eachRow(s, func(r *campaign.Recipient) {
		all = append(all, r.Address.Reveal()+"|"+strings.Join(r.Fields, "|")+"\n"...)
	})
	return all, err
}
