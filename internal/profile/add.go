package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"sendoff/campaign"
	"sendoff/internal/durable"
)

// Setting is a key of a profile and the text behind it.
type Setting struct{ Key, Value string }

// Make returns a profile of settings as it would be read from the file at path. Settings without a value are left out.
func Make(path, name string, settings []Setting) (*Profile, error) {
	made, err := parse(path, []byte(entry(name, settings)))
	if err != nil {
		return nil, err
	}
	return made[0], nil
}

// Put writes a profile into the file at path: behind the others, or in the place of the one of this name. Comments and other profiles
// stay as they are; of a profile that is replaced nothing stays. What would read otherwise than it was meant is not written.
func Put(path, name string, settings []Setting) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays one
	}
	before, err := Load(path)
	if err != nil {
		return err
	}
	wanted, err := Make(path, name, settings)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unreadable(path, err)
	}
	text := spliced(string(old), before, name, entry(name, settings))
	after, err := parse(path, []byte(text))
	if err != nil || !differOnlyIn(wanted, before, after) {
		return campaign.Problems{{
			File: path, Message: "is not written so that a profile can be put into it", Hint: "write every profile as a block of its own, that begins at the left margin",
		}}
	}
	if err := durable.MakeDir(filepath.Dir(path)); err != nil {
		return unwritable(path, err)
	}
	return unwritable(path, durable.WriteFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}))
}

// unwritable puts a full disk, or a folder that takes nothing, into words.
func unwritable(path string, err error) error {
	if err == nil {
		return nil
	}
	return campaign.Problems{{File: path, Message: fmt.Sprintf("cannot be written: %v", err)}}
}

// KeyFile returns where the secret of a profile stands that was typed in.
func KeyFile(path, name string) string { return filepath.Join(filepath.Dir(path), name+".key") }

// PutSecret writes a secret into the [KeyFile] of a profile.
func PutSecret(path, name, text string) error {
	if err := durable.MakeDir(filepath.Dir(path)); err != nil {
		return unwritable(path, err)
	}
	file := KeyFile(path, name)
	return unwritable(file, durable.WriteFile(file, func(w io.Writer) error {
		_, err := io.WriteString(w, text+"\n")
		return err
	}))
}

var plainForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// entry returns a profile as it stands in the file.
func entry(name string, settings []Setting) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n", name)
	for _, s := range settings {
		if s.Value == "" {
			continue
		}
		value := s.Value
		if !plainForm.MatchString(value) {
			quoted, _ := json.Marshal(value) // a string always can be; and YAML reads JSON's
			value = string(quoted)
		}
		fmt.Fprintf(&b, "  %s: %s\n", s.Key, value)
	}
	return b.String()
}

// spliced returns the text of a file with an entry behind it, or in the place of the one of this name.
func spliced(text string, profiles []*Profile, name, entry string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	lines := strings.SplitAfter(text, "\n")
	for i, p := range profiles {
		if p.Name != name {
			continue
		}
		end := len(lines)
		if i+1 < len(profiles) {
			end = profiles[i+1].Line - 1
		}
		// What stands at the left margin, before the next one, is said of that.
		for end > p.Line && (strings.TrimSpace(lines[end-1]) == "" || strings.HasPrefix(lines[end-1], "#")) {
			end--
		}
		return strings.Join(lines[:p.Line-1], "") + entry + strings.Join(lines[end:], "")
	}
	return text + entry
}

// differOnlyIn reports whether after is before with the wanted profile in it, lines apart.
func differOnlyIn(wanted *Profile, before, after []*Profile) bool {
	same := func(a, b *Profile) bool {
		if a == nil || b == nil {
			return false
		}
		x, y := *a, *b
		x.Line, y.Line, x.secret.line, y.secret.line = 0, 0, 0, 0
		return reflect.DeepEqual(x, y)
	}
	want := len(before)
	if Find(before, wanted.Name) == nil {
		want++
	}
	for _, p := range before {
		if p.Name != wanted.Name && !same(p, Find(after, p.Name)) {
			return false
		}
	}
	return len(after) == want && same(wanted, Find(after, wanted.Name))
}
