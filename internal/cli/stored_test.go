package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// A run of each stored format, as an older version left it, is finished: see testdata/stored/README.md.
func TestStoredFormatsAreResumed(t *testing.T) {
	archives, err := filepath.Glob("testdata/stored/format-*.tar.gz")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no stored runs: %v", err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) {
			folder := t.TempDir()
			unpack(t, archive, folder)
			server := sandbox.New(testSandbox())
			address := httptest.NewServer(server)
			defer address.Close()
			variables := environment(server, address.URL)
			dir := filepath.Join(folder, "stored", "runs", "stored")
			sendoff := func(args ...string) (code int, said string) {
				var out bytes.Buffer
				code = Main(append([]string{"sendoff"}, args...), Env{
					Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(name string) string { return variables[name] },
				})
				return code, out.String()
			}

			if code, said := sendoff("status", dir); code != exitOK || !strings.Contains(said, "11 not yet sent") {
				t.Fatalf("status: exit code %d:\n%s", code, said)
			}
			if code, said := sendoff("resume", "--yes", dir); code != exitInput || !strings.Contains(said, "--adopt") {
				t.Fatalf("resume of a copy: exit code %d:\n%s", code, said)
			}
			if code, said := sendoff("resume", "--yes", "--adopt", dir); code != exitDoubt {
				t.Fatalf("resume: exit code %d:\n%s", code, said)
			}
			if code, said := sendoff("reconcile", "--assume", "sent", dir); code != exitRejections {
				t.Fatalf("reconcile: exit code %d:\n%s", code, said)
			}

			run, err := runstore.View(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer run.Close()
			rep, err := report.Collect(run)
			if err != nil {
				t.Fatal(err)
			}
			if d := rep.Delivery; strings.Contains(archive, "receipts") && (d == nil || d.Delivered != 7 || rep.Seeds == nil || rep.Seeds.Accepted != 2) {
				t.Errorf("delivered: %+v, seeds: %+v", d, rep.Seeds)
			}
			if rep.State != runstore.Finished || rep.Accepted != 18 || rep.LeftInDoubt != 1 || rep.Rows != 22 {
				t.Errorf("finished as %+v", rep)
			}
			for i := 1; i <= 20; i++ {
				got, want := 0, 0
				if i > 8 && i < 20 { // the last is suppressed
					want = 1
				}
				for _, m := range server.Accepted() {
					if bytes.Contains(m.Request, fmt.Appendf(nil, "+4477009001%02d", i)) { // once for each channel
						got++
					}
				}
				if got != want {
					t.Errorf("number %d got %d messages, want %d", i, got, want)
				}
			}
		})
	}
}

func unpack(t *testing.T, archive, folder string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var content []byte
			if content, err = io.ReadAll(files); err == nil {
				err = os.WriteFile(path, content, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
