//go:build failpoint

package cli

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sendoff/internal/books"
	"sendoff/internal/failpoint"
	"sendoff/internal/runstore"
)

// with returns a bench that differs in one variable of its commands.
func (b *bench) with(name, value string) *bench {
	other := *b
	other.env = append(slices.Clone(b.env), name+"="+value)
	return &other
}

// Death at every named point, at the first time that it is reached and at a later one, with people in doubt all the while. The seed decides on the
// faults, and so the same seed is the same story.
func TestCrashPoints(t *testing.T) {
	const rows = 250
	seed := seedOf(t)
	for i, point := range failpoint.Points() {
		t.Run(string(point), func(t *testing.T) {
			t.Parallel()
			for _, hit := range []int{1, 2, 40} {
				b := stormBench(t, seed+uint64(i), rows)
				b.faults(t, "reset-after:every=50", "reset:every=61")
				cmd := b.with("SENDOFF_FAILPOINT", fmt.Sprintf("%s:%d", point, hit)).command(b.stormArgs()...)
				out, _ := cmd.CombinedOutput()
				died := killed(cmd)
				if !died && hit == 1 {
					t.Fatalf("the point is never reached: exit %d\n%s", cmd.ProcessState.ExitCode(), out)
				}
				b.toEnd(t, b.stormArgs())
				if rep := b.checkBooks(t); rep.Accepted != rows {
					t.Errorf("hit %d: %d of %d accepted", hit, rep.Accepted, rows)
				}
				if !died {
					break // there are not so many
				}
			}
		})
	}
}

func killed(cmd *exec.Cmd) bool {
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// scene is what shows that a promise is kept: it returns what is wrong in the end.
type scene func(t *testing.T, b *bench) error

// Every promise is broken on purpose, one at a time, and each time the books show it. The same scenes find nothing wrong with a program that is
// sound.
func TestCrashMutations(t *testing.T) {
	scenes := map[failpoint.Mutation]scene{
		failpoint.NoAwait:          sceneOfKills,
		failpoint.NoSync:           sceneOfCuts,
		failpoint.NoSettle:         sceneOfLateMessages,
		failpoint.ResultFirst:      sceneOfKills,
		failpoint.RetentionIgnored: sceneOfRaisedRetention,
	}
	for _, m := range failpoint.Mutations() {
		t.Run(string(m), func(t *testing.T) {
			sound := stormBench(t, 1, 600)
			sound.faults(t)
			if err := scenes[m](t, sound); err != nil {
				t.Errorf("a sound program: %v", err)
			}
			began := time.Now()
			for round := range uint64(20) { // the moments of death are a matter of luck
				broken := stormBench(t, round, 600)
				broken.faults(t)
				if err := scenes[m](t, broken.with("SENDOFF_MUTANT", string(m))); err != nil {
					t.Logf("noticed within %v: %v", time.Since(began).Round(time.Millisecond), strings.SplitN(err.Error(), "\n", 2)[0])
					return
				}
			}
			t.Error("nobody notices")
		})
	}
}

// end runs to the end and checks the books; a program that is broken may also notice by itself.
func (b *bench) end(t *testing.T) error {
	t.Helper()
	cmd := b.command(b.stormArgs()...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitDoubt {
		return fmt.Errorf("exit %d: %s", code, out)
	}
	run, err := runstore.View(b.runDir())
	if err != nil {
		return err
	}
	defer run.Close()
	if err := b.server.Advance(time.Minute); err != nil { // what was to come late has come
		return err
	}
	rep, err := books.Check(run, b.accepted())
	if err == nil && rep.NotSent > 0 {
		err = fmt.Errorf("%d were not sent to", rep.NotSent)
	}
	return err
}

func sceneOfKills(t *testing.T, b *bench) error {
	for range 12 {
		if _, err := b.tryToKill(t, b.stormArgs(), b.sent(1+rand.IntN(60))); err != nil {
			return err
		}
	}
	return b.end(t)
}

func sceneOfCuts(t *testing.T, b *bench) error {
	disk := b.onDisk(t)
	for range 12 {
		b.startAndCut(t, disk, rand.Uint64(), b.sent(1+rand.IntN(60)))
	}
	cmd := b.command(b.stormArgs()...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitDoubt {
		return fmt.Errorf("exit %d: %s", code, out)
	}
	_, err := b.checkDisk(t)
	return err
}

// sceneOfLateMessages has requests that lose their connection, and are taken only a while later.
func sceneOfLateMessages(t *testing.T, b *bench) error {
	b.faults(t, "late-after:every=20,delay=300ms")
	return b.end(t)
}

// sceneOfRaisedRetention kills a sender while the app keeps nothing, and has it keep everything from then on.
func sceneOfRaisedRetention(t *testing.T, b *bench) error {
	b.keep(t, 0)
	b.faults(t, "reset-after:every=30")
	var early error
	for range 20 { // it may die before it knows that a connection has broken
		if _, early = b.tryToKill(t, b.stormArgs(), b.sent(60)); early != nil || b.doubts() > 0 {
			break
		}
	}
	b.faults(t)
	b.keep(t, 3)
	err := errors.Join(early, b.end(t))
	if b.doubts() == 0 {
		err = errors.Join(err, errors.New("nobody is in doubt, and somebody must be"))
	}
	return err
}

// doubts returns how many people of the run are in doubt, or -1 where that cannot be read.
func (b *bench) doubts() int {
	run, err := runstore.View(b.runDir())
	if err != nil {
		return -1
	}
	defer run.Close()
	rep, _ := books.Check(run, nil) // of what was accepted nothing is asked here
	if rep == nil {
		return -1
	}
	return rep.InDoubt
}
