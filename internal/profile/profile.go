package profile

import (
	"cmp"
	"errors"
	"path/filepath"
	"runtime"
	"time"
)

// Variable names the environment variable that says which file holds the profiles.
const Variable = "SENDOFF_PROFILES"

// Profile is one named destination. What it leaves out is empty.
type Profile struct {
	Name string
	File string // the file that it stands in
	Line int

	ProjectID string
	AppID     string
	Region    string
	Endpoint  string
	KeyID     string

	OnlyTo        string        // a list of the people who alone may be written to
	MaxRecipients int           // 0: no limit
	Keep          time.Duration // how long people's data is kept after a run; 0: it is not said
	Approval      bool          // only a plan that somebody has approved is sent

	secret secret
}

// Path returns where the profiles are: the file that [Variable] names, else profiles.yaml among what programs keep for this user. It is
// absolute, and so are the paths that are found in the file.
func Path(getenv func(string) string) (string, error) {
	if path := getenv(Variable); path != "" {
		return filepath.Abs(path)
	}
	var base string
	switch runtime.GOOS {
	case "windows":
		base = getenv("AppData")
	case "darwin":
		base = below(getenv("HOME"), "Library", "Application Support")
	default:
		if base = getenv("XDG_CONFIG_HOME"); !filepath.IsAbs(base) { // the XDG base directory specification ignores others
			base = below(getenv("HOME"), ".config")
		}
	}
	if base == "" {
		return "", errors.New("nobody knows where the profiles are: there is no home folder, and " + Variable + " names no file")
	}
	return filepath.Join(base, "sendoff", "profiles.yaml"), nil
}

// below returns a folder below home, or nothing where there is no home.
func below(home string, names ...string) string {
	if home == "" {
		return ""
	}
	return filepath.Join(append([]string{home}, names...)...)
}

// Find returns the profile of a name, or nil.
func Find(all []*Profile, name string) *Profile {
	for _, p := range all {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// resolve returns a path that stands in a file; there it is relative to that file.
func resolve(file, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}

// SecretFrom says where the secret comes from, without it.
func (p *Profile) SecretFrom() string {
	if p.secret.kind == fromFile {
		return p.secret.path(p.File)
	}
	return cmp.Or(p.secret.kind, "the environment")
}

// SecretKey is the key by which the profile gives the secret, or nothing where it leaves that to others.
func (p *Profile) SecretKey() string { return p.secret.kind }

// RunsCommand reports whether the secret comes from a command, which may have somebody unlock a safe.
func (p *Profile) RunsCommand() bool { return p.secret.kind == fromCommand }
