package cli

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/prose"
	"sendoff/internal/runstore"
)

// loadCampaign reads the campaign file at path or in the folder path, and prints its warnings: they are the same every night, so not to who wants it quiet.
func (s *session) loadCampaign(path string) (*campaign.Campaign, error) {
	c, err := campaign.Load(path)
	if err != nil {
		return nil, explainNoCampaign(path, err)
	}
	for _, w := range c.Warnings {
		s.say("%v", w)
	}
	return c, nil
}

// explainNoCampaign says what to do where no campaign is at path, or something that is none by its name. Other errors stay as they are.
func explainNoCampaign(path string, err error) error {
	extension := strings.ToLower(filepath.Ext(path))
	switch {
	case slices.Contains([]string{".csv", ".tsv", ".xlsx", ".xlsm", ".jsonl"}, extension) && fileExists(path):
		return inputErrorf("%s is a list by its name, and a campaign is wanted", path).hint("sendoff init FOLDER --audience %s writes a campaign for it", quote(path))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case isRun(path):
		return inputErrorf("%s is a run's folder, and a campaign is wanted", path).hint("sendoff resume %s goes on with the run", quote(path))
	}
	return inputErrorf("%v", err).hint("a new campaign begins with sendoff init FOLDER")
}

// key is that of the run of a campaign which begins now.
func (p place) key(c *campaign.Campaign, now time.Time) string {
	if p.runKey != "" {
		named := *c
		named.RunKey = p.runKey
		c = &named
	}
	return c.Key(now)
}

// dir is where the run of a campaign that begins now is, or will be.
func (p place) dir(c *campaign.Campaign, now time.Time) (string, error) {
	if p.runDir != "" {
		return p.runDir, nil
	}
	dir, err := runstore.Path(c.Dir(), p.key(c, now), p.sandbox)
	if err != nil {
		return "", inputErrorf("%v", err)
	}
	return dir, nil
}

// withKey is the place of a run with another key.
func (p place) withKey(key string) place {
	p.runKey = key
	return p
}

// arguments are those by which a command finds the run at path, or that of the campaign at path.
func (p place) arguments(path string) string {
	args := quote(path)
	if p.runDir == "" && isRun(path) {
		return args
	}
	if p.sandbox {
		args += " --sandbox"
	}
	if p.runKey != "" {
		args += " --run-key " + quote(p.runKey)
	}
	if p.runDir != "" {
		args += " --run-dir " + quote(p.runDir)
	}
	return args
}

// goOn is the command that goes on with the run in dir.
func goOn(m runstore.Meta, dir string) string {
	if !wasStarted(m) {
		return startAgain(m, dir)
	}
	return "sendoff resume " + quote(dir)
}

// startAgain is the command that starts the run in dir, which was planned and never started: the same one, under the same key, with the same people
// left out.
func startAgain(m runstore.Meta, dir string) string {
	if of, _, ok := runstore.RetryOf(dir); ok {
		return "sendoff retry " + quote(shortened(of))
	}
	file := campaignPath(dir, m)
	p := place{sandbox: m.Sandbox}
	if m.Key != m.Campaign {
		p.runKey = m.Key
	}
	home := filepath.Dir(file)
	if isSameFile(file, runstore.CampaignDir(dir)) { // one that was never planned to its end does not know its file
		home = file
	}
	usual, err := runstore.Path(home, m.Key, m.Sandbox)
	if err != nil || !isSameFile(usual, dir) {
		p.runDir = dir
	}
	return "sendoff run " + p.arguments(cmp.Or(file, "CAMPAIGN")) + audienceArgument(m) + exceptArguments(m.Except) + profileArgument(m)
}

// audienceArgument is the flag that names the audience with which a run was planned, where its campaign does not.
func audienceArgument(m runstore.Meta) string {
	if len(m.Sources) == 0 {
		return ""
	}
	c, err := campaign.Parse(m.Sources[0].Name, m.Sources)
	switch {
	case err != nil || c.Audience.Run != "" || c.Audience.Name() == m.AudienceFile || m.AudienceFile == "":
		return ""
	case m.AudienceFile == (campaign.Audience{File: campaign.StandardInput}).Name():
		return " --audience -"
	}
	return " --audience " + quote(c.Resolve(m.AudienceFile))
}

// profileArgument is the flag that names the profile through which a run began, where its campaign does not.
func profileArgument(m runstore.Meta) string {
	name := m.Destination.Profile
	if name == "" || len(m.Sources) == 0 {
		return ""
	}
	if c, err := campaign.Parse(m.Sources[0].Name, m.Sources); err == nil && c.Profile == name {
		return ""
	}
	return " --profile " + quote(name)
}

// onRun makes an action of a command whose argument is a RUN.
func (s *session) onRun(do func(c *cli.Context, dir string) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		arg, err := oneArgument(c, "RUN")
		if err != nil {
			return err
		}
		dir, err := s.findRun(arg, readPlace(c))
		if err != nil {
			return err
		}
		return do(c, dir)
	}
}

// findRun returns the folder of the run that arg means: a run's folder, or a campaign. Where a campaign has only run in the sandbox, that
// run is meant.
func (s *session) findRun(arg string, p place) (string, error) {
	if p.runDir == "" && isRun(arg) {
		return arg, nil
	}
	c, err := campaign.Load(arg)
	if errors.Is(err, fs.ErrNotExist) {
		return "", inputErrorf("%s is neither a run's folder nor a campaign", arg)
	}
	if err != nil {
		return "", err
	}
	dir, err := s.runOf(c, p)
	if err != nil {
		return "", err
	}
	if isRun(dir) {
		return dir, nil
	}
	p.sandbox = true
	if rehearsal, err := s.runOf(c, p); err == nil && isRun(rehearsal) {
		return rehearsal, nil
	}
	if fileExists(filepath.Join(dir, ledger.WitnessName)) {
		return "", inputErrorf("%s is gone from %s, where a run has been; put it back", ledger.FileName, dir)
	}
	return "", inputErrorf("%s has not been run: there is no %s", arg, dir)
}

// runOf returns the folder of a campaign's run: where its key names the day, of the newest. One that --run-key has named is not meant where there is
// another.
func (s *session) runOf(c *campaign.Campaign, p place) (string, error) {
	dir, err := p.dir(c, s.Now())
	if err != nil || p.runKey != "" || p.runDir != "" || !c.IsDated() {
		return dir, err
	}
	folder := filepath.Dir(dir)
	siblings, _ := os.ReadDir(folder) // where there are none, none is newer
	var newest time.Time
	found := false // one with a key of the campaign's own
	for _, sibling := range siblings {
		path := filepath.Join(folder, sibling.Name())
		if !isRun(path) {
			continue
		}
		m, err := runstore.Glance(path)
		if err != nil || m.Campaign != c.Name {
			continue
		}
		own := m.KeyPattern == c.RunKey || m.Key == c.Key(m.Created)
		if own && !found || own == found && m.Created.After(newest) {
			dir, newest, found = path, m.Created, own
		}
	}
	return dir, nil
}

func isRun(dir string) bool { return fileExists(filepath.Join(dir, ledger.FileName)) }

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// audiencePath is where the campaign's audience is, as people see it from the current folder. What is read from standard input has none.
func audiencePath(c *campaign.Campaign) string {
	return shortened(c.Resolve(c.Audience.File))
}

// shortened is a path as seen from the current folder, where it is below that.
func shortened(path string) string {
	if here, err := os.Getwd(); err == nil && filepath.IsAbs(path) {
		if short, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(short) {
			return short
		}
	}
	return path
}

// changedSince reports whether a campaign is another than the one of a run that has begun. How the audience's file is written was said for
// reading it then: by flags, it may be, which need not be given again.
func changedSince(m runstore.Meta, c *campaign.Campaign) bool {
	as := *c
	as.Audience.Encoding, as.Audience.Delimiter = m.Encoding, 0
	for _, d := range m.Delimiter {
		as.Audience.Delimiter = d
	}
	return digest(c) != m.CampaignDigest && digest(&as) != m.CampaignDigest
}

func digest(c *campaign.Campaign) string {
	sum := c.ContentDigest()
	return hex.EncodeToString(sum[:])
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sameDestination compares two destinations; endpoints on this machine by host alone, since a sandbox gets another port each time.
func sameDestination(a, b runstore.Destination) bool {
	if a.Profile != b.Profile && a.Endpoint != inProcess {
		return false // the same app under another name may be guarded otherwise
	}
	return a.ProjectID == b.ProjectID && a.AppID == b.AppID && a.Region == b.Region && endpointIdentity(a.Endpoint) == endpointIdentity(b.Endpoint)
}

func endpointIdentity(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	if host := u.Hostname(); host == "localhost" || net.ParseIP(host).IsLoopback() {
		return "this machine"
	}
	return strings.TrimRight(endpoint, "/")
}

func describeDestination(d runstore.Destination) string {
	var b strings.Builder
	if d.AppName != "" {
		fmt.Fprintf(&b, "app %q (%s)", d.AppName, prose.Shorten(d.AppID))
	} else {
		fmt.Fprintf(&b, "app %s", prose.Shorten(d.AppID))
	}
	if d.Profile != "" {
		fmt.Fprintf(&b, " · profile %s", d.Profile)
	}
	fmt.Fprintf(&b, " · project %s", prose.Shorten(d.ProjectID))
	if d.Region != "" {
		fmt.Fprintf(&b, " · region %s", d.Region)
	}
	if d.Endpoint != "" {
		fmt.Fprintf(&b, " · %s", d.Endpoint)
	}
	return b.String()
}

// quote writes an argument so that it can be copied into the shell at hand.
func quote(arg string) string {
	plain := strings.IndexFunc(arg, func(r rune) bool {
		return !(r == '/' || r == '\\' || r == '.' || r == '-' || r == '_' || r == ':' || r == '=' ||
			'0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r > 127)
	}) < 0
	switch {
	case plain && arg != "" && (runtime.GOOS == "windows" || !strings.Contains(arg, `\`)):
		return arg
	case runtime.GOOS == "windows":
		return `"` + arg + `"`
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
