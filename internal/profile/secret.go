package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sendoff/campaign"
)

// The keys by which a profile gives its secret. At most one of them stands in it.
const (
	fromText    = "key_secret"
	fromFile    = "key_secret_file"
	fromCommand = "key_secret_command"
)

// commandLimit is how long a command may take: somebody may have to unlock a safe first.
const commandLimit = 60 * time.Second

// secret is where a profile's secret comes from.
type secret struct {
	kind string // its key; "": it comes from elsewhere
	line int
	text *string // behind that key. A pointer, for fmt follows none this deep, and would print a string
}

func (s secret) path(file string) string { return resolve(file, *s.text) }

// Secret returns the secret of the access key, or nothing where the profile does not give it. A command that does may ask on stdin and
// stderr; it runs in the folder of the file. What is wrong comes as [campaign.Problems].
func (p *Profile) Secret(ctx context.Context, stdin io.Reader, stderr io.Writer) (string, error) {
	switch p.secret.kind {
	case fromText:
		return strings.TrimSpace(*p.secret.text), nil
	case fromFile:
		return p.readSecret()
	case fromCommand:
		return p.runForSecret(ctx, stdin, stderr)
	}
	return "", nil
}

// wrong says what keeps the secret from being had.
func (p *Profile) wrong(format string, args ...any) error {
	return campaign.Problems{{File: p.File, Line: p.secret.line, Message: fmt.Sprintf("%s of profile %s ", p.secret.kind, p.Name) + fmt.Sprintf(format, args...)}}
}

func (p *Profile) readSecret() (string, error) {
	path := p.secret.path(p.File)
	if err := private(path); errors.Is(err, fs.ErrNotExist) {
		return "", p.wrong("names %s, which is not there", path)
	} else if err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", unreadable(path, err)
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", p.wrong("names %s, which is empty", path)
	}
	return text, nil
}

func (p *Profile) runForSecret(ctx context.Context, stdin io.Reader, stderr io.Writer) (string, error) {
	limited, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	var out head
	cmd := shell(limited, *p.secret.text)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = filepath.Dir(p.File), stdin, &out, stderr
	cmd.WaitDelay = time.Second // for what it has started, and left behind with our streams
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		return "", p.wrong("has not ended within %v", commandLimit)
	case err != nil:
		return "", p.wrong("has failed: %v", err)
	}
	line, _, _ := strings.Cut(string(out.kept), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", p.wrong("has printed nothing on its first line")
	}
	return line, nil
}

// head keeps the beginning of what is written to it.
type head struct{ kept []byte }

// Write keeps what fits, and takes the rest for written.
func (h *head) Write(b []byte) (int, error) {
	h.kept = append(h.kept, b[:min(maxSize-len(h.kept), len(b))]...)
	return len(b), nil
}
