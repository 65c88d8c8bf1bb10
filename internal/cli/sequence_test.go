package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
	"sendoff/internal/sandbox"
)

// What people do with campaigns between runs, in random order: run, kill, correct the text, change the audience, change the app, copy the folder,
// choose another key, resume, cancel. Over all runs together nobody gets two messages under one key, and the books of every run balance.
//
// Half of the sequences are on apps that store messages. On the others nobody can know of a run in another folder, so there each folder has keys
// of its own; and nowhere is one key begun in two folders through two apps, which no question to either app could tell.
func TestCrashSequences(t *testing.T) {
	const sequences, steps = 100, 12
	seed := uint64(time.Now().UnixNano())
	var seen sync.Map // command and exit code: that it ended so, in one of them
	t.Run("all", func(t *testing.T) {
		for i := range uint64(sequences) {
			t.Run(fmt.Sprint(i), func(t *testing.T) { sequence(t, seed, i, steps, &seen) })
		}
	})
	for _, ended := range []string{"run 0", "run 2", "run 7", "resume 0", "resume 2", "cancel 0", "cancel 2", "killed"} {
		if _, ok := seen.Load(ended); !ok {
			t.Errorf("in no sequence: %s", ended)
		}
	}
}

func sequence(t *testing.T, seed, i uint64, steps int, seen *sync.Map) {
	t.Parallel()
	w := newWorld(t, rand.New(rand.NewPCG(seed, i)), i%2 == 0)
	w.seen = seen
	defer func() {
		if t.Failed() {
			t.Logf("seed %d, storing %v:\n%s", seed, w.storing, strings.Join(w.history, "\n"))
		}
	}()
	for range steps {
		w.step()
	}
	w.finish()
	w.check()
}

// world is a machine on which somebody works.
type world struct {
	t       *testing.T
	random  *rand.Rand
	storing bool
	apps    []*bench // two, each with a sandbox; their campaigns are not used
	app     int
	root    string
	folders []string                   // of the campaign and of its copies
	folder  map[string]map[string]bool // in which a key was used
	through map[string]map[int]bool    // apps through which it was used
	history []string
	seen    *sync.Map
}

func newWorld(t *testing.T, random *rand.Rand, storing bool) *world {
	w := &world{t: t, random: random, storing: storing, root: t.TempDir(), folder: map[string]map[string]bool{}, through: map[string]map[int]bool{}}
	for _, app := range []string{"01SANDB0X0000000000000000A", "01SANDB0X0000000000000000B"} {
		c := testSandbox()
		c.AppID = app
		if storing {
			c.DispatchRetention = 1
		}
		b := &bench{server: sandbox.New(c)}
		late, err := sandbox.ParseFault("delay-after:every=4,delay=40ms") // so that who is killed leaves people in doubt who have the message
		if err != nil {
			t.Fatal(err)
		}
		b.server.SetFaults(late)
		b.serve(t)
		w.apps = append(w.apps, b)
	}
	w.folders = []string{filepath.Join(w.root, "a")}
	if err := os.Mkdir(w.folders[0], 0o700); err != nil {
		t.Fatal(err)
	}
	w.editCampaign(w.folders[0])
	w.editAudience(w.folders[0])
	return w
}

func (w *world) say(format string, args ...any) {
	w.history = append(w.history, fmt.Sprintf(format, args...))
}

// step does one thing to one of the folders.
func (w *world) step() {
	folder := w.folders[w.random.IntN(len(w.folders))]
	switch w.random.IntN(12) {
	case 0, 1, 2:
		w.run(folder, false)
	case 3, 4:
		w.run(folder, true)
	case 5:
		w.say("edit the campaign in %s", filepath.Base(folder))
		w.editCampaign(folder)
	case 6:
		w.say("edit the audience in %s", filepath.Base(folder))
		w.editAudience(folder)
	case 7:
		w.app = 1 - w.app
		w.say("change to app %d", w.app)
	case 8:
		if len(w.folders) < 3 {
			other := filepath.Join(w.root, string(rune('a'+len(w.folders))))
			w.say("copy %s to %s", filepath.Base(folder), filepath.Base(other))
			if err := os.CopyFS(other, os.DirFS(folder)); err != nil {
				w.t.Fatal(err)
			}
			w.folders = append(w.folders, other)
		}
	case 9, 10:
		w.sendoff("resume", "--yes", "--quiet", "--settle", "60ms", "--give-up", "1s", folder+string(filepath.Separator)+"runs")
	case 11:
		w.sendoff("cancel", "--yes", "--run-key", w.key(folder), folder)
	}
}

func (w *world) key(folder string) string {
	key := fmt.Sprintf("k%d", w.random.IntN(3))
	if !w.storing {
		key += filepath.Base(folder)
	}
	return key
}

// run starts a run, which is killed at a random moment where that is wanted.
func (w *world) run(folder string, kill bool) {
	key := w.key(folder)
	if w.folder[key] == nil {
		w.folder[key], w.through[key] = map[string]bool{}, map[int]bool{}
	}
	newFolder, newApp := !w.folder[key][folder], !w.through[key][w.app]
	if newFolder && len(w.through[key]) > 1 || newApp && len(w.folder[key]) > 1 || newFolder && newApp && len(w.folder[key]) > 0 {
		return
	}
	w.folder[key][folder], w.through[key][w.app] = true, true
	args := []string{"run", "--yes", "--quiet", "--run-key", key, "--settle", "60ms", "--give-up", "1s"}
	if !kill {
		if w.random.IntN(3) == 0 {
			args = append(args, "--limit", "5")
		}
		w.sendoff(append(args, folder)...)
		return
	}
	w.kill(w.apps[w.app].command(append(args, "--rate", "200", folder)...))
	w.say("kill run %s in %s, app %d", key, filepath.Base(folder), w.app)
	waitFor(w.t, func() bool { return w.apps[w.app].open.Load() == 0 }) // what it has sent has arrived
}

// kill starts a run, and kills it before it sends, or once some of its messages were taken.
func (w *world) kill(cmd *exec.Cmd) {
	server := w.apps[w.app].server
	before, most := server.AcceptedCount(), w.random.IntN(12)
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if most == 0 {
		time.Sleep(time.Duration(w.random.IntN(250)) * time.Millisecond)
	}
	for server.AcceptedCount() < before+most {
		select {
		case <-ended:
			return // it had nothing more to send
		case <-time.After(time.Millisecond):
		}
	}
	_ = cmd.Process.Kill() // it may have ended
	<-ended
	if n := server.AcceptedCount() - before; n > 0 && cmd.ProcessState.ExitCode() != exitOK {
		w.seen.Store("killed", true)
	}
}

// sendoff runs a command to its end.
func (w *world) sendoff(args ...string) int {
	var out bytes.Buffer
	env := map[string]string{}
	for _, v := range w.apps[w.app].env {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	code := Main(append([]string{"sendoff"}, args...), Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(name string) string { return env[name] },
	})
	said, _, _ := strings.Cut(out.String(), "\n")
	w.say("app %d: %s: exit %d: %s", w.app, strings.ReplaceAll(strings.Join(args, " "), w.root, ""), code, said)
	w.seen.Store(fmt.Sprint(args[0], " ", code), true)
	if code == exitBug {
		w.t.Errorf("a bug: %s", out.String())
	}
	return code
}

func (w *world) editCampaign(folder string) {
	writeFile(w.t, filepath.Join(folder, "campaign.yaml"), strings.Replace(benchCampaign, "Hi", fmt.Sprintf("Hi %d", w.random.IntN(2)), 1))
}

func (w *world) editAudience(folder string) {
	people := strings.SplitAfter(strings.TrimPrefix(benchAudience(24), "phone,name\n"), "\n")[:24]
	w.random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	writeFile(w.t, filepath.Join(folder, "audience.csv"), "phone,name\n"+strings.Join(people[:12+w.random.IntN(13)], ""))
}

// finish goes on with all that can be gone on with.
func (w *world) finish() {
	for range w.apps {
		w.sendoff("resume", "--yes", "--quiet", "--settle", "60ms", "--give-up", "1s", w.root)
		w.app = 1 - w.app
	}
}

// check looks at what arrived, and at every run.
func (w *world) check() {
	type person struct{ key, number string }
	got := map[person]int{}
	taken := slices.Concat(w.apps[0].accepted(), w.apps[1].accepted())
	for _, m := range taken {
		var request struct {
			Metadata  string `json:"message_metadata"`
			Recipient struct {
				IdentifiedBy struct {
					ChannelIdentities []struct{ Identity string } `json:"channel_identities"`
				} `json:"identified_by"`
			}
		}
		var metadata struct{ Sendoff struct{ Key string } }
		if err := json.Unmarshal(m.Request, &request); err != nil {
			w.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(request.Metadata), &metadata); err != nil {
			w.t.Fatal(err)
		}
		p := person{metadata.Sendoff.Key, request.Recipient.IdentifiedBy.ChannelIdentities[0].Identity}
		if got[p]++; got[p] == 2 {
			w.t.Errorf("%s got two messages under key %q", p.number, p.key)
		}
	}
	latest, err := latestFolders(w.root)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range latest {
		if err := f.check(taken); err != nil {
			w.t.Error(err)
		}
	}
	w.checkEnded(len(latest))
}

// checkEnded looks for runs that were begun and do not end although their folder and their app are there.
func (w *world) checkEnded(runs int) {
	ended := map[string]bool{}
	err := filepath.WalkDir(w.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != ledger.FileName {
			return err
		}
		run, err := runstore.View(filepath.Dir(path))
		if err != nil {
			return err
		}
		defer run.Close()
		if m := run.Meta(); len(m.Starts) > 0 {
			rep, err := report.Collect(run)
			if err != nil {
				return err
			}
			// One that was killed before it sent anything may be kept from going on by another of its name.
			over := m.State.Over() || !wasStarted(m) || rep.Accepted == 0 || !w.storing && rep.NotSent == 0 && rep.InDoubt > 0 // which is held
			ended[m.RunID] = ended[m.RunID] || over
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for id, over := range ended {
		if !over {
			w.t.Errorf("run %s does not end", id)
		}
	}
	if len(ended) != runs {
		w.t.Errorf("%d runs, of which %d have a folder that sent last", len(ended), runs)
	}
}
