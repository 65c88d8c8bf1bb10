package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"sendoff/campaign"
)

// maxSize is how large the file may be, in bytes.
const maxSize = 64 << 10

// mayBeRead are the permissions that others than a file's owner can have.
const mayBeRead = 0o077

// keys are what a profile may say, in the order in which they are written.
var keys = []string{
	"project_id", "app_id", "region", "endpoint", "key_id", fromText, fromFile, fromCommand, "only_to", "max_recipients", "keep", "approval",
}

// Load reads the profiles at path, in the order of the file. What is wrong with them comes as [campaign.Problems], all of it together.
// Where there is no file there is no profile.
func Load(path string) ([]*Profile, error) {
	if err := private(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return parse(path, data)
}

// private returns an error where others may read the file at path, or where it cannot be looked at. One that is not there is an
// [fs.ErrNotExist].
func private(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil:
		return unreadable(path, err)
	case info.IsDir():
		return campaign.Problems{{File: path, Message: "is a folder, not a file"}}
	case runtime.GOOS != "windows" && info.Mode().Perm()&mayBeRead != 0:
		return campaign.Problems{{
			File: path, Message: fmt.Sprintf("others may read it (mode %04o), and it leads to a secret", info.Mode().Perm()),
			Hint: "chmod 600 '" + path + "'",
		}}
	}
	return nil
}

// unreadable leaves the path out of what the system says: a problem begins with it.
func unreadable(path string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return campaign.Problems{{File: path, Message: "cannot be read: " + err.Error()}}
}

// reader reads one file.
type reader struct {
	path     string
	problems campaign.Problems
}

// parse reads profiles from the text of a file.
func parse(path string, data []byte) ([]*Profile, error) {
	r := &reader{path: path}
	var profiles []*Profile
	for _, m := range r.members(r.root(strings.TrimPrefix(string(data), "\ufeff"))) {
		if p := r.profile(m); p != nil {
			profiles = append(profiles, p)
		}
	}
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	return profiles, nil
}

func (r *reader) fail(at *token.Token, hint, format string, args ...any) {
	p := campaign.Problem{File: r.path, Message: fmt.Sprintf(format, args...), Hint: hint}
	if at != nil && at.Position != nil {
		p.Line, p.Column = at.Position.Line, at.Position.Column
	}
	r.problems = append(r.problems, p)
}

const shapeHint = `a profile is its name and ":" on a line, and below it, indented, lines of "key: value"`

// root returns what the file consists of, or nil where that is nothing, or not what YAML takes.
func (r *reader) root(text string) ast.Node {
	if len(text) > maxSize {
		r.fail(nil, "", "is larger than %d kB", maxSize>>10)
		return nil
	}
	tokens := lexer.Tokenize(text)
	if r.refuse(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		// The parser's own words may quote the line, and with it a secret.
		var syntax yaml.Error
		if errors.As(err, &syntax) {
			r.fail(syntax.GetToken(), shapeHint, "the file cannot be read as YAML from here on")
		} else {
			r.fail(nil, shapeHint, "the file cannot be read as YAML")
		}
		return nil
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			return doc.Body
		}
	}
	return nil
}

// refuse notes the first token that is neither a key nor a text of one line.
func (r *reader) refuse(tokens token.Tokens) bool {
	depth := 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType:
			depth++
		case token.MappingEndType:
			depth--
		case token.InvalidType:
			r.fail(tk, shapeHint, "the file cannot be read as YAML from here on")
			return true
		case token.SequenceStartType, token.SequenceEntryType, token.LiteralType, token.FoldedType, token.TagType, token.AnchorType, token.AliasType,
			token.MergeKeyType, token.MappingKeyType, token.DirectiveType, token.DocumentHeaderType, token.DocumentEndType:
			r.fail(tk, `a text that begins with a sign must stand in "quotes"`, "only keys and texts are wanted in this file")
			return true
		}
		if depth > 2 { // the parser recurses
			r.fail(tk, shapeHint, "only keys and texts are wanted in a profile")
			return true
		}
	}
	return false
}

// member is a key and its value.
type member struct {
	key   *token.Token
	value ast.Node
}

// members returns the members of a map, each key once. Of nothing, or of what is no map, there are none.
func (r *reader) members(n ast.Node) []member {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case nil, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.fail(n.GetToken(), shapeHint, "keys are wanted here")
		return nil
	}
	var all []member
	seen := map[string]int{}
	for _, v := range values {
		key := v.Key.GetToken()
		if first, ok := seen[key.Value]; ok {
			r.fail(key, "keep one of the two", "%s stands here a second time; first in line %d", shown(key.Value), first)
			continue
		}
		seen[key.Value] = key.Position.Line
		all = append(all, member{key, v.Value})
	}
	return all
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// CheckName says whether a profile can be called so.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return errors.New(`a profile's name consists of letters, digits, ".", "_" and "-", and begins with one of the first two`)
	}
	return nil
}

// shown returns a word of the file in quotes, unless it could be a secret that stands in the wrong place.
func shown(word string) string {
	if !nameForm.MatchString(word) {
		return `"…"`
	}
	return strconv.Quote(word)
}

func (r *reader) profile(m member) *Profile {
	if err := CheckName(m.key.Value); err != nil {
		r.fail(m.key, "", "%v", err)
		return nil
	}
	if _, isEmpty := m.value.(*ast.NullNode); isEmpty {
		r.fail(m.key, shapeHint, "there is nothing in it")
		return nil
	}
	p := &Profile{Name: m.key.Value, File: r.path, Line: m.key.Position.Line}
	for _, m := range r.members(m.value) {
		r.set(p, m)
	}
	return p
}

// set takes over one key of a profile.
func (r *reader) set(p *Profile, m member) {
	key := m.key.Value
	if !slices.Contains(keys, key) {
		hint := ""
		if near := campaign.Nearest(key, keys); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		r.fail(m.key, hint, "unknown key %s", shown(key))
		return
	}
	scalar, isScalar := m.value.(ast.ScalarNode)
	if _, isNull := m.value.(*ast.NullNode); isNull || !isScalar || strings.TrimSpace(scalar.GetToken().Value) == "" {
		at := m.key
		if !isNull {
			at = m.value.GetToken()
		}
		r.fail(at, "write a text behind the colon, or remove the line", "%s: a text is wanted here", key)
		return
	}
	tk := scalar.GetToken()
	switch text := tk.Value; key {
	case "project_id":
		p.ProjectID = text
	case "app_id":
		p.AppID = text
	case "region":
		p.Region = text
		if text != "us" && text != "eu" && text != "br" {
			r.fail(tk, "the one in which the app was created", "region: us, eu or br is wanted")
		}
	case "endpoint":
		p.Endpoint = text
	case "key_id":
		p.KeyID = text
	case fromText, fromFile, fromCommand:
		if p.secret.kind != "" {
			r.fail(m.key, "keep one of the two", "%s stands beside %s", key, p.secret.kind)
			return
		}
		p.secret = secret{kind: key, line: m.key.Position.Line, text: &text}
	case "only_to":
		p.OnlyTo = resolve(r.path, text)
	case "max_recipients":
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || tk.Type != token.IntegerType {
			r.fail(tk, "", "max_recipients: a whole number from 1 on is wanted")
		}
		p.MaxRecipients = n
	case "approval":
		if p.Approval = text == "required"; !p.Approval {
			r.fail(tk, "without the line none is required", "approval: required is all that can stand here")
		}
	case "keep":
		var err error
		if p.Keep, err = campaign.ParseKeep(text); err != nil {
			r.fail(tk, "such as 20h or 90d", "keep: an age is wanted")
		}
	}
}
