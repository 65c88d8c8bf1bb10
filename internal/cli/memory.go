package cli

import (
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryPercent of what the process may have is where the garbage collector begins to work harder; the rest is for what it does not count.
const memoryPercent = 80

// limitMemory makes the garbage collector heed the limit of the container or service that we run in, whose kernel would kill us beyond it.
// GOMEMLIMIT goes before it.
func limitMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	if limit := memoryLimit("/"); limit > 0 {
		debug.SetMemoryLimit(limit / 100 * memoryPercent)
	}
}

// memoryLimit returns the least limit of the process's control group and those above it, by the files below root (cgroups(7), both
// versions); 0 where there is none.
func memoryLimit(root string) (least int64) {
	groups, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup")) // without the file there are no groups
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":") // hierarchy:controllers:path
		controllers, group, _ := strings.Cut(rest, ":")
		switch {
		case controllers == "":
			least = lesser(least, leastAbove(filepath.Join(root, "sys/fs/cgroup"), group, "memory.max"))
		case strings.Contains(","+controllers+",", ",memory,"):
			least = lesser(least, leastAbove(filepath.Join(root, "sys/fs/cgroup/memory"), group, "memory.limit_in_bytes"))
		}
	}
	return least
}

// leastAbove reads the limits of a group and of all above it. In a container the path may be the host's, of which only the top is seen.
func leastAbove(mounted, group, file string) (least int64) {
	for group = path.Join("/", group); ; group = path.Dir(group) {
		text, _ := os.ReadFile(filepath.Join(mounted, group, file))
		n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" is no number, and no limit
		least = lesser(least, n)
		if group == "/" {
			return least
		}
	}
}

// noLimit is version 1's way to say so: the largest number of whole pages.
const noLimit = 1 << 62

// lesser returns the lesser of two limits, of which 0 is none.
func lesser(a, b int64) int64 {
	switch {
	case b <= 0 || b >= noLimit:
		return a
	case a == 0:
		return b
	}
	return min(a, b)
}
