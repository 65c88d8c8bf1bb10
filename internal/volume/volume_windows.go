package volume

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lookAt asks for the type of the drive; a share, also one of a virtual machine's host, is a remote one.
func lookAt(path string) (Volume, error) {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil {
		return Volume{}, err
	}
	v := Volume{Free: -1}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		v.FileSystem = "remote"
	}
	v.Kind = kindOf(v.FileSystem)
	dir, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return Volume{}, err
	}
	var free uint64
	if windows.GetDiskFreeSpaceEx(dir, &free, nil, nil) == nil {
		v.Free = int64(free)
	}
	return v, nil
}
