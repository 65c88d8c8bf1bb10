// Package volume describes the file system that holds a path, as far as it matters to a run: whether the locks and the fsync of a ledger
// can be relied on there, who else writes to it, and how much room is left.
package volume

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Kind says how far a file system can be relied on.
type Kind uint8

// The kinds of file systems.
const (
	// Local is a disk of this machine, or what nobody knows anything against.
	Local Kind = iota
	// Network is a server's disk, or a folder that another machine shares with this one: its lock need not keep others out, and what
	// fsync calls written may not be.
	Network
	// UserSpace is served by a program (FUSE), and does what that program does.
	UserSpace
)

// Volume is a file system.
type Volume struct {
	FileSystem string // as the system calls it, such as nfs4; empty where that says nothing
	Kind       Kind
	Free       int64 // bytes that this user may still write; -1 where nobody knows
}

// Of returns the file system that holds path, or will hold it: that of its nearest parent that exists.
func Of(path string) (Volume, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Volume{}, err
	}
	return lookAt(nearest(path))
}

// nearest returns the longest beginning of an absolute path that exists.
func nearest(path string) string {
	for path != filepath.Dir(path) {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		path = filepath.Dir(path)
	}
	return path
}

// remote are the names of file systems whose disks are elsewhere, those that FUSE serves without its "fuse.".
var remote = map[string]bool{
	"nfs": true, "nfs4": true, "smb": true, "smb2": true, "smb3": true, "smbfs": true, "cifs": true, "afs": true, "afpfs": true, "webdav": true,
	"ftp": true, "ceph": true, "lustre": true, "gpfs": true, "panfs": true, "beegfs": true, "coda": true, "ncpfs": true, "remote": true,
	// Folders of a host that a virtual machine or a container sees.
	"9p": true, "virtiofs": true, "vboxsf": true, "vmhgfs": true, "vmhgfs-fuse": true, "prl_fs": true,
	// Served by FUSE.
	"sshfs": true, "glusterfs": true, "ceph-fuse": true, "mfs": true, "juicefs": true, "rclone": true, "s3fs": true, "gcsfuse": true,
	"blobfuse": true, "blobfuse2": true, "goofys": true, "davfs": true, "davfs2": true, "curlftpfs": true, "smbnetfs": true,
}

// kindOf returns the kind of a file system by its name. fuseblk is a disk of this machine whose driver happens to be a program.
func kindOf(name string) Kind {
	served, byProgram := strings.CutPrefix(name, "fuse.")
	switch {
	case remote[served]:
		return Network
	case byProgram, name == "fuse", name == "macfuse", name == "osxfuse", name == "fusefs":
		return UserSpace
	}
	return Local
}
