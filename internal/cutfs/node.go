//go:build linux

package cutfs

import (
	"bytes"
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

const sectorSize = 512

// node is a file or a directory: as programs see it, and as the disk has it.
type node struct {
	attr fuse.Attr // size apart

	names, namesOnDisk map[string]*node // of a directory

	data, onDisk []byte  // of a file
	unsynced     []write // since the last sync, in order
}

// write is one change of a file's data.
type write struct {
	size    int64  // of the file after it
	first   int64  // sector
	sectors []byte // from first on, whole, as they were after it; none where only the size changed
}

func (f *FS) newNode(mode uint32, owner fuse.Owner) *node {
	f.last++
	n := &node{attr: fuse.Attr{Ino: f.last, Mode: mode, Owner: owner, Blksize: 4096}}
	if n.isDir() {
		n.names, n.namesOnDisk = map[string]*node{}, map[string]*node{}
	}
	now := time.Now()
	n.attr.SetTimes(&now, &now, &now)
	f.nodes[n.attr.Ino] = n
	return n
}

func (n *node) isDir() bool { return n.attr.Mode&syscall.S_IFMT == syscall.S_IFDIR }

func (n *node) touch() {
	now := time.Now()
	n.attr.SetTimes(nil, &now, &now)
}

// write puts p at an offset of a file.
func (n *node) write(offset int64, p []byte) {
	end := offset + int64(len(p))
	n.data = resize(n.data, max(end, int64(len(n.data))))
	copy(n.data[offset:], p)
	first, last := offset/sectorSize, sectorsOf(end)
	sectors := make([]byte, (last-first)*sectorSize)
	copy(sectors, n.data[first*sectorSize:])
	n.unsynced = append(n.unsynced, write{size: int64(len(n.data)), first: first, sectors: sectors})
	n.touch()
}

// truncate makes a file shorter, or longer by zeros.
func (n *node) truncate(size int64) {
	n.data = resize(n.data, size)
	n.unsynced = append(n.unsynced, write{size: size})
	n.touch()
}

// sync puts on the disk what was written.
func (n *node) sync() {
	for _, w := range n.unsynced {
		n.onDisk = resize(n.onDisk, w.size)
		if len(w.sectors) > 0 {
			copy(n.onDisk[w.first*sectorSize:], w.sectors)
		}
	}
	n.unsynced = nil
}

// forgetWrites is a sync that fails: the data counts as written. The sizes are not lost: they have the journal's time.
func (n *node) forgetWrites() {
	for i := range n.unsynced {
		n.unsynced[i].sectors = nil
	}
}

// reboot makes of a node what the disk has.
func (n *node) reboot() {
	n.names, n.data, n.unsynced = maps.Clone(n.namesOnDisk), bytes.Clone(n.onDisk), nil
}

// sectorsOf returns how many sectors so many bytes fill, the last perhaps in part.
func sectorsOf(size int64) int64 { return (size + sectorSize - 1) / sectorSize }

// resize cuts b, or fills it up with zeros.
func resize(b []byte, size int64) []byte {
	old := int64(len(b))
	if size <= old {
		return b[:size]
	}
	b = slices.Grow(b, int(size-old))[:size]
	clear(b[old:])
	return b
}
