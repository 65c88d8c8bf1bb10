package ledger

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"sendoff/internal/durable"
	"sendoff/internal/failpoint"
)

// FileName and WitnessName are the two files of a ledger in its directory.
const (
	FileName    = "ledger.db"
	WitnessName = "witness"
)

const format = 1

// What keeps a ledger from being opened.
var (
	// ErrLocked says that another process holds the ledger.
	ErrLocked = errors.New("another process holds this run")
	// ErrCopied says that the ledger is not where it was born.
	ErrCopied = errors.New("this run's ledger is a copy")
	// ErrRolledBack says that the ledger is older than its witness: intents were forgotten.
	ErrRolledBack = errors.New("the ledger is older than its directory")
	// ErrDamaged says that the file cannot be read as a ledger.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrFormat says that another version of the program wrote the ledger.
	ErrFormat = errors.New("the ledger has another format")
)

var (
	bucketMeta   = []byte("meta")
	bucketBlocks = []byte("blk")
	bucketTexts  = []byte("err")
	bucketIDs    = []byte("ext")

	keyFormat   = []byte("format")
	keyCreated  = []byte("created")
	keyBegun    = []byte("begun")
	keyIdentity = []byte("identity")
	keyRunID    = []byte("run_id")
	keyRun      = []byte("run")
	keyStarted  = []byte("started")
)

// Options say how to open a ledger.
type Options struct {
	// Wait is how long to wait for another process to let go; 0 means 250 ms.
	Wait time.Duration
	// Adopt makes a copy the ledger itself: from now on this is where it was born.
	Adopt bool
	// Reconcile opens a ledger that the witness accuses, too: [Ledger.Suspect] says so, nothing can be begun, and
	// [Ledger.RecordFound] fills in what it has forgotten, until [Ledger.Trust].
	Reconcile bool
	// ReadOnly opens without writing, whether or not the ledger is a copy or, as [Ledger.Suspect] says, rolled back.
	// Even so, a process that sends holds the lock.
	ReadOnly bool
}

// Create makes the ledger of a new run in dir, with run as the caller's document. It never replaces one: the error wraps fs.ErrExist
// where there is one already, however close the race. If we die within, dir holds no ledger, or a whole one.
func Create(dir string, runID [16]byte, run []byte, now time.Time) error {
	path := filepath.Join(dir, FileName)
	temp := fmt.Sprintf("%s.%s.tmp", path, rand.Text())
	defer os.Remove(temp)
	err := createAt(temp, runID, run, now)
	failpoint.Hit(failpoint.LedgerMade)
	if err == nil {
		err = os.Link(temp, path) // link(2) never replaces: whoever comes second gets EEXIST
	}
	if err != nil && exists(path) {
		// Somebody was first. They may even have tidied our temporary file away, so the error can be any.
		err = fs.ErrExist
	}
	if err != nil {
		return fmt.Errorf("create ledger: %w", err)
	}
	failpoint.Hit(failpoint.LedgerLinked)
	return durable.SyncDir(dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func createAt(path string, runID [16]byte, run []byte, now time.Time) error {
	db, err := bolt.Open(path, 0o600, boltOptions(false, time.Second))
	if err != nil {
		return err
	}
	// A link shares the inode, so the identity of the temporary file is the ledger's.
	id, err := identify(path)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketBlocks, bucketTexts, bucketIDs} {
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		meta, err := tx.CreateBucket(bucketMeta)
		if err != nil {
			return err
		}
		return errors.Join(
			meta.Put(keyFormat, binary.BigEndian.AppendUint32(nil, format)),
			meta.Put(keyCreated, binary.BigEndian.AppendUint64(nil, uint64(now.UnixNano()))),
			meta.Put(keyBegun, binary.BigEndian.AppendUint64(nil, 0)),
			meta.Put(keyRunID, runID[:]),
			meta.Put(keyRun, run),
			putIdentity(meta, id),
		)
	})
	return errors.Join(err, db.Close())
}

func putIdentity(meta *bolt.Bucket, id Identity) error {
	b, err := json.Marshal(id)
	if err != nil {
		return err
	}
	return meta.Put(keyIdentity, b)
}

func boltOptions(readOnly bool, wait time.Duration) *bolt.Options {
	return &bolt.Options{
		Timeout:      wait, // 0 would wait for ever
		FreelistType: bolt.FreelistMapType,
		ReadOnly:     readOnly,
	}
}

// Open opens the ledger in dir under its lock, which is held until [Ledger.Close]. It returns an error that wraps fs.ErrNotExist where
// there is none, or one of this package's errors.
func Open(dir string, o Options) (*Ledger, error) {
	l, err := open(dir, o)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return l, nil
}

func open(dir string, o Options) (*Ledger, error) {
	path := filepath.Join(dir, FileName)
	if _, err := os.Stat(path); err != nil {
		return nil, err // bbolt would make a new one
	}
	if o.Wait == 0 {
		o.Wait = 250 * time.Millisecond
	}
	db, err := openGuarded(path, o)
	if err != nil {
		return nil, err
	}
	db.NoSync = failpoint.Broken(failpoint.NoSync)
	l := &Ledger{db: db, path: path}
	if err := l.load(); err != nil {
		return nil, errors.Join(err, l.closeDB())
	}
	l.witnessPath = filepath.Join(dir, WitnessName)
	if o.ReadOnly {
		l.suspect = l.accused()
		return l, nil
	}
	if err := l.prepare(o); err != nil {
		return nil, errors.Join(err, l.closeDB())
	}
	l.startWriter()
	return l, nil
}

// guard turns the panics with which bbolt meets a damaged file into [ErrDamaged], page faults beyond its end and those of a disk that cannot
// be read included.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if _, fault := r.(interface{ Addr() uintptr }); fault {
			err = fmt.Errorf("%w, or its disk cannot be read", ErrDamaged)
		} else if _, runtimeError := r.(runtime.Error); runtimeError {
			err = ErrDamaged // what bbolt tripped over says nothing to anybody
		} else if r != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, r)
		}
	}()
	return fn()
}

// view and change run transactions; nothing else in this package does.
func (l *Ledger) view(fn func(tx *bolt.Tx) error) error {
	return guard(func() error { return l.db.View(fn) })
}

// change gives errors their cause back: of a file that cannot grow, bbolt keeps the words alone.
func (l *Ledger) change(fn func(tx *bolt.Tx) error) error {
	err := guard(func() error { return l.db.Update(fn) })
	if errors.Is(err, ErrDamaged) {
		l.stuck.Store(true)
	}
	return durable.RestoreFull(err)
}

// closeDB lets the lock go. After a panic within a transaction bbolt may hold its own locks for ever, so that closing would not return; the
// file's lock goes with the process then.
func (l *Ledger) closeDB() error {
	if l.stuck.Load() {
		return nil
	}
	return l.db.Close()
}

func openGuarded(path string, o Options) (db *bolt.DB, err error) {
	err = guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, boltOptions(o.ReadOnly, o.Wait))
		return err
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, ErrLocked
	case err == nil, isSystemError(err), errors.Is(err, ErrDamaged):
		return db, err
	}
	return nil, fmt.Errorf("%w (%w)", ErrDamaged, err) // of the file's content, whatever bbolt finds wrong with it
}

// isSystemError reports whether err is of the file system rather than of what is in the file.
func isSystemError(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// load reads bucket meta and the texts.
func (l *Ledger) load() error {
	return l.view(func(tx *bolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		for _, name := range [][]byte{bucketMeta, bucketBlocks, bucketTexts, bucketIDs} {
			if tx.Bucket(name) == nil {
				return fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
			}
		}
		if f := meta.Get(keyFormat); len(f) != 4 || binary.BigEndian.Uint32(f) != format {
			return ErrFormat
		}
		created, begun, run := meta.Get(keyCreated), meta.Get(keyBegun), meta.Get(keyRunID)
		if len(created) != 8 || len(begun) != 8 || len(run) != 16 {
			return fmt.Errorf("%w: meta is incomplete", ErrDamaged)
		}
		l.created = time.Unix(0, int64(binary.BigEndian.Uint64(created)))
		l.begun = binary.BigEndian.Uint64(begun)
		l.started = meta.Get(keyStarted) != nil
		l.startedAtOpen = l.begun > 0 || l.started
		copy(l.runID[:], run)
		if err := json.Unmarshal(meta.Get(keyIdentity), &l.identity); err != nil {
			return fmt.Errorf("%w: identity: %w", ErrDamaged, err)
		}
		return l.texts.load(tx.Bucket(bucketTexts))
	})
}

// prepare makes a ledger ready to be written: it must be no copy and no older than its witness.
func (l *Ledger) prepare(o Options) error {
	here, err := identify(l.path)
	if err != nil {
		return err
	}
	if !here.same(l.identity) {
		if !o.Adopt {
			return ErrCopied
		}
		if err := l.change(func(tx *bolt.Tx) error { return putIdentity(tx.Bucket(bucketMeta), here) }); err != nil {
			return err
		}
		l.identity = here
	}
	l.witness, err = openWitness(l.witnessPath, l)
	if errors.Is(err, ErrRolledBack) && o.Reconcile {
		l.suspect = err
		err = nil
	}
	if err != nil {
		return err
	}
	l.removeLeftovers()
	return nil
}

// Copied reports whether the ledger is not where it was born, as far as that can be told.
func (l *Ledger) Copied() bool {
	here, err := identify(l.path)
	return err == nil && !here.same(l.identity)
}

// Suspect returns why the ledger cannot be trusted, or nil.
func (l *Ledger) Suspect() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.suspect
}

// Trust says that everything the ledger had forgotten has been filled in: from now on the witness starts from what it knows. If we die
// within, the ledger is as suspect as before, or trusted.
func (l *Ledger) Trust() error {
	if err := l.Sync(); err != nil {
		return err
	}
	if err := l.update("trust", markStarted); err != nil {
		return err
	}
	w, err := startWitness(l.witnessPath, l.runID, l.begun)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.witness, l.started, l.suspect = w, true, nil
	return nil
}

// removeLeftovers tidies away temporary ledgers of processes that died in [Create] or lost the race.
func (l *Ledger) removeLeftovers() {
	entries, _ := os.ReadDir(filepath.Dir(l.path)) // one that stays does no harm
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(l.path)+".") && strings.HasSuffix(e.Name(), ".tmp") {
			_ = os.Remove(filepath.Join(filepath.Dir(l.path), e.Name()))
		}
	}
}

// readAhead reads the whole file once, front to back. bbolt maps it for random access, so that a scan of a cold file takes one page
// fault per page: ten times as long.
func (l *Ledger) readAhead() {
	f, err := os.Open(l.path)
	if err != nil {
		return // the scan itself will say what is wrong
	}
	defer f.Close()
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, f, make([]byte, 1<<20))
}
