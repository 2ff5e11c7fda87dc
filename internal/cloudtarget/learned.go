package cloudtarget

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// learned is what a service takes and no document of it tells, as it showed when it refused more. It is kept from pass to pass, and in a file
// from run to run. It may be lost: then a few requests are refused again.
type learned struct {
	mu   sync.Mutex
	file string // "" for none
	kept kept
}

// kept is the content of the file.
type kept struct {
	URL      string   `json:"url"`       // of the service that it is about
	Added    bound    `json:"added"`     // members that one PATCH may add
	Removed  bound    `json:"removed"`   // and remove
	OneValue []string `json:"one_value"` // multi-valued attributes of which a resource may have one value
	Members  bool     `json:"members"`   // a group was shown with its members: one without is empty
	Managers managers `json:"managers"`  // whether creations have their managers in them
}

// recall reads the file; what is no such file, or about another service, counts for nothing.
func (l *learned) recall(file, url string) error {
	l.file, l.kept = file, kept{URL: url, Added: bound{}.sane(), Removed: bound{}.sane()}
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var read kept
	if err := json.Unmarshal(text, &read); err != nil || read.URL != url {
		return err
	}
	l.kept.Added, l.kept.Removed = read.Added.sane(), read.Removed.sane()
	l.kept.OneValue, l.kept.Members, l.kept.Managers = read.OneValue, read.Members, read.Managers
	return nil
}

// about lets do look at, or change, how many members one PATCH may add or remove.
func (l *learned) about(adding bool, do func(*bound) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if adding {
		return do(&l.kept.Added)
	}
	return do(&l.kept.Removed)
}

// most is how many members one PATCH may add or remove, and how many may be tried.
func (l *learned) most(adding bool) (taken, larger int) {
	l.about(adding, func(k *bound) bool {
		taken, larger = k.Members, k.larger(time.Now())
		return false
	})
	return taken, larger
}

func (l *learned) oneValue() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.OneValue
}

// shown reports whether a group was ever shown with its members.
func (l *learned) shown() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.Members
}

// learnMembersShown notes that a group was shown with its members.
func (t *Target) learnMembersShown() {
	if t.learned.shown() {
		return
	}
	t.learned.mu.Lock()
	t.learned.kept.Members = true
	t.learned.mu.Unlock()
	t.keep()
}

// save writes the file.
func (l *learned) save() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == "" {
		return nil
	}
	text, err := json.Marshal(l.kept)
	if err != nil {
		return err
	}
	beside := l.file + ".new" // a crash leaves the old one or the new one
	if err := os.WriteFile(beside, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(beside, l.file)
}

func (t *Target) learnOneValue(parents []string) {
	t.log.Info("the online directory takes one value of some attributes, the others are left out", zap.Strings("attributes", parents))
	t.learned.noteOneValue(parents)
	t.keep()
}

func (l *learned) noteOneValue(parents []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept.OneValue = slices.Concat(l.kept.OneValue, parents)
	slices.Sort(l.kept.OneValue)
	l.kept.OneValue = slices.Compact(l.kept.OneValue)
}

func (t *Target) keep() {
	if err := t.learned.save(); err != nil {
		t.log.Warn("what was learned about the online directory is not kept", zap.Error(err))
	}
}
