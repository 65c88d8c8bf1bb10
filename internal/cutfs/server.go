//go:build linux

package cutfs

import (
	"maps"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// maxSize is how long a file may become: files are in memory.
const maxSize = 1 << 30

// cached is how long the kernel may keep what it was told: nobody else changes it.
const cached = 24 * time.Hour

// noReplace is RENAME_NOREPLACE, and keepSize is FALLOC_FL_KEEP_SIZE.
const (
	noReplace = 1
	keepSize  = 1
)

// server answers the kernel's requests for one mount, from one coming of the power to the next cut. What is not here answers ENOSYS; locks
// among that, so that the kernel keeps them.
type server struct {
	fuse.RawFileSystem
	fs       *FS
	listings map[uint64][]fuse.DirEntry // by handle of an open directory
	handles  uint64
}

// node finds what a request is about. Every request comes by here, and none passes without power.
func (s *server) node(id uint64) (*node, fuse.Status) {
	if s.fs.on != s {
		return nil, fuse.EIO
	}
	if n := s.fs.nodes[id]; n != nil {
		return n, fuse.OK
	}
	return nil, fuse.Status(syscall.ESTALE)
}

func (s *server) lock() (unlock func()) {
	s.fs.mu.Lock()
	return s.fs.mu.Unlock
}

func (n *node) fill(out *fuse.Attr) {
	*out = n.attr
	out.Size = uint64(len(n.data))
	out.Blocks = uint64(sectorsOf(int64(len(n.data))))
	if n.isDir() {
		out.Nlink = 2
	}
}

func (n *node) entry(out *fuse.EntryOut) {
	out.NodeId = n.attr.Ino
	out.SetEntryTimeout(cached)
	out.SetAttrTimeout(cached)
	n.fill(&out.Attr)
}

func (s *server) Lookup(_ <-chan struct{}, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	defer s.lock()()
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	n := dir.names[name]
	if n == nil {
		return fuse.ENOENT
	}
	n.entry(out)
	return fuse.OK
}

func (s *server) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if status.Ok() {
		out.SetTimeout(cached)
		n.fill(&out.Attr)
	}
	return status
}

func (s *server) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if size, ok := in.GetSize(); ok {
		if size > maxSize {
			return fuse.Status(syscall.EFBIG)
		}
		n.truncate(int64(size))
	}
	if mode, ok := in.GetMode(); ok {
		n.attr.Mode = n.attr.Mode&syscall.S_IFMT | mode&0o7777
	}
	if uid, ok := in.GetUID(); ok {
		n.attr.Uid = uid
	}
	if gid, ok := in.GetGID(); ok {
		n.attr.Gid = gid
	}
	if at, ok := in.GetATime(); ok {
		n.attr.SetTimes(&at, nil, nil)
	}
	if at, ok := in.GetMTime(); ok {
		n.attr.SetTimes(nil, &at, nil)
	}
	now := time.Now()
	n.attr.SetTimes(nil, nil, &now)
	out.SetTimeout(cached)
	n.fill(&out.Attr)
	return fuse.OK
}

// create makes a node and gives it a name.
func (s *server) create(in *fuse.InHeader, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if dir.names[name] != nil {
		return fuse.Status(syscall.EEXIST)
	}
	n := s.fs.newNode(mode, in.Owner)
	s.fs.change(naming{dir, name, n})
	n.entry(out)
	return fuse.OK
}

func (s *server) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	defer s.lock()()
	out.OpenFlags = openFlags(&in.InHeader)
	return s.create(&in.InHeader, name, syscall.S_IFREG|in.Mode&0o7777, &out.EntryOut)
}

func (s *server) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	defer s.lock()()
	return s.create(&in.InHeader, name, syscall.S_IFDIR|in.Mode&0o7777, out)
}

func (s *server) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	defer s.lock()()
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	n, status := s.node(in.Oldnodeid)
	if !status.Ok() {
		return status
	}
	if dir.names[name] != nil {
		return fuse.Status(syscall.EEXIST)
	}
	s.fs.change(naming{dir, name, n})
	n.entry(out)
	return fuse.OK
}

func (s *server) Unlink(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	defer s.lock()()
	return s.remove(in, name)
}

func (s *server) Rmdir(_ <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	defer s.lock()()
	return s.remove(in, name)
}

func (s *server) remove(in *fuse.InHeader, name string) fuse.Status {
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	switch n := dir.names[name]; {
	case n == nil:
		return fuse.ENOENT
	case len(n.names) > 0:
		return fuse.Status(syscall.ENOTEMPTY)
	}
	s.fs.change(naming{dir, name, nil})
	return fuse.OK
}

func (s *server) Rename(_ <-chan struct{}, in *fuse.RenameIn, oldName, newName string) fuse.Status {
	defer s.lock()()
	from, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	to, status := s.node(in.Newdir)
	if !status.Ok() {
		return status
	}
	n, replaced := from.names[oldName], to.names[newName]
	switch {
	case in.Flags&^noReplace != 0:
		return fuse.EINVAL
	case n == nil:
		return fuse.ENOENT
	case replaced != nil && in.Flags == noReplace:
		return fuse.Status(syscall.EEXIST)
	case replaced != nil && len(replaced.names) > 0:
		return fuse.Status(syscall.ENOTEMPTY)
	}
	s.fs.change(naming{from, oldName, nil}, naming{to, newName, n})
	return fuse.OK
}

// openFlags let the kernel keep what it has cached, and spare us close(2). This process itself goes without a cache, and so without maps (see
// the package comment).
func openFlags(in *fuse.InHeader) uint32 {
	if ours := syscall.Tgkill(os.Getpid(), int(in.Pid), 0) == nil; ours {
		return fuse.FOPEN_DIRECT_IO | fuse.FOPEN_NOFLUSH
	}
	return fuse.FOPEN_KEEP_CACHE | fuse.FOPEN_NOFLUSH
}

func (s *server) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	defer s.lock()()
	_, status := s.node(in.NodeId)
	out.OpenFlags = openFlags(&in.InHeader)
	return status
}

func (s *server) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if !status.Ok() {
		return nil, status
	}
	count := 0
	if in.Offset < uint64(len(n.data)) {
		count = copy(buf, n.data[in.Offset:])
	}
	return fuse.ReadResultData(buf[:count]), fuse.OK
}

func (s *server) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if !status.Ok() {
		return 0, status
	}
	if err := s.fs.writeFault.due(); err != 0 {
		return 0, fuse.Status(err)
	}
	if in.Offset+uint64(len(data)) > maxSize {
		return 0, fuse.Status(syscall.EFBIG)
	}
	n.write(int64(in.Offset), data)
	return uint32(len(data)), fuse.OK
}

func (s *server) Fallocate(_ <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if err := s.fs.writeFault.due(); err != 0 {
		return fuse.Status(err)
	}
	end := in.Offset + in.Length
	switch {
	case in.Mode&^keepSize != 0:
		return fuse.Status(syscall.EOPNOTSUPP)
	case end > maxSize:
		return fuse.Status(syscall.EFBIG)
	case in.Mode == 0 && end > uint64(len(n.data)):
		n.truncate(int64(end))
	}
	return fuse.OK
}

func (s *server) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	defer s.lock()()
	n, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if err := s.failSync(); err != 0 {
		n.forgetWrites()
		return fuse.Status(err)
	}
	n.sync()
	return fuse.OK
}

func (s *server) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	defer s.lock()()
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if err := s.failSync(); err != 0 {
		return fuse.Status(err)
	}
	s.fs.syncNames(dir)
	return fuse.OK
}

func (s *server) failSync() syscall.Errno {
	err := s.fs.syncFault.due()
	if err != 0 {
		s.fs.syncFault = fault{}
	}
	return err
}

func (s *server) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	defer s.lock()()
	_, status := s.node(in.NodeId)
	s.handles++
	out.Fh = s.handles
	return status
}

// ReadDir lists a directory as it was when the listing began, so that names can be removed meanwhile.
func (s *server) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	defer s.lock()()
	dir, status := s.node(in.NodeId)
	if !status.Ok() {
		return status
	}
	if in.Offset == 0 {
		list := []fuse.DirEntry{{Name: ".", Mode: syscall.S_IFDIR}, {Name: "..", Mode: syscall.S_IFDIR}}
		for _, name := range slices.Sorted(maps.Keys(dir.names)) {
			n := dir.names[name]
			list = append(list, fuse.DirEntry{Name: name, Mode: n.attr.Mode, Ino: n.attr.Ino})
		}
		s.listings[in.Fh] = list
	}
	list := s.listings[in.Fh]
	for _, entry := range list[min(in.Offset, uint64(len(list))):] {
		if !out.AddDirEntry(entry) {
			break
		}
	}
	return fuse.OK
}

func (s *server) ReleaseDir(in *fuse.ReleaseIn) {
	defer s.lock()()
	delete(s.listings, in.Fh)
}

// StatFs shows a disk with room.
func (s *server) StatFs(_ <-chan struct{}, in *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	defer s.lock()()
	_, status := s.node(in.NodeId)
	const blocks = 4 << 20 // 16 GiB
	*out = fuse.StatfsOut{
		Blocks: blocks, Bfree: blocks / 2, Bavail: blocks / 2, Bsize: 4096, Frsize: 4096,
		Files: blocks, Ffree: blocks / 2, NameLen: 255,
	}
	return status
}
