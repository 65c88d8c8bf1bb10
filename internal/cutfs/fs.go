//go:build linux

package cutfs

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// ErrUnavailable says that file systems cannot be mounted here.
var ErrUnavailable = errors.New("file systems in user space cannot be mounted here")

// FS is a mounted file system with the disk below it. Its methods may be called by many goroutines.
type FS struct {
	dir string

	mu         sync.Mutex
	on         *server // through which requests are served; nil while there is no power
	root       *node
	nodes      map[uint64]*node
	last       uint64   // inode number that was given out
	unsynced   []change // of names, in order
	writeFault fault
	syncFault  fault
}

// Mount serves an empty file system at dir, which must exist. The error wraps [ErrUnavailable] where that cannot be done here at all.
func Mount(dir string) (*FS, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("mount: %w", err)
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("mount: %w", err)
	}
	f := &FS{dir: dir, nodes: map[uint64]*node{}}
	f.root = f.newNode(syscall.S_IFDIR|0o700, fuse.Owner{Uid: uint32(os.Geteuid()), Gid: uint32(os.Getegid())})
	if err := f.serve(); err != nil {
		return nil, err
	}
	return f, nil
}

// serve mounts the file system, as the kernel does after a reboot: it knows nothing of what was open before.
func (f *FS) serve() error {
	s := &server{RawFileSystem: fuse.NewDefaultRawFileSystem(), fs: f, listings: map[uint64][]fuse.DirEntry{}}
	connection, err := fuse.NewServer(s, f.dir, &fuse.MountOptions{
		Name:               "cutfs",
		FsName:             "cutfs",
		Options:            []string{"default_permissions"},
		DirectMountStrict:  true,
		DisableXAttrs:      true, // else the kernel asks for one at every write
		DisableReadDirPlus: true,
		// Every change goes through the kernel, so what it has cached is true.
		ExplicitDataCacheControl: true,
		Logger:                   log.New(io.Discard, "", 0), // it tells of mounts that end
		PanicHandler:             func(v any) fuse.Status { panic(v) },
	})
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENODEV) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("mount: %w (%w)", ErrUnavailable, err)
	}
	if err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	f.mu.Lock()
	f.on = s
	f.mu.Unlock()
	go connection.Serve()
	if err := connection.WaitMount(); err != nil {
		return errors.Join(fmt.Errorf("mount: %w", err), f.Close())
	}
	return nil
}

// Restore brings the power back: dir shows what has survived. What was open before stays dead, and whoever had it open should be: from here
// on dir is another file system.
func (f *FS) Restore() error {
	f.mu.Lock()
	on := f.on != nil
	f.mu.Unlock()
	if on {
		return errors.New("restore: the power is on")
	}
	if err := f.detach(); err != nil {
		return err
	}
	return f.serve()
}

// Close unmounts the file system, whoever still has files of it open, and forgets the disk.
func (f *FS) Close() error {
	f.mu.Lock()
	f.on = nil
	f.mu.Unlock()
	return f.detach()
}

// detach unmounts, if anything is mounted, whoever uses it: what waits for an answer gets an error, and what comes later too.
func (f *FS) detach() error {
	if err := syscall.Unmount(f.dir, syscall.MNT_FORCE|syscall.MNT_DETACH); err != nil && err != syscall.EINVAL {
		return fmt.Errorf("unmount %s: %w", f.dir, err)
	}
	return nil
}
