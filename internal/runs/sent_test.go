package runs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sendoff/campaign"
	"sendoff/internal/ledger"
	"sendoff/internal/runstore"
)

// sent returns the endings of the numbers of the people whom a question means.
func sent(t *testing.T, s Scope, q Question) []int {
	t.Helper()
	people, err := s.Sent(context.Background(), q, testTime.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var endings []int
	for _, key := range people.Keys {
		endings = append(endings, int(key-address(0).Key()))
	}
	return endings
}

// TestWhoCounts has a row in every state, and asks for them while the run may go on, and once it is over.
func TestWhoCounts(t *testing.T) {
	dir := t.TempDir()
	r := newRun(t, filepath.Join(dir, "c", "runs", "spring"), "spring", false, 100, 14)
	early, late := testTime.Add(2*time.Minute), testTime.Add(50*time.Minute)
	if err := r.Ledger.PutSkips([]ledger.Skip{{Row: 0, Reason: uint8(campaign.Duplicate)}}, testTime); err != nil {
		t.Fatal(err)
	}
	r.send(1, early, ledger.Accepted, 0)
	r.send(2, late, ledger.Accepted, 0)
	r.send(3, late, ledger.Rejected, 0)
	r.send(4, late, ledger.Begun, 0)
	r.send(5, early, ledger.InDoubt, 0)
	r.send(6, late, ledger.InDoubt, 0)
	r.send(7, early, ledger.LeftInDoubt, 0)
	r.send(8, late, ledger.LeftInDoubt, 0)
	r.send(9, late, ledger.Released, 0)
	r.send(10, early, ledger.Released, ledger.AfterServerError)
	r.send(11, late, ledger.Released, ledger.AfterDoubt)
	r.send(12, late, ledger.Rejected, ledger.AfterServerError)
	// 13 was never begun.
	r.end(runstore.Stopped)
	state := func(s runstore.State) {
		run, err := runstore.Reconcile(r.Dir, false, testTime)
		if err != nil {
			t.Fatal(err)
		}
		(&testRun{run, t}).end(s)
	}
	q := Question{Runs: "spr*"}
	begunWithin := Question{Runs: "spr*", Within: 24*time.Hour - time.Minute} // it was started a minute past nine
	begunBefore := Question{Runs: "spr*", Within: 24*time.Hour - 2*time.Minute}
	for _, tc := range []struct {
		state runstore.State
		q     Question
		want  []int
	}{
		{runstore.Stopped, q, []int{101, 102, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113}},
		{runstore.Stopped, begunWithin, []int{101, 102, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113}},
		{runstore.Stopped, begunBefore, nil},
		{runstore.Cancelled, q, []int{101, 102, 104, 105, 106, 107, 108, 110, 111, 112}},
		{runstore.Cancelled, begunWithin, []int{101, 102, 104, 105, 106, 107, 108, 110, 111, 112}},
		{runstore.Cancelled, begunBefore, nil},
		{runstore.Planning, q, nil},
	} {
		state(tc.state)
		if diff := cmp.Diff(tc.want, sent(t, scope(dir), tc.q)); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", tc.state, tc.q, diff)
		}
	}
}

// TestWhoIsMeant has real runs and rehearsals in two campaigns' folders, a copy of the run that asks, a retry, and runs elsewhere.
func TestWhoIsMeant(t *testing.T) {
	dir := t.TempDir()
	in := func(path ...string) string { return filepath.Join(append([]string{dir}, path...)...) }
	sentRun(t, in("c", "runs", "own"), "own", false, 1, 1)
	sentRun(t, in("c", "runs", "own", "retry-1"), "own retry", false, 2, 1)
	sentRun(t, in("c", "runs", "sandbox", "own"), "own", true, 3, 1)
	if err := os.CopyFS(in("d", "runs", "own-copy"), os.DirFS(in("c", "runs", "own"))); err != nil {
		t.Fatal(err)
	}
	sentRun(t, in("c", "runs", "spring-1"), "Spring 1", false, 10, 2)
	sentRun(t, in("c", "runs", "spring-1", "retry-1"), "Spring 1 retry", false, 12, 1)
	sentRun(t, in("c", "runs", "sandbox", "spring-2"), "spring-2", true, 20, 1)
	sentRun(t, in("d", "runs", "spring-3"), "spring-3", false, 11, 3)
	sentRun(t, in("d", "runs", "deeper", "spring-4"), "spring-4", false, 40, 1)
	sentRun(t, in("elsewhere", "spring-5"), "spring-5", false, 50, 1)
	sentRun(t, in("c", "runs", "odd"), "spring[6]", false, 60, 1)
	for _, tc := range []struct {
		runs string
		s    Scope
		want []int
	}{
		{"spring-*", scope(dir), []int{10, 11, 12, 13}},
		{"Spring *", scope(dir), []int{10, 11, 12}},
		{"spring-1", scope(dir), []int{10, 11, 12}},
		{"Spring 1", scope(dir), []int{10, 11, 12}},
		{"spring[6]", scope(dir), []int{60}},
		{"*", scope(dir), []int{10, 11, 12, 13, 60}},
		{"nobody-*", scope(dir), nil},
		{"../elsewhere/spring-5", scope(dir), []int{50}},
		{in("elsewhere", "spring-5"), scope(dir), []int{50}},
		{"spring-*", Scope{Campaign: in("c"), RunDir: in("elsewhere", "mine"), Self: []string{in("elsewhere", "mine")}}, []int{10, 11, 12, 13, 50}},
		{"spring-*", Scope{Campaign: in("c"), Self: scope(dir).Self, Sandbox: true}, []int{10, 11, 12, 13, 20}},
		{"own*", Scope{Campaign: in("d"), Self: []string{in("d", "runs", "mine")}}, []int{1, 2}},
	} {
		if diff := cmp.Diff(tc.want, sent(t, tc.s, Question{Runs: tc.runs})); diff != "" {
			t.Errorf("%s in %s (-want +got):\n%s", tc.runs, tc.s.Campaign, diff)
		}
	}
	for runs, want := range map[string]string{
		"spring1":                  `there is no run "spring1" did you mean "Spring 1"?`,
		"autumn":                   `there is no run "autumn" runs are looked for in the folder runs`,
		"runs/sandbox/spring-2":    `"runs/sandbox/spring-2" is a rehearsal`,
		"own":                      `"own" is this run itself another --run-key`,
		"runs/own/retry-1":         `"runs/own/retry-1" is this run itself`,
		"../d/runs/own-copy":       `"../d/runs/own-copy" is this run itself`,
		in("c", "runs", "nothing"): `there is no run `,
	} {
		_, err := scope(dir).Sent(context.Background(), Question{Runs: runs, At: campaign.Problem{File: "c.yaml", Line: 3}}, testTime)
		var problems campaign.Problems
		if !errors.As(err, &problems) || problems[0].File != "c.yaml" || problems[0].Line != 3 || !strings.HasPrefix(problems[0].Message+" "+problems[0].Hint, want) {
			t.Errorf("%s: %v, want %s", runs, err, want)
		}
	}
}

// TestFailsClosed wants an error wherever the people of a run that is meant cannot be known.
func TestFailsClosed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, "c", "runs", name) }
	ask := func(q Question) (*People, error) {
		return scope(dir).Sent(context.Background(), q, testTime.Add(24*time.Hour))
	}

	held := newRun(t, in("held"), "held 1", false, 1, 1)
	for _, name := range []string{"held*", "held 1"} {
		var isHeld *HeldError
		_, err := ask(Question{Runs: name})
		if !errors.As(err, &isHeld) || isHeld.Dir != in("held") || errors.Is(err, ledger.ErrLocked) {
			t.Errorf("%s: %v, want that it is held", name, err)
		} else if text := err.Error(); !strings.Contains(text, "the people of run held 1 ") || !strings.Contains(text, fmt.Sprintf("held by process %d on ", os.Getpid())) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	forgetful := newRun(t, in("forgetful"), "forgetful", false, 1, 2)
	forgetful.send(0, testTime, ledger.Accepted, 0)
	forgetful.end(runstore.Finished)
	if err := os.Remove(filepath.Join(in("forgetful"), ledger.WitnessName)); err != nil {
		t.Fatal(err)
	}
	if people, err := ask(Question{Runs: "forget*"}); err != nil || len(people.Keys) != 2 {
		t.Errorf("of a ledger that may have forgotten one of two: %v, %v", people, err)
	}

	sentRun(t, in("lost"), "lost", false, 1, 1)
	if err := os.Remove(filepath.Join(in("lost"), ledger.FileName)); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(Question{Runs: "los*"}); err == nil || !strings.Contains(err.Error(), "the people of run lost cannot be read") {
		t.Errorf("without its ledger: %v", err)
	}
	if people, err := ask(Question{Runs: "held*"}); err != nil || len(people.Keys) != 0 || len(people.Notes) != 1 {
		t.Errorf("a run that nobody has started: %v, %v", people, err)
	}

	sentRun(t, in("erased"), "erased", false, 1, 1)
	sentRun(t, in("damaged"), "damaged", false, 1, 1)
	if err := errors.Join(os.Remove(filepath.Join(in("erased"), runstore.SnapshotName)), os.Truncate(filepath.Join(in("damaged"), runstore.SnapshotName), 40)); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(Question{Runs: "erase*"}); err == nil || !strings.Contains(err.Error(), "the people of run erased are no longer known") {
		t.Errorf("erased: %v", err)
	}
	if _, err := ask(Question{Runs: "damage*"}); !errors.Is(err, runstore.ErrSnapshot) {
		t.Errorf("damaged: %v", err)
	}
	if _, err := ask(Question{Runs: "damage*", Within: 22 * time.Hour}); err != nil {
		t.Errorf("damaged, and begun longer ago than is asked: %v", err)
	}

	// Whoever planned when it had begun has left its people out already; whoever planned before has not.
	if people, err := ask(Question{Runs: "erase*", Planned: testTime.Add(2 * time.Minute)}); err != nil || len(people.Notes) != 1 {
		t.Errorf("erased since the plan: %v, %v", people, err)
	}
	if _, err := ask(Question{Runs: "erase*", Planned: testTime}); err == nil {
		t.Error("erased, and begun after the plan: no error")
	}
	if people, err := ask(Question{Runs: "gone", Planned: testTime}); err != nil || len(people.Notes) != 1 {
		t.Errorf("gone since the plan: %v, %v", people, err)
	}
}

// An unfinished run stops nobody, named or not: everybody in it counts, and it is named so that it can be cancelled.
func TestUnfinishedCounts(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, "c", "runs", name) }
	if err := newRun(t, in("planned"), "planned", false, 1, 2).Close(); err != nil {
		t.Fatal(err)
	}
	stopped := newRun(t, in("stopped"), "stopped", false, 3, 2)
	stopped.send(0, testTime, ledger.Accepted, 0)
	stopped.end(runstore.Stopped)
	for _, name := range []string{"stopped", "stop*"} {
		people, err := scope(dir).Sent(t.Context(), Question{Runs: name, Within: 25 * time.Hour}, testTime.Add(24*time.Hour))
		if err != nil || len(people.Keys) != 2 || len(people.Unfinished) != 1 || !strings.HasPrefix(filepath.Base(people.Unfinished[0].Dir), strings.TrimSuffix(name, "*")) {
			t.Errorf("%s: %+v, %v", name, people, err)
		}
	}
	people, err := scope(dir).Sent(t.Context(), Question{Runs: "planned"}, testTime)
	if err != nil || len(people.Keys) != 0 || len(people.Notes) != 1 {
		t.Errorf("planned and never started: %+v, %v", people, err)
	}
	if got := sent(t, scope(dir), Question{Runs: "*", Within: time.Hour}); got != nil {
		t.Errorf("begun before the last hour: %v", got)
	}
}

// The process that holds a run is asked, and what it has said before it fell silent counts.
func TestHeldIsAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held := newRun(t, filepath.Join(dir, "c", "runs", "held"), "held", false, 1, 3)
	held.send(0, testTime, ledger.Rejected, 0)
	sentRun(t, filepath.Join(dir, "c", "runs", "held", "retry-1"), "held again", false, 10, 1)
	sentRun(t, filepath.Join(dir, "c", "runs", "other"), "other", false, 20, 1)
	s, asked, silent := scope(dir), 0, 1
	s.Wait = time.Minute
	s.Ask = func(ctx context.Context, dir string, yield func([]uint64) error) error {
		if asked++; dir != held.Dir {
			t.Errorf("%s is asked", dir)
		}
		if asked <= silent {
			return errors.New("nobody there")
		}
		return Each(ctx, held.Run, yield)
	}
	if diff := cmp.Diff([]int{2, 3, 10, 20}, sent(t, s, Question{Runs: "*"})); diff != "" || asked != silent+1 {
		t.Errorf("asked %d times (-want +got):\n%s", asked, diff)
	}
	if got := sent(t, s, Question{Runs: "held", Within: time.Hour}); got != nil || asked != silent+1 {
		t.Errorf("begun before the last hour: %v, asked %d times", got, asked)
	}
	held.update(func(m *runstore.Meta) { m.State = runstore.Planning })
	people, err := s.Sent(t.Context(), Question{Runs: "held"}, testTime)
	if err != nil || len(people.Keys) != 1 || !cmp.Equal(people.Runs, []string{"held again"}) {
		t.Errorf("of one that plans: %+v, %v", people, err)
	}
}

// The people of the run that is the audience are not left out because of it.
func TestAudienceIsNotAsked(t *testing.T) {
	dir := t.TempDir()
	sentRun(t, filepath.Join(dir, "c", "runs", "spring-1"), "Spring 1", false, 1, 2)
	sentRun(t, filepath.Join(dir, "c", "runs", "spring-2"), "Spring 2", false, 2, 2)
	for _, audience := range []string{"Spring 1", filepath.Join("runs", "spring-1")} {
		s := scope(dir)
		s.Audience = audience
		if diff := cmp.Diff([]int{2, 3}, sent(t, s, Question{Runs: "spring-*"})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", audience, diff)
		}
	}
	s := scope(dir)
	s.Audience = "gone"
	if diff := cmp.Diff([]int{1, 2, 3}, sent(t, s, Question{Runs: "spring-*"})); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
}

// Whoever was sent to and then forgotten can be left out no more; whoever was not sent to need not be.
func TestForgottenAreCounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := newRun(t, filepath.Join(dir, "c", "runs", "a1"), "a1", false, 1, 5)
	r.send(0, testTime, ledger.Accepted, 0)
	r.send(1, testTime, ledger.InDoubt, 0)
	r.send(2, testTime, ledger.Rejected, 0)
	r.send(4, testTime, ledger.Accepted, 0)
	forget := func(want string, rows ...int) {
		t.Helper()
		if err := r.Forget(rows, nil, testTime); err != nil {
			t.Fatal(err)
		}
		s := scope(dir)
		s.Ask = func(ctx context.Context, _ string, yield func([]uint64) error) error { return Each(ctx, r.Run, yield) }
		people, err := s.Sent(t.Context(), Question{Runs: "a*"}, testTime)
		if err != nil || len(people.Notes) != 1 || !strings.HasPrefix(people.Notes[0], want) || people.Keys[len(people.Keys)-1] != address(5).Key() {
			t.Errorf("%+v, %v; want %q", people, err, want)
		}
	}
	forget("1 person of a1 was forgotten; if they are in this audience, they cannot be told apart: put them on a suppression list", 0)
	forget("2 people of a1 were forgotten; if they are in this audience,", 1, 2, 3)
	r.end(runstore.Finished)
	people, err := scope(dir).Sent(t.Context(), Question{Runs: "a*"}, testTime)
	if err != nil || len(people.Notes) != 1 || !strings.HasPrefix(people.Notes[0], "2 people") || len(people.Keys) != 1 {
		t.Errorf("once it is over: %+v, %v", people, err)
	}
}

func TestSource(t *testing.T) {
	dir := t.TempDir()
	in := func(path ...string) string { return filepath.Join(append([]string{dir}, path...)...) }
	sentRun(t, in("c", "runs", "spring"), "spring", false, 1, 1)
	sentRun(t, in("c", "runs", "sandbox", "spring"), "spring", true, 1, 1)
	sentRun(t, in("c", "runs", "twice"), "twice", false, 1, 1)
	sentRun(t, in("d", "runs", "twice"), "twice", false, 1, 1)
	sentRun(t, in("c", "runs", "erased"), "erased", false, 1, 1)
	newRun(t, in("c", "runs", "open"), "open", false, 1, 1).end(runstore.Stopped)
	if err := os.Remove(in("c", "runs", "erased", runstore.SnapshotName)); err != nil {
		t.Fatal(err)
	}
	rehearsal := scope(dir)
	rehearsal.Sandbox = true
	sentRun(t, in("c", "runs", "spring", "retry-1"), "spring/retry-1", false, 1, 1)
	newRun(t, in("c", "runs", "spring", "retry-2"), "spring/retry-2", false, 1, 1).Close() // never started
	for _, s := range []Scope{scope(dir), rehearsal} {
		of, err := s.Source(context.Background(), "spring", campaign.Problem{})
		if err != nil {
			t.Fatal(err)
		}
		if len(of) != 2 || of[0].Dir != in("c", "runs", "spring") || of[1].Dir != in("c", "runs", "spring", "retry-1") {
			t.Errorf("the source is %d runs, %s first", len(of), of[0].Dir)
		}
		for _, run := range of {
			_ = run.Close() // it was only read
		}
	}
	sentRun(t, in("c", "runs", "again"), "again", false, 1, 1)
	again := newRun(t, in("c", "runs", "again", "retry-1"), "again/retry-1", false, 1, 2)
	again.send(0, testTime, ledger.Accepted, 0)
	again.end(runstore.Stopped)
	for name, want := range map[string]string{
		"twice": `there are several runs "twice"`, "erased": "no longer known", "open": "open is unfinished", "again": "again/retry-1 is unfinished", "again/retry-1": "is a retry, which is not named by itself", "nothing": "there is no run", "own": "there is no run",
	} {
		if _, err := scope(dir).Source(context.Background(), name, campaign.Problem{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	newRun(t, in("c", "runs", "held"), "held", false, 1, 1)
	var held *HeldError
	if _, err := scope(dir).Source(context.Background(), "held", campaign.Problem{}); !errors.As(err, &held) {
		t.Errorf("held: %v", err)
	}
}
