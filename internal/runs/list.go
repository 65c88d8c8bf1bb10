package runs

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"sendoff/internal/ledger"
	"sendoff/internal/report"
	"sendoff/internal/runstore"
)

// Summary is where a run stands, in numbers. It holds no personal data.
type Summary struct {
	Dir      string         `json:"dir"`
	Key      string         `json:"run_key"` // the folder's name where the run does not say
	Campaign string         `json:"campaign,omitempty"`
	Sandbox  bool           `json:"sandbox"`
	State    runstore.State `json:"state,omitempty"`  // [Held] or [Sending] where another process holds it
	Error    string         `json:"error,omitempty"`  // why it cannot be opened
	Copied   bool           `json:"copied,omitempty"` // what the run itself does now cannot be known
	Created  time.Time      `json:"created,omitzero"`
	Started  time.Time      `json:"started,omitzero"` // the first start

	Eligible    int `json:"eligible"`
	Accepted    int `json:"accepted"`
	Rejected    int `json:"rejected"`
	NotSent     int `json:"not_sent"`
	InDoubt     int `json:"in_doubt"`
	LeftInDoubt int `json:"left_in_doubt"`

	Meta runstore.Meta `json:"-"` // whatever else is known of it
}

// What is said of runs that another process holds.
const (
	Held    runstore.State = "held by another process" // it plans, or asks whether to send
	Sending runstore.State = "sending"
)

// List summarises the runs at or below dir, in the order of [Find]. One that cannot be opened is in it with its error; the error returned is
// Find's.
func List(dir string) ([]Summary, error) {
	dirs, err := Find(dir)
	all := make([]Summary, len(dirs))
	for i, d := range dirs {
		all[i] = summarise(d)
	}
	return all, err
}

// Unfinished summarises the real runs of a campaign that lie in folder, and their retries, which have begun to send and would go on if somebody started
// them: nobody holds them. The one called but is left out, though its retries are not, and so is what cannot be read.
func Unfinished(folder, campaign, but string) []Summary {
	entries, _ := os.ReadDir(folder) // it is about a note: what cannot be read is not noted
	var all []Summary
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if !isRun(dir) {
			continue
		}
		if s, ok := unfinished(dir, campaign); ok && e.Name() != but {
			all = append(all, s)
		}
		all = append(all, UnfinishedRetries(dir, campaign)...)
	}
	return all
}

// UnfinishedRetries summarises the retries of the run in dir, of a campaign, as [Unfinished] does.
func UnfinishedRetries(dir, campaign string) []Summary {
	dirs, _ := runstore.RetryDirs(dir) // what cannot be read is not noted
	var all []Summary
	for _, dir := range dirs {
		if s, ok := unfinished(dir, campaign); ok {
			all = append(all, s)
		}
	}
	return all
}

// unfinished summarises the run in dir, if it is one of [Unfinished].
func unfinished(dir, campaign string) (Summary, bool) {
	run, err := runstore.View(dir)
	if err != nil {
		return Summary{}, false
	}
	defer run.Close()
	m := run.Meta()
	if m.Campaign != campaign || m.Sandbox || len(m.Starts) == 0 || m.State.Over() {
		return Summary{}, false
	}
	s, err := Summarise(run)
	return s, err == nil
}

// isRun reports whether dir is the folder of a run, be its ledger gone.
func isRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ledger.FileName))
	if err != nil {
		_, err = os.Stat(filepath.Join(dir, ledger.WitnessName))
	}
	return err == nil
}

func summarise(dir string) Summary {
	run, err := runstore.View(dir)
	if errors.Is(err, ledger.ErrLocked) {
		return live(dir)
	}
	if err != nil {
		s := describe(dir, peek(dir))
		s.State, s.Error = "", err.Error()
		return s
	}
	defer run.Close()
	s, err := Summarise(run)
	if err != nil {
		s.Error = err.Error()
	}
	return s
}

func describe(dir string, m runstore.Meta) Summary {
	s := Summary{
		Dir: dir, Key: m.Key, Campaign: m.Campaign, Sandbox: m.Sandbox, State: m.State, Created: m.Created, Eligible: m.Eligible,
		Meta: m,
	}
	if s.Key == "" {
		s.Key = filepath.Base(dir)
	}
	if len(m.Starts) > 0 {
		s.Started = m.Starts[0].Time
	}
	return s
}

// Summarise summarises an open run.
func Summarise(run *runstore.Run) (Summary, error) {
	s := describe(run.Dir, run.Meta())
	s.Copied = run.Ledger.Copied()
	rep, err := report.Collect(run)
	if err != nil {
		return s, err
	}
	s.Accepted, s.Rejected, s.NotSent, s.InDoubt, s.LeftInDoubt = rep.Accepted, rep.Rejected, rep.NotSent, rep.InDoubt, rep.LeftInDoubt
	return s, nil
}

// live summarises a run that another process holds by what that process says of itself.
func live(dir string) Summary {
	s := describe(dir, peek(dir))
	s.State = Held
	var says struct {
		State       runstore.State
		Accepted    int
		Rejected    int
		NotSent     int `json:"not_sent"`
		InDoubt     int `json:"in_doubt"`
		LeftInDoubt int `json:"left_in_doubt"`
	}
	b, err := os.ReadFile(filepath.Join(dir, runstore.StatusName))
	if err != nil || json.Unmarshal(b, &says) != nil {
		return s // it does not send yet
	}
	if says.State == runstore.Running {
		s.State = Sending
	}
	s.Accepted, s.Rejected, s.NotSent, s.InDoubt, s.LeftInDoubt = says.Accepted, says.Rejected, says.NotSent, says.InDoubt, says.LeftInDoubt
	return s
}

// peek returns what the run in dir has written for people to look at, or nothing. It is a copy of the truth, of which the key, the campaign
// and the run's id never change.
func peek(dir string) runstore.Meta {
	var m runstore.Meta
	b, err := os.ReadFile(filepath.Join(dir, runstore.RunName))
	if err != nil || json.Unmarshal(b, &m) != nil {
		return runstore.Meta{}
	}
	return m
}
