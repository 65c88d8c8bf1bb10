package volume

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func lookAt(path string) (Volume, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return Volume{}, fmt.Errorf("statfs %s: %w", path, err)
	}
	name := unix.ByteSliceToString(st.Fstypename[:])
	return Volume{FileSystem: name, Kind: kindOf(name), Free: int64(st.Bavail) * int64(st.Bsize)}, nil
}
