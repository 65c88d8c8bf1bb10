package campaign

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads and checks a campaign. The path is that of its file, or of a folder that holds it as campaign.yaml, campaign.yml or
// campaign.json. What is wrong in the file comes back as [Problems]; a file that cannot be read at all is another error, which
// wraps [fs.ErrNotExist] where there is none.
func Load(path string) (*Campaign, error) {
	path, err := findFile(path)
	if err != nil {
		return nil, err
	}
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("read campaign: %w", err)
	}
	f := newFile(path, Source{Name: path, Data: data})
	if name := f.messageFile(); name != nil {
		data, err := readFile(resolve(path, name.text))
		if err != nil {
			name.fail("the name is relative to the campaign file", "message_file: %v", withoutPath(err))
			return nil, f.main.problems.Err()
		}
		f.addMessage(Source{Name: name.text, Data: data})
	}
	return f.campaign()
}

// Parse reads and checks a campaign from memory: its file, and its message_file where it has one. The path is where the file stands, or
// stood: it appears in problems, and relative names resolve against its folder. Errors are [Problems].
func Parse(path string, sources []Source) (*Campaign, error) {
	if len(sources) == 0 {
		return nil, Problems{{File: path, Message: "the campaign has no source"}}
	}
	f := newFile(path, sources[0])
	if name := f.messageFile(); name != nil {
		if len(sources) < 2 {
			name.fail("", "message_file: the file is missing")
			return nil, f.main.problems.Err()
		}
		f.addMessage(sources[1])
	}
	return f.campaign()
}

// LoadAudience returns, of a campaign that Load refuses, what it says of its audience and of who is left out, so that those files can be
// looked at all the same. It returns nil where that is what is wrong with it.
func LoadAudience(path string) *Campaign {
	path, err := findFile(path)
	if err != nil {
		return nil
	}
	data, err := readFile(path)
	if err != nil {
		return nil
	}
	f := newFile(path, Source{Name: path, Data: data})
	rules := fileRules()
	for _, name := range []string{"audience", "suppress"} {
		if n := f.main.root.get(name); n != nil {
			rules.field(name).rule.read(n, name)
		}
	}
	if f.main.broken || f.main.root.get("audience") == nil || f.main.problems.Err() != nil {
		return nil
	}
	c := &Campaign{Path: path, Name: f.main.root.get("name").string(), Audience: audience(f.main.root.get("audience")), Sources: f.sources}
	c.Suppress, c.NoSuppress = suppress(f.main.root.get("suppress"))
	return c
}

// FileName is what messages call the campaign file.
func (c *Campaign) FileName() string {
	if c.Path == "" && len(c.Sources) > 0 {
		return c.Sources[0].Name
	}
	return c.Path
}

// Dir returns the folder that relative names in the campaign resolve against.
func (c *Campaign) Dir() string { return filepath.Dir(c.Path) }

// Resolve returns the path of a file that the campaign names.
func (c *Campaign) Resolve(name string) string { return resolve(c.Path, name) }

// resolve returns the path of a file that the campaign at path names.
func resolve(path, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(path), name)
}

// fileNames are what a campaign's file is called inside its folder.
var fileNames = [...]string{"campaign.yaml", "campaign.yml", "campaign.json"}

// findFile returns the path of the campaign's file, given that or its folder.
func findFile(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no campaign file or folder %s: %w", path, fs.ErrNotExist)
	case err != nil:
		return "", fmt.Errorf("find campaign: %w", err)
	case !info.IsDir():
		return path, nil
	}
	var found []string
	for _, name := range fileNames {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("the folder %s holds no campaign.yaml (nor campaign.yml or campaign.json): %w", path, fs.ErrNotExist)
	case 1:
		return filepath.Join(path, found[0]), nil
	}
	return "", fmt.Errorf("the folder %s holds both %s and %s: name the one that is meant", path, found[0], found[1])
}

// readFile reads a file up to a little more than may be, so that the excess is noticed and nothing huge is loaded.
func readFile(path string) (data []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

// withoutPath returns the cause of an error about a file, whose name stands elsewhere in the message.
func withoutPath(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no such file")
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
