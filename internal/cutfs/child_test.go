//go:build linux

package cutfs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// asChild names what this test binary does as a child process; its argument is a path.
const asChild = "CUTFS_TEST_CHILD"

func TestMain(m *testing.M) {
	switch role := os.Getenv(asChild); role {
	case "":
		os.Exit(m.Run())
	case "lock":
		exitOn(lockAndWrite(os.Args[1]))
	case "map":
		exitOn(mapAndTell(os.Args[1]))
	case "commit", "commit without sync":
		exitOn(commitUntilCut(os.Args[1], role != "commit"))
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// child is a process that is told to go on by a line, and answers in lines.
type child struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

func startChild(t *testing.T, role, path string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], path)}
	c.cmd.Env = append(os.Environ(), asChild+"="+role)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	t.Cleanup(c.kill)
	return c
}

func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	_ = c.cmd.Wait()
}

func (c *child) goOn() { fmt.Fprintln(c.in) }

// line is the next line that the child writes; empty when it has ended.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

func (c *child) want(t *testing.T, line string) {
	t.Helper()
	if got := c.line(); got != line {
		t.Fatalf("the child says %q, want %q", got, line)
	}
}

// lockAndWrite holds the lock of a file, and writes to it without end.
func lockAndWrite(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	fmt.Println("locked")
	for {
		_, err := f.WriteAt(make([]byte, 300<<10), 0)
		if err := errors.Join(err, f.Sync()); err != nil {
			return err
		}
	}
}

// mapAndTell maps a file, and says what the first two pages begin with whenever it is told to go on.
func mapAndTell(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, 1<<20, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return err
	}
	fmt.Printf("%q\n", m[:3])
	told := bufio.NewScanner(os.Stdin)
	for told.Scan() {
		fmt.Printf("%q %q\n", m[:3], m[4096:4099])
	}
	return told.Err()
}
