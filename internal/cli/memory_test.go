package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no groups", nil, 0},
		{"version 2, none", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		{"version 2, in a container", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 536870912},
		{"version 2, a service below a limited slice", map[string]string{
			"proc/self/cgroup": "0::/user.slice/sendoff.service\n",
			"sys/fs/cgroup/user.slice/sendoff.service/memory.max": "2000000000\n",
			"sys/fs/cgroup/user.slice/memory.max":                 "1000000000\n",
		}, 1000000000},
		{"version 1, none", map[string]string{
			"proc/self/cgroup": "5:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 0},
		{"version 1, a path of the host", map[string]string{
			"proc/self/cgroup": "7:cpu,cpuacct:/docker/0123\n5:memory:/docker/0123\n0::/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "268435456\n",
			"sys/fs/cgroup/cpu,cpuacct/memory.limit_in_bytes": "1\n",
		}, 268435456},
		{"nonsense", map[string]string{"proc/self/cgroup": "\n:\n0\n0::../..\n", "sys/fs/cgroup/memory.max": "-1\n"}, 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			for path, text := range tc.files {
				path = filepath.Join(root, filepath.FromSlash(path))
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				writeFile(t, path, text)
			}
			if got := memoryLimit(root); got != tc.want {
				t.Errorf("memoryLimit = %d, want %d", got, tc.want)
			}
		})
	}
}
