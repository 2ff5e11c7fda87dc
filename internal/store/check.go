package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// The names of the findings of Check.
const (
	checkFolder = "state folder"
	checkFile   = "state file"
	checkSpace  = "disk space"
)

// Checks lists the names of all findings of Check, in the order in which they come.
func Checks() []string { return []string{checkFolder, checkFile, checkSpace} }

const (
	littleSpace = 1 << 30   // bytes, below which a warning comes
	noSpace     = 100 << 20 // bytes, below which the next pass may fail
)

// Known is what Check found in the state: of the last pass, zero where none was made or the state cannot be read.
type Known struct {
	State  diff.State
	Locked bool // by a running syncd, which knows the state itself
}

// Check looks at the state folder, and at the state in it for the online directory at target, and tells its findings to report. It writes
// nothing but a file of a moment, to see whether it may.
func Check(dir, target string, report func(directory.Finding)) Known {
	c := checkup{dir: dir, report: report}
	if !c.folder() {
		return Known{}
	}
	known := c.file(target)
	c.space()
	return known
}

type checkup struct {
	dir    string
	report func(directory.Finding)
}

func (c *checkup) say(level directory.Level, name, found, remedy string) {
	c.report(directory.Finding{Level: level, Name: name, Found: found, Remedy: remedy})
}

// folder looks whether the folder is there, or can be made, may be written to, and is its owner's alone.
func (c *checkup) folder() bool {
	info, err := os.Stat(c.dir)
	const remedy = "let the account of syncd write there, or set state.dir to another folder"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		parent := c.dir
		for errors.Is(err, fs.ErrNotExist) && parent != filepath.Dir(parent) {
			parent = filepath.Dir(parent)
			_, err = os.Stat(parent)
		}
		if err = writable(parent); err != nil {
			c.say(directory.Failure, checkFolder, fmt.Sprintf("%s does not exist and cannot be made: %v", c.dir, err), remedy)
			return false
		}
		c.say(directory.Fine, checkFolder, c.dir+" does not exist yet: the first pass makes it", "")
		c.say(directory.Fine, checkFile, "none yet: the first pass is a full one", "")
		c.dir = parent
		c.space()
		return false
	case err != nil:
		c.say(directory.Failure, checkFolder, err.Error(), remedy)
		return false
	case !info.IsDir():
		c.say(directory.Failure, checkFolder, c.dir+" is no folder", "set state.dir to a folder")
		return false
	}
	if err := writable(c.dir); err != nil {
		c.say(directory.Failure, checkFolder, fmt.Sprintf("%s cannot be written to: %v", c.dir, err), remedy)
		return false
	}
	if shared(info) {
		c.say(directory.Warning, checkFolder, c.dir+" can be read by others than its owner: it holds names and addresses of everybody", `chmod 0700 "`+c.dir+`"`)
		return true
	}
	c.say(directory.Fine, checkFolder, c.dir+" can be written to, and is its owner's alone", "")
	return true
}

func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// file looks whether the state is whole and belongs to the online directory.
func (c *checkup) file(target string) (known Known) {
	s, found, err := OpenReadOnly(c.dir)
	switch {
	case errors.Is(err, ErrLocked):
		c.say(directory.Fine, checkFile, "in use by a syncd that runs", "")
		return Known{Locked: true}
	case err != nil:
		c.fault(err)
		return Known{}
	case !found:
		c.say(directory.Fine, checkFile, "none yet: the first pass is a full one", "")
		return Known{}
	}
	var state diff.State
	err = s.sound(target)
	if err == nil {
		state, err = s.State()
	}
	if err = errors.Join(err, s.Close()); err != nil {
		c.fault(err)
		return Known{}
	}
	c.say(directory.Fine, checkFile, filepath.Join(c.dir, stateFile)+" is whole", "")
	return Known{State: state}
}

func (c *checkup) fault(err error) {
	found, remedy := err.Error(), "correct what the system reports, and check again"
	if f, ok := errors.AsType[*directory.Fault](err); ok {
		found, remedy = f.Cause, f.Remedy
	}
	c.say(directory.Failure, checkFile, found, remedy)
}

// sound reads the whole file, as no pass does, and refuses one of another version or for another online directory.
func (s *Store) sound(target string) error {
	return s.view(func(tx *bbolt.Tx) error {
		if err := s.whole(tx); err != nil {
			return err
		}
		if tx.Bucket(bucketMeta) == nil {
			return fmt.Errorf("it lacks its head: %w", directory.ErrCorrupt)
		}
		if err := s.fits(tx.Bucket(bucketMeta), target); err != nil {
			return err
		}
		return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return walk(b) })
	})
}

// walk touches every value, so that a page that cannot be read shows.
func walk(b *bbolt.Bucket) error {
	return b.ForEach(func(k, v []byte) error {
		if v == nil {
			return walk(b.Bucket(k))
		}
		return nil
	})
}

func (c *checkup) space() {
	free, err := freeBytes(c.dir)
	if err != nil {
		c.say(directory.Warning, checkSpace, "how much is free at "+c.dir+" cannot be told: "+err.Error(), "look at it by hand")
		return
	}
	found := humanize.IBytes(free) + " free at " + c.dir
	remedy := "free some, or set state.dir to a folder on another disk: a full pass needs about 3 KB for each object for a while"
	switch {
	case free < noSpace:
		c.say(directory.Failure, checkSpace, found+": the next pass may fail", remedy)
	case free < littleSpace:
		c.say(directory.Warning, checkSpace, found, remedy)
	default:
		c.say(directory.Fine, checkSpace, found, "")
	}
}
