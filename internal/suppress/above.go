package suppress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sendoff/campaign"
)

// OptOutsName is what the files are called in which opt-outs collect as they come in.
const OptOutsName = "optouts.csv"

// mostFolders is how many folders are looked into, that of the campaign among them.
const mostFolders = 20

// LoadFor reads what a campaign holds its people against: its lists, as [Load] does, and where it is marketing the [OptOutsName] of its own folder and of every
// folder above, whether or not it names them, and whatever it says of suppress. One that it names is read as it says there. Nobody needs to be on one of the
// others yet; they fail as lists do, and one that appears later is found by [Set.Refresh]. The last folder looked into is home, the user's own, or the root
// of the file system where the campaign is not below that; 20 at most. Where the path of the campaign has symbolic links, the folders above it
// are those of the path as it was given, and those of where it leads.
func LoadFor(c *campaign.Campaign, home string, own []campaign.OwnColumn, now time.Time, only ...string) (*Set, error) {
	var problems campaign.Problems
	s, err := Load(c.Dir(), c.Suppress, c.Audience.Country, own, now, only...)
	if !problems.Collect(err) {
		return nil, err
	}
	if s == nil { // what is wrong with the others is to be said too
		if s, err = Load("", nil, c.Audience.Country, own, now); err != nil {
			return nil, err
		}
		for _, spec := range c.Suppress {
			if spec.File != "" {
				s.lists = append(s.lists, &list{spec: spec, path: listPath(c.Dir(), spec.File)}) // which is not read as one that nobody names
			}
		}
	}
	if c.MessageContentType == "CONTENT_MARKETING" {
		if err := s.lookAbove(c.Dir(), home); !problems.Collect(err) {
			return nil, fmt.Errorf("load suppression lists: %w", err)
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return s, nil
}

// lookAbove has s read the lists above dir that nobody names, those that are not there yet as soon as they are.
func (s *Set) lookAbove(dir, home string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	var problems campaign.Problems
	for _, folder := range foldersAbove(dir, home) {
		l := &list{path: filepath.Join(folder, OptOutsName), folder: folder}
		if l.spec.File, err = filepath.Rel(dir, l.path); err != nil { // on another volume, to which a link leads
			l.spec.File = l.path
		}
		l.spec.File = filepath.ToSlash(l.spec.File)
		info, err := os.Stat(l.path)
		switch {
		case err == nil && s.hasFile(info):
			continue
		case err == nil:
			err = l.read(s.numbers, s.own)
		case errors.Is(err, fs.ErrNotExist):
			err = nil
		default:
			err = campaign.Problems{{File: l.path, Message: "it cannot be found out whether this suppression list is there: " + err.Error()}}
		}
		if !problems.Collect(err) {
			return err
		}
		s.above = append(s.above, l)
	}
	return problems.Err()
}

// hasFile reports whether a file is one of the lists already.
func (s *Set) hasFile(info os.FileInfo) bool {
	return slices.ContainsFunc(slices.Concat(s.lists, s.above), func(l *list) bool {
		other, err := os.Stat(l.path)
		return err == nil && !l.only && os.SameFile(info, other)
	})
}

// foldersAbove returns a folder, an absolute path, and those above it, up to home.
func foldersAbove(dir, home string) (all []string) {
	starts, homes := []string{dir}, []string{home}
	for _, paths := range []*[]string{&starts, &homes} {
		if resolved, err := filepath.EvalSymlinks((*paths)[0]); err == nil { // else it is looked into as it is written
			*paths = append(*paths, resolved)
		}
	}
	for _, folder := range starts {
		for range mostFolders {
			if !slices.Contains(all, folder) {
				all = append(all, folder)
			}
			above := filepath.Dir(folder)
			if above == folder || slices.Contains(homes, folder) {
				break
			}
			folder = above
		}
	}
	return all
}

// isAbsent reports whether the file of a list that nobody names was not there, and is not yet.
func (l *list) isAbsent() bool {
	if l.current.Load() != nil {
		return false // it was there, and must not vanish
	}
	_, err := os.Stat(l.path)
	return errors.Is(err, fs.ErrNotExist)
}
