//go:build failpoint

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

// plan is read once: what a process does is decided when it starts.
var plan = sync.OnceValue(func() *planned {
	name, times, _ := strings.Cut(os.Getenv("SENDOFF_FAILPOINT"), ":")
	n, err := strconv.Atoi(times)
	if err != nil {
		n = 1
	}
	return &planned{point: Point(name), left: n}
})

type planned struct {
	point Point

	mu   sync.Mutex
	left int
}

// Hit kills the process when this is the point, and the time, that the environment names.
func Hit(p Point) {
	plan := plan()
	if p != plan.point {
		return
	}
	plan.mu.Lock()
	defer plan.mu.Unlock()
	if plan.left--; plan.left != 0 {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill() // SIGKILL: nothing that was deferred runs
	}
	select {}
}

var mutant = sync.OnceValue(func() Mutation { return Mutation(os.Getenv("SENDOFF_MUTANT")) })

// Broken reports whether a promise is to be broken.
func Broken(m Mutation) bool { return m == mutant() }
