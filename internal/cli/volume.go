package cli

import (
	"os"
	"path/filepath"
	"runtime"

	"sendoff/internal/runstore"
	"sendoff/internal/volume"
)

// checkVolume looks at where a run's folder is, or will be, before anything is made there: it refuses a file system that a ledger cannot
// rely on, and warns of one that nobody knows, or that something else writes to. It is not for rehearsals: they reach nobody, so what
// becomes of their ledger does no harm.
func (s *session) checkVolume(dir, key string) error {
	v, err := volume.Of(dir)
	if err != nil {
		return nil // whoever makes the folder will say what is wrong with it
	}
	elsewhere := "--run-dir " + quote(s.localRunDir(key))
	switch v.Kind {
	case volume.Network:
		refusal := inputErrorf("%s is on a network file system or a shared folder (%s), where the ledger's lock may keep nobody out "+
			"and what was written may get lost: people could be sent to twice. Nothing was sent now", dir, v.FileSystem)
		if isRun(dir) {
			return refusal.hint("move that folder to a disk of this machine, then name it with --run-dir, the first time with --adopt")
		}
		return refusal.hint("keep the run on a disk of this machine, now and each time that you go on with it: %s", elsewhere)
	case volume.UserSpace:
		s.warn("warning: %s is on a file system that a program serves (%s). Where that loses what it called written, as in a power cut, "+
			"people could be sent to twice", dir, v.FileSystem)
	}
	service := volume.SyncService(dir)
	if service != "" {
		s.warn("warning: %s seems to be synchronised by %s, which copies the ledger while it is written and may put an old one back: "+
			"people could be sent to twice", dir, service)
	}
	switch {
	case service == "" && v.Kind == volume.Local:
	case !isRun(dir):
		s.warn("    hint: keep the run on a disk of this machine alone, now and each time that you go on with it: %s", elsewhere)
	case service != "":
		s.warn("    hint: close %s until the run has finished", service) // another folder would send to everyone again
	}
	return nil
}

// localRunDir proposes a folder for the run with a key, among what programs keep for this user on this machine. Where even that is elsewhere
// it names none.
func (s *session) localRunDir(key string) string {
	var base string
	if runtime.GOOS == "windows" {
		base = s.Getenv("LocalAppData")
	} else if base = s.Getenv("XDG_STATE_HOME"); !filepath.IsAbs(base) { // the XDG base directory specification ignores others
		home, _ := os.UserHomeDir() // without one it is below the root, which is at least a folder
		base = filepath.Join(home, ".local", "state")
	}
	if v, err := volume.Of(base); err == nil && v.Kind == volume.Network {
		return "FOLDER"
	}
	return filepath.Join(base, "sendoff", runstore.DirName(key))
}
