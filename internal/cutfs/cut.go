//go:build linux

package cutfs

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Loss is what a power cut found unsynced, and what came of it.
type Loss struct {
	Names, NamesKept     int // changes of names
	Sectors, SectorsKept int // sectors written, once for every write
	Torn                 int // writes of which a part was kept
}

func (l Loss) String() string {
	return fmt.Sprintf("kept %d of %d changes of names, %d of %d sectors; %d torn writes",
		l.NamesKept, l.Names, l.SectorsKept, l.Sectors, l.Torn)
}

// Cut cuts the power. From now on the file system answers every request with EIO, and the disk has what may have survived. The same seed after
// the same requests leaves the same disk.
func (f *FS) Cut(seed uint64) Loss {
	f.mu.Lock()
	defer f.mu.Unlock()
	rng := rand.New(rand.NewPCG(seed, 0))
	f.on = nil
	kept := some(rng, len(f.unsynced))
	loss := Loss{Names: len(f.unsynced), NamesKept: kept}
	putOnDisk(f.unsynced[:kept])
	f.unsynced = nil

	clear(f.nodes)
	f.keepBelow(f.root)
	for _, number := range slices.Sorted(maps.Keys(f.nodes)) {
		f.nodes[number].cut(rng, &loss)
		f.nodes[number].reboot()
	}
	return loss
}

// keepBelow finds what has a name on the disk, and counts its names.
func (f *FS) keepBelow(n *node) {
	if f.nodes[n.attr.Ino] != nil {
		n.attr.Nlink++
		return
	}
	n.attr.Nlink = 1
	f.nodes[n.attr.Ino] = n
	for _, child := range n.namesOnDisk {
		f.keepBelow(child)
	}
}

// some returns how many of n survive: often none or all.
func some(rng *rand.Rand, n int) int {
	switch rng.IntN(4) {
	case 0:
		return 0
	case 1:
		return n
	}
	return rng.IntN(n + 1)
}

// cut puts on the disk of a file what may survive of unsynced writes.
func (n *node) cut(rng *rand.Rand, loss *Loss) {
	if len(n.unsynced) == 0 {
		return
	}
	sizes, survives := n.draw(rng)
	disk, before := n.onDisk, int64(len(n.onDisk))
	size := before // in the end
	if sizes > 0 {
		size = n.unsynced[sizes-1].size
	}
	lost := int64(math.MaxInt64) // sectors from here on went to blocks that the file does not have
	for i, w := range n.unsynced {
		switch shorter := w.size < before; {
		case shorter && i < sizes:
			disk = disk[:min(w.size, int64(len(disk)))]
		case shorter:
			lost = min(lost, sectorsOf(w.size))
		}
		before = w.size
		kept := 0
		for s := range w.count() {
			sector := w.first + s
			if !survives(i, sector) || sector >= lost || sector >= sectorsOf(size) {
				continue
			}
			kept++
			at := sector * sectorSize
			disk = resize(disk, max(int64(len(disk)), at+sectorSize))
			copy(disk[at:], w.sectors[s*sectorSize:][:sectorSize])
		}
		loss.Sectors += int(w.count())
		loss.SectorsKept += kept
		if 0 < kept && kept < int(w.count()) {
			loss.Torn++
		}
	}
	n.onDisk = resize(disk, size)
}

func (w write) count() int64 { return int64(len(w.sectors)) / sectorSize }

// draw draws what survives of the unsynced writes of a file: how many changes of size, and which sectors of which write. It wants to be
// asked about each once, in order.
func (n *node) draw(rng *rand.Rand) (sizes int, survives func(i int, sector int64) bool) {
	count := len(n.unsynced)
	switch rng.IntN(4) {
	case 0: // none
		return 0, func(int, int64) bool { return false }
	case 1: // all
		return count, func(int, int64) bool { return true }
	case 2: // as they came, until the power went within one of them
		torn := rng.IntN(count)
		until := n.unsynced[torn].first + rng.Int64N(n.unsynced[torn].count()+1)
		return torn + rng.IntN(2), func(i int, sector int64) bool { return i < torn || i == torn && sector < until }
	}
	// Each sector has one of the contents that it had.
	versions := map[int64]int{}
	var order []int64
	for _, w := range n.unsynced {
		for s := range w.count() {
			if versions[w.first+s]++; versions[w.first+s] == 1 {
				order = append(order, w.first+s)
			}
		}
	}
	for _, sector := range order {
		versions[sector] = rng.IntN(versions[sector] + 1)
	}
	return some(rng, count), func(_ int, sector int64) bool {
		versions[sector]--
		return versions[sector] >= 0
	}
}
