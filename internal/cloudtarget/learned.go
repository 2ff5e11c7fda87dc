package cloudtarget

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"

	"go.uber.org/zap"
)

// learned is what a service takes and no document of it tells, as it showed when it refused more. It is kept from pass to pass, and in a file
// from run to run. It may be lost, and may be deleted when the service takes more by now: then a few requests are refused again.
type learned struct {
	mu   sync.Mutex
	file string // "" for none
	kept kept
}

// kept is the content of the file.
type kept struct {
	URL      string   `json:"url"`       // of the service that it is about
	Added    int      `json:"added"`     // members that one PATCH may add
	Removed  int      `json:"removed"`   // and remove
	OneValue []string `json:"one_value"` // multi-valued attributes of which a resource may have one value
}

// recall reads the file; what is no such file, or about another service, counts for nothing.
func (l *learned) recall(file, url string) error {
	l.file, l.kept = file, kept{URL: url, Added: edgesPerPatch, Removed: edgesPerPatch}
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
	l.kept.Added, l.kept.Removed = within(read.Added), within(read.Removed)
	l.kept.OneValue = read.OneValue
	return nil
}

func within(members int) int { return min(max(members, 1), edgesPerPatch) }

// most is how many members one PATCH may add or remove.
func (l *learned) most(adding bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if adding {
		return l.kept.Added
	}
	return l.kept.Removed
}

func (l *learned) oneValue() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept.OneValue
}

// change notes something new, and keeps it in the file.
func (l *learned) change(note func(*kept)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	note(&l.kept)
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

// learnMost notes that so many members were taken where more were refused.
func (t *Target) learnMost(adding bool, members int) {
	if members >= t.learned.most(adding) {
		return
	}
	t.log.Info("the online directory takes fewer members in a request", zap.Bool("adding", adding), zap.Int("members", members))
	t.keep(func(k *kept) {
		if adding {
			k.Added = members
		} else {
			k.Removed = members
		}
	})
}

func (t *Target) learnOneValue(parents []string) {
	t.log.Info("the online directory takes one value of some attributes, the others are left out", zap.Strings("attributes", parents))
	t.keep(func(k *kept) {
		k.OneValue = slices.Concat(k.OneValue, parents)
		slices.Sort(k.OneValue)
		k.OneValue = slices.Compact(k.OneValue)
	})
}

func (t *Target) keep(note func(*kept)) {
	if err := t.learned.change(note); err != nil {
		t.log.Warn("what was learned about the online directory is not kept", zap.Error(err))
	}
}
