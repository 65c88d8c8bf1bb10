package volume

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// names are those of file systems by the magic numbers of statfs(2), as far as they matter here.
var names = map[uint32]string{
	unix.NFS_SUPER_MAGIC: "nfs", unix.SMB_SUPER_MAGIC: "smb", unix.SMB2_SUPER_MAGIC: "smb2", unix.CIFS_SUPER_MAGIC: "cifs",
	unix.V9FS_MAGIC: "9p", unix.AFS_SUPER_MAGIC: "afs", unix.AFS_FS_MAGIC: "afs", unix.CODA_SUPER_MAGIC: "coda", unix.NCP_SUPER_MAGIC: "ncpfs",
	unix.CEPH_SUPER_MAGIC: "ceph", unix.FUSE_SUPER_MAGIC: "fuse",
	// Of file systems that are not in the kernel's own tree, or have no name there.
	0x0BD00BD0: "lustre", 0x47504653: "gpfs", 0xAAD7AAEA: "panfs", 0x19830326: "beegfs",
	0x786F4256: "vboxsf", 0xBACBACBC: "vmhgfs", 0x7C7C6673: "prl_fs",
}

// lookAt opens path without any right to it (O_PATH), so that a server that shuts us out is known for what it is.
func lookAt(path string) (Volume, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return Volume{}, fmt.Errorf("open %s: %w", path, err)
	}
	defer unix.Close(fd)
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil {
		return Volume{}, fmt.Errorf("statfs %s: %w", path, err)
	}
	name := names[uint32(st.Type)]
	if name == "fuse" {
		name = mountedAs(fd)
	}
	return Volume{FileSystem: name, Kind: kindOf(name), Free: int64(st.Bavail) * int64(st.Bsize)}, nil
}

// mountedAs returns the type with which the file system of an open file is mounted: only that names who serves it.
func mountedAs(fd int) string {
	info, _ := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	mounts, _ := os.ReadFile("/proc/self/mountinfo") // without /proc it stays an unknown program
	if name := mountType(string(info), string(mounts)); name != "" {
		return name
	}
	return "fuse"
}

// mountType finds the mount of a file in fdinfo and mountinfo (proc(5)), and returns its type, or nothing.
func mountType(fdinfo, mountinfo string) string {
	_, id, _ := strings.Cut(fdinfo, "mnt_id:")
	id, _, _ = strings.Cut(strings.TrimSpace(id), "\n")
	for line := range strings.Lines(mountinfo) {
		if first, rest, _ := strings.Cut(line, " "); first == id {
			_, source, _ := strings.Cut(rest, " - ")
			name, _, _ := strings.Cut(source, " ")
			return name
		}
	}
	return ""
}
