//go:build linux

package cutfs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A database that syncs loses nothing that it has committed, however often the power goes.
func TestDatabaseStandsCuts(t *testing.T) {
	f := mount(t)
	c := startChild(t, "commit", filepath.Join(f.dir, "db"))
	var total Loss
	for seed := range uint64(50) {
		loss, said := cutDatabase(t, f, c, seed)
		if said != "whole" {
			t.Fatalf("seed %d: %s", seed, said)
		}
		total.add(loss)
	}
	t.Log(total)
	if total.Sectors == 0 {
		t.Error("no cut came between a write and its sync")
	}
}

// One that does not sync is found out.
func TestCutsFindWhatDoesNotSync(t *testing.T) {
	f := mount(t)
	c := startChild(t, "commit without sync", filepath.Join(f.dir, "db"))
	for seed := range uint64(20) {
		if _, said := cutDatabase(t, f, c, seed); said != "whole" {
			t.Logf("cut %d: %s", seed, said)
			return
		}
	}
	t.Error("20 cuts have done no harm to a database that does not sync")
}

func (l *Loss) add(more Loss) {
	l.Names += more.Names
	l.NamesKept += more.NamesKept
	l.Sectors += more.Sectors
	l.SectorsKept += more.SectorsKept
	l.Torn += more.Torn
}

// cutDatabase lets a child open its database and commit, cuts the power in between, and returns what the child said of the database.
func cutDatabase(t *testing.T, f *FS, c *child, seed uint64) (Loss, string) {
	t.Helper()
	c.goOn()
	if said := c.line(); said != "whole" {
		return Loss{}, said
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 1 + rng.IntN(5) {
		c.want(t, "committed")
	}
	// Wherever the child is now, the cut comes within a commit or between two.
	for until := time.Now().Add(time.Duration(rng.IntN(1000)) * time.Microsecond); time.Now().Before(until); {
	}
	loss := f.Cut(seed)
	for said := ""; said != "cut"; {
		if said = c.line(); said != "committed" && said != "cut" {
			t.Fatalf("seed %d: after the cut the child says %q", seed, said)
		}
	}
	if err := f.Restore(); err != nil {
		t.Fatal(err)
	}
	return loss, "whole"
}

// history is what a database must hold: so many commits, and perhaps one more that was under way.
type history struct {
	committed int
	values    map[string][]byte
}

// commitUntilCut opens a database whenever it is told to, says whether it is whole, and commits until that fails.
func commitUntilCut(path string, noSync bool) error {
	h := history{values: map[string][]byte{}}
	told := bufio.NewScanner(os.Stdin)
	for told.Scan() {
		db, err := h.openWhole(path)
		if err != nil {
			return err
		}
		db.NoSync = noSync
		fmt.Println("whole")
		for commit(db, h.committed+1) == nil {
			h.committed++
			content(h.committed, func(key, value []byte) { h.values[string(key)] = value })
			fmt.Println("committed")
		}
		fmt.Println("cut")
	}
	return told.Err()
}

var bucket = []byte("bucket")

func (h *history) openWhole(path string) (db *bolt.DB, err error) {
	err = guard(func() error {
		if db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, FreelistType: bolt.FreelistMapType}); err != nil {
			return err
		}
		return db.View(func(tx *bolt.Tx) error {
			for err := range tx.Check() {
				return err
			}
			return h.compare(tx.Bucket(bucket))
		})
	})
	if err != nil {
		return nil, fmt.Errorf("broken: %w", err)
	}
	return db, syncDir(filepath.Dir(path))
}

func (h *history) compare(b *bolt.Bucket) error {
	if b == nil && h.committed == 0 {
		return nil
	}
	if b == nil {
		return errors.New("all commits are lost")
	}
	last, err := strconv.Atoi(string(b.Get([]byte("last"))))
	if err != nil || last < h.committed || last > h.committed+1 {
		return fmt.Errorf("commit %d is there, and %d had returned", last, h.committed)
	}
	want := maps.Clone(h.values)
	if last > h.committed {
		content(last, func(key, value []byte) { want[string(key)] = value })
	}
	for key, value := range want {
		if !bytes.Equal(b.Get([]byte(key)), value) {
			return fmt.Errorf("key %s is not what commit %d left", key, last)
		}
	}
	return nil
}

func commit(db *bolt.DB, i int) error {
	return guard(func() error {
		return db.Update(func(tx *bolt.Tx) (err error) {
			b, err := tx.CreateBucketIfNotExists(bucket)
			content(i, func(key, value []byte) { err = errors.Join(err, b.Put(key, value)) })
			return err
		})
	})
}

// content gives what commit i puts.
func content(i int, put func(key, value []byte)) {
	rng := rand.New(rand.NewPCG(uint64(i), 2))
	for range 1 + rng.IntN(8) {
		put(fmt.Appendf(nil, "key %d", rng.IntN(200)), bytes.Repeat([]byte{byte(i)}, rng.IntN(3000)))
	}
	put([]byte("last"), strconv.AppendInt(nil, int64(i), 10))
}

// guard turns the panics of a database whose pages cannot be read into errors.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return fn()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
