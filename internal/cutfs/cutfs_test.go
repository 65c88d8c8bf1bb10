//go:build linux

package cutfs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

func mount(t *testing.T) *FS {
	t.Helper()
	f, _ := ForTest(t)
	return f
}

func (f *FS) path(name string) string { return filepath.Join(f.dir, name) }

// cutAndRestore is a power cut that nobody notices but the disk.
func cutAndRestore(t *testing.T, f *FS, seed uint64) Loss {
	t.Helper()
	loss := f.Cut(seed)
	if err := f.Restore(); err != nil {
		t.Fatal(err)
	}
	return loss
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// put writes a file in place, and syncs it if so told.
func put(t *testing.T, path string, content []byte, sync bool) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	must(t, err)
	_, err = file.WriteAt(content, 0)
	if err == nil && sync {
		err = file.Sync()
	}
	must(t, err, file.Close())
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// In 200 cuts everything synced survives. What is not is sometimes all there, sometimes not at all, and sometimes torn at sectors; each
// sector is one that there was.
func TestCutData(t *testing.T) {
	const sectors = 20
	f := mount(t)
	generation := func(g int) []byte { return bytes.Repeat([]byte{byte(g)}, sectors*sectorSize) }
	put(t, f.path("synced"), generation(0), true)
	put(t, f.path("rewritten"), generation(0), true)
	must(t, syncDir(f.dir))
	var none, all, part int
	var total Loss
	for seed := range uint64(200) {
		put(t, f.path("synced"), generation(int(seed)), true)
		put(t, f.path("rewritten"), generation(0), true)
		put(t, f.path("rewritten"), generation(1), false)
		put(t, f.path("rewritten"), generation(2), false)
		total.add(cutAndRestore(t, f, seed))
		if !bytes.Equal(read(t, f.path("synced")), generation(int(seed))) {
			t.Fatalf("seed %d: a synced file has changed", seed)
		}
		count := [3]int{}
		for sector := range slices.Chunk(read(t, f.path("rewritten")), sectorSize) {
			g := sector[0]
			if g > 2 || !bytes.Equal(sector, bytes.Repeat([]byte{g}, sectorSize)) {
				t.Fatalf("seed %d: a sector holds %x", seed, sector)
			}
			count[g]++
		}
		switch {
		case count[0] == sectors:
			none++
		case count[2] == sectors:
			all++
		default:
			part++
		}
	}
	t.Logf("nothing survived %d times, everything %d, a part %d; %v", none, all, part, total)
	if none < 10 || all < 10 || part < 10 || total.Torn < 10 {
		t.Error("some of that is too rare")
	}
}

// A log that is appended to without sync may be short, or have holes of whole sectors; what is there is what was written.
func TestCutAppended(t *testing.T) {
	const lines = 40
	f := mount(t)
	line := []byte("a line of a log that is not as long as a sector\n")
	whole := bytes.Repeat(line, lines)
	sizes := map[int]bool{}
	holes := 0
	for seed := range uint64(60) {
		path := f.path(fmt.Sprint(seed))
		put(t, path, nil, true)
		must(t, syncDir(f.dir))
		log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		for range lines {
			_, err := log.Write(line)
			must(t, err)
		}
		must(t, log.Close())
		cutAndRestore(t, f, seed)
		got := read(t, path)
		sizes[len(got)] = true
		hole := false
		for i := 0; i < len(got); i += sectorSize {
			end := min(i+sectorSize, len(got))
			sector := bytes.TrimRight(got[i:end], "\x00")
			if !bytes.HasPrefix(whole[i:], sector) {
				t.Fatalf("seed %d: sector %d holds %q", seed, i/sectorSize, sector)
			}
			hole = hole || len(sector) < end-i
		}
		if hole {
			holes++
		}
	}
	if !sizes[0] || !sizes[len(whole)] || len(sizes) < 10 || holes < 5 {
		t.Errorf("%d holes, and only these lengths: %v", holes, sizes)
	}
}

// A file that is emptied and written anew without sync is the old one, or some of the new one, and never both.
func TestCutTruncated(t *testing.T) {
	f := mount(t)
	before, after := bytes.Repeat([]byte("o"), 10*sectorSize), bytes.Repeat([]byte("n"), 8*sectorSize)
	seen := map[string]int{}
	for seed := range uint64(60) {
		path := f.path("file")
		put(t, path, before, true)
		must(t, syncDir(f.dir), os.WriteFile(path, after, 0))
		cutAndRestore(t, f, seed)
		got := read(t, path)
		switch o, n := bytes.Contains(got, []byte("o")), bytes.Contains(got, []byte("n")); {
		case o && n:
			t.Fatalf("seed %d: the file is of both", seed)
		case o && !bytes.Equal(got, before):
			t.Fatalf("seed %d: of the old file %d bytes are left", seed, len(got))
		case o:
			seen["old"]++
		case n:
			seen["new"]++
		case len(got) > 0:
			seen["zeros"]++
		default:
			seen["empty"]++
		}
		must(t, os.Truncate(path, 0))
	}
	if len(seen) < 4 {
		t.Errorf("seen: %v", seen)
	}
}

// Of names that are not synced a prefix survives, and fsync of the file does not make its name durable.
func TestCutNames(t *testing.T) {
	f := mount(t)
	counts := map[int]int{}
	for seed := range uint64(60) {
		dir := f.path(fmt.Sprint(seed))
		must(t, os.Mkdir(dir, 0o700), syncDir(f.dir))
		for i := range 4 {
			put(t, filepath.Join(dir, fmt.Sprint(i)), []byte("content"), true)
		}
		loss := cutAndRestore(t, f, seed)
		entries, err := os.ReadDir(dir)
		must(t, err)
		for i, entry := range entries {
			if entry.Name() != fmt.Sprint(i) || string(read(t, filepath.Join(dir, entry.Name()))) != "content" {
				t.Fatalf("seed %d: %v are not the first of them, or not what was synced", seed, entries)
			}
		}
		if counts[len(entries)]++; loss.Names != 4 || loss.NamesKept != len(entries) {
			t.Fatalf("seed %d: %d survive, and the loss is: %v", seed, len(entries), loss)
		}
	}
	if len(counts) < 5 {
		t.Errorf("names that survive, and how often: %v", counts)
	}
}

// A file that is replaced by rename is the old one or the new one; once its directory is synced, the new one. Without a sync of its data
// the new one may be torn under the old name.
func TestCutRename(t *testing.T) {
	f := mount(t)
	before, after := bytes.Repeat([]byte("o"), 3*sectorSize), bytes.Repeat([]byte("n"), 5*sectorSize)
	for _, syncData := range []bool{true, false} {
		for _, syncName := range []bool{true, false} {
			var old, new, torn int
			for seed := range uint64(20) {
				name := f.path(fmt.Sprint(syncData, syncName, seed))
				put(t, name, before, true)
				must(t, syncDir(f.dir))
				put(t, name+".tmp", after, syncData)
				must(t, os.Rename(name+".tmp", name))
				if syncName {
					must(t, syncDir(f.dir))
				}
				cutAndRestore(t, f, seed)
				switch got := read(t, name); {
				case bytes.Equal(got, before):
					old++
				case bytes.Equal(got, after):
					new++
				default:
					torn++
				}
			}
			if (old > 0) == syncName || (torn > 0) == syncData || new == 0 {
				t.Errorf("data synced %v, name synced %v: %d old, %d new, %d torn", syncData, syncName, old, new, torn)
			}
		}
	}
}

// Syncing a directory makes durable what its names build on, and nothing else: not its own name, not the names of another directory.
func TestCutDirectories(t *testing.T) {
	f := mount(t)
	vanished := 0
	for seed := range uint64(40) {
		from, to, fresh := f.path(fmt.Sprintf("from%d", seed)), f.path(fmt.Sprintf("to%d", seed)), f.path(fmt.Sprintf("fresh%d", seed))
		must(t, os.Mkdir(from, 0o700), os.Mkdir(to, 0o700), syncDir(f.dir))
		put(t, filepath.Join(from, "moved"), []byte("content"), true)
		must(t, os.Rename(filepath.Join(from, "moved"), filepath.Join(to, "moved")), syncDir(to))
		must(t, os.Mkdir(fresh, 0o700))
		put(t, filepath.Join(fresh, "file"), []byte("content"), true)
		must(t, syncDir(fresh))
		cutAndRestore(t, f, seed)
		if exists(filepath.Join(from, "moved")) || string(read(t, filepath.Join(to, "moved"))) != "content" {
			t.Fatalf("seed %d: a file that was moved is not where it should be", seed)
		}
		if !exists(fresh) {
			vanished++
		} else if string(read(t, filepath.Join(fresh, "file"))) != "content" {
			t.Fatalf("seed %d: a synced file is not what it was", seed)
		}
	}
	if vanished == 0 || vanished == 40 {
		t.Errorf("a directory whose parent was not synced vanished %d times of 40", vanished)
	}
}

// A hard link is the same file after the cut, under the number that it had.
func TestCutHardLink(t *testing.T) {
	f := mount(t)
	put(t, f.path("temp"), []byte("content"), true)
	must(t, os.Link(f.path("temp"), f.path("name")), syncDir(f.dir))
	before := stat(t, f.path("name"))
	cutAndRestore(t, f, 1)
	if after := stat(t, f.path("name")); after.Ino != before.Ino || after.Nlink != 2 || stat(t, f.path("temp")).Ino != after.Ino {
		t.Errorf("number %d with %d names, want %d with 2", after.Ino, after.Nlink, before.Ino)
	}
	if err := os.Link(f.path("temp"), f.path("name")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("link over a file that is there: %v", err)
	}
	must(t, os.Remove(f.path("temp")))
	if st := stat(t, f.path("name")); st.Nlink != 1 {
		t.Errorf("%d names after one of two was removed", st.Nlink)
	}
}

func stat(t *testing.T, path string) syscall.Stat_t {
	t.Helper()
	var st syscall.Stat_t
	must(t, syscall.Stat(path, &st))
	return st
}

// The same requests and the same seed leave the same disk.
func TestCutIsDeterministic(t *testing.T) {
	var disks []string
	for range 2 {
		f := mount(t)
		for i := range 9 {
			put(t, f.path(fmt.Sprint("file", i)), bytes.Repeat([]byte{byte('a' + i)}, 5000), i%3 == 0)
		}
		loss := cutAndRestore(t, f, 7)
		disk := loss.String()
		must(t, filepath.WalkDir(f.dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				disk += fmt.Sprintf("%s %q\n", entry.Name(), read(t, path))
			}
			return err
		}))
		disks = append(disks, disk)
	}
	if disks[0] != disks[1] {
		t.Errorf("one disk is\n%s\nand the other\n%s", disks[0], disks[1])
	}
}

// After a cut nothing works, and what was open then never does again.
func TestNoPower(t *testing.T) {
	f := mount(t)
	put(t, f.path("file"), []byte("content"), true)
	must(t, syncDir(f.dir))
	file, err := os.OpenFile(f.path("file"), os.O_RDWR, 0)
	must(t, err)
	defer file.Close()
	if err := f.Restore(); err == nil {
		t.Error("the power came back while it was on")
	}
	f.Cut(1)
	_, writeErr := file.WriteAt([]byte("x"), 0)
	createErr := os.WriteFile(f.path("other"), nil, 0o600)
	for _, err := range []error{writeErr, file.Sync(), createErr} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("without power: %v, want EIO", err)
		}
	}
	must(t, f.Restore())
	if _, err := file.WriteAt([]byte("x"), 0); err == nil {
		t.Error("a file that was open before the cut can be written to")
	}
	put(t, f.path("file"), []byte("new"), true)
	if got := read(t, f.path("file")); string(got) != "newtent" {
		t.Errorf("the file holds %q", got)
	}
}

func TestFailWrite(t *testing.T) {
	f := mount(t)
	file, err := os.Create(f.path("file"))
	must(t, err)
	defer file.Close()
	write := func() error { _, err := file.WriteString("x"); return err }
	f.FailWrite(2, syscall.ENOSPC)
	must(t, write())
	for range 2 {
		if err := write(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("write on a full disk: %v", err)
		}
	}
	if err := syscall.Fallocate(int(file.Fd()), 0, 0, 4096); err != syscall.ENOSPC {
		t.Errorf("allocate on a full disk: %v", err)
	}
	f.Mend()
	must(t, write())
	if got := read(t, f.path("file")); string(got) != "xx" {
		t.Errorf("the file holds %q", got)
	}
}

// What a failed fsync should have written is read as before, and gone after the cut, though a later fsync succeeds.
func TestFailSync(t *testing.T) {
	f := mount(t)
	put(t, f.path("file"), []byte("old"), true)
	must(t, syncDir(f.dir))
	file, err := os.OpenFile(f.path("file"), os.O_RDWR, 0)
	must(t, err)
	defer file.Close()
	f.FailSync(2, syscall.EIO)
	must(t, file.Sync())
	_, err = file.WriteAt([]byte("new"), 0)
	must(t, err)
	if err := file.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("fsync = %v, want EIO", err)
	}
	must(t, file.Sync())
	if got := read(t, f.path("file")); string(got) != "new" {
		t.Errorf("before the cut the file holds %q", got)
	}
	cutAndRestore(t, f, 1)
	if got := read(t, f.path("file")); string(got) != "old" {
		t.Errorf("after the cut the file holds %q", got)
	}
}

// What programs expect of any file system.
func TestFileSystem(t *testing.T) {
	f := mount(t)
	path := f.path("file")
	put(t, path, []byte("content"), false)
	if st := stat(t, path); st.Mode != syscall.S_IFREG|0o600 || st.Size != 7 || st.Nlink != 1 {
		t.Errorf("mode %o, size %d, %d names", st.Mode, st.Size, st.Nlink)
	}
	if st := stat(t, f.dir); st.Mode != syscall.S_IFDIR|0o700 {
		t.Errorf("the root has mode %o", st.Mode)
	}
	if _, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); !errors.Is(err, fs.ErrExist) {
		t.Errorf("O_EXCL: %v", err)
	}
	at := time.Unix(1_600_000_000, 5)
	must(t, os.Truncate(path, 3), os.Truncate(path, 5), os.Chmod(path, 0o400), os.Chtimes(path, at, at))
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode() != 0o400 || !info.ModTime().Equal(at) || string(read(t, path)) != "con\x00\x00" {
		t.Errorf("mode %v, time %v, content %q", info.Mode(), info.ModTime(), read(t, path))
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(f.dir, &st); err != nil || st.Bavail*uint64(st.Bsize) < 1<<30 {
		t.Errorf("statfs: %v, %d blocks", err, st.Bavail)
	}
	if _, err := os.Stat(f.path("nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat of nothing: %v", err)
	}
	must(t, os.MkdirAll(f.path("a/b"), 0o700), os.Rename(f.path("a/b"), f.path("b")), os.Rename(path, f.path("b/file")))
	if err := syscall.Rmdir(f.path("b")); err != syscall.ENOTEMPTY {
		t.Errorf("rmdir: %v", err)
	}
	if err := syscall.Rename(f.path("a"), f.path("b")); err != syscall.ENOTEMPTY {
		t.Errorf("rename over a directory with content: %v", err)
	}
	for i := range 300 {
		put(t, f.path(fmt.Sprintf("a/file%d", i)), nil, false)
	}
	must(t, os.RemoveAll(f.path("a")), os.RemoveAll(f.path("b")))
	if entries, err := os.ReadDir(f.dir); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestFallocate(t *testing.T) {
	f := mount(t)
	file, err := os.Create(f.path("file"))
	must(t, err)
	defer file.Close()
	for _, tc := range []struct {
		mode uint32
		size int64
	}{{keepSize, 0}, {0, 10_000}, {keepSize, 10_000}} {
		must(t, syscall.Fallocate(int(file.Fd()), tc.mode, 0, 10_000))
		if st := stat(t, f.path("file")); st.Size != tc.size {
			t.Errorf("after fallocate with mode %d the size is %d, want %d", tc.mode, st.Size, tc.size)
		}
	}
}

// A lock keeps other processes out, and goes with the process that is killed in the middle of a write.
func TestLockGoesWithItsProcess(t *testing.T) {
	f := mount(t)
	put(t, f.path("file"), nil, false)
	file, err := os.Open(f.path("file"))
	must(t, err)
	defer file.Close()
	for range 5 {
		c := startChild(t, "lock", f.path("file"))
		c.want(t, "locked")
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != syscall.EWOULDBLOCK {
			t.Fatalf("flock of a file that another process has locked: %v", err)
		}
		c.kill()
		must(t, syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.Flock(int(file.Fd()), syscall.LOCK_UN))
	}
}

// A process that has a file open does not keep the file system from being unmounted.
func TestCloseWhileInUse(t *testing.T) {
	f := mount(t)
	put(t, f.path("file"), nil, false)
	c := startChild(t, "lock", f.path("file"))
	c.want(t, "locked")
	must(t, f.Close())
	if exists(f.path("file")) {
		t.Error("it is still mounted")
	}
	if said := c.line(); said == "" {
		t.Error("the child noticed nothing")
	}
}

// The process that serves a file system cannot map its files, which would not end well.
func TestNoMapsOfOurOwn(t *testing.T) {
	f := mount(t)
	file, err := os.Create(f.path("file"))
	must(t, err)
	defer file.Close()
	if _, err := syscall.Mmap(int(file.Fd()), 0, 4096, syscall.PROT_READ, syscall.MAP_SHARED); err != syscall.ENODEV {
		t.Errorf("mmap = %v, want ENODEV", err)
	}
}

// What is written shows in the maps that other processes have of the file.
func TestMapsShowWrites(t *testing.T) {
	f := mount(t)
	put(t, f.path("file"), []byte("old"), false)
	c := startChild(t, "map", f.path("file"))
	c.want(t, `"old"`)
	put(t, f.path("file"), append([]byte("new"), make([]byte, 8189)...), false)
	c.goOn()
	c.want(t, `"new" "\x00\x00\x00"`)
	file, err := os.OpenFile(f.path("file"), os.O_WRONLY, 0)
	must(t, err)
	_, err = file.WriteAt([]byte("two"), 4096)
	must(t, err, file.Close())
	c.goOn()
	c.want(t, `"new" "two"`)
}
