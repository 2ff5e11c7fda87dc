package diff

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"slices"

	"syncd/internal/directory"
)

// ledgerMemory is how many anchors a ledger keeps in memory before it writes them out.
const ledgerMemory = 8 << 10

// ledgerRecall is how many answers it keeps at hand: the ends of memberships that are planned one after the other are asked for again and again.
const ledgerRecall = 1 << 10

// note is what a ledger has of an anchor, as many bytes of it as the ledger was made for. Nothing and zero are the same.
type note [16]byte

// ledger remembers a note for each of any number of anchors, in nearly constant memory: the last ones as they are, the others in sorted files, of
// which it keeps a filter and a sparse index (a byte and a half for an anchor). A file that cannot be written or read shows as err, and as no note:
// whoever asks has to look at err before anything is made of the answers.
type ledger struct {
	dir    string
	width  int
	memory int // ledgerMemory, less in tests
	seed   maphash.Seed
	recent map[directory.Anchor]note
	pages  []*ledgerPage // the oldest first; each is about twice as long as the next one, or more
	recall []noted
	err    error
}

type noted struct {
	anchor directory.Anchor
	note   note
}

func newLedger(dir string, width int) *ledger {
	return &ledger{dir: dir, width: width, memory: ledgerMemory, seed: maphash.MakeSeed(), recent: map[directory.Anchor]note{}}
}

func (l *ledger) get(a directory.Anchor) note {
	if n, found := l.recent[a]; found || len(l.pages) == 0 {
		return n
	}
	hash := maphash.Bytes(l.seed, a[:])
	at := &l.recall[hash%ledgerRecall]
	if at.anchor != a || a.IsZero() {
		*at = noted{a, l.find(a, hash)}
	}
	return at.note
}

// find looks into the files, the newest first.
func (l *ledger) find(a directory.Anchor, hash uint64) (n note) {
	for _, p := range slices.Backward(l.pages) {
		n, found, err := p.find(a, hash)
		if err != nil {
			l.err = errors.Join(l.err, err)
		}
		if found {
			return n
		}
	}
	return n
}

func (l *ledger) set(a directory.Anchor, n note) {
	l.recent[a] = n
	if len(l.recent) >= l.memory && l.err == nil {
		l.err = l.spill()
	}
}

// spill writes what is in memory to a file, then makes one of those that are not much longer than the one that came after them.
func (l *ledger) spill() error {
	anchors := make([]directory.Anchor, 0, len(l.recent))
	for a := range l.recent {
		anchors = append(anchors, a)
	}
	slices.SortFunc(anchors, compareAnchors)
	page, err := l.write(len(anchors), func(add func(directory.Anchor, note) error) error {
		for _, a := range anchors {
			if err := add(a, l.recent[a]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.pages = append(l.pages, page)
	clear(l.recent)
	l.recall = make([]noted, ledgerRecall) // what it knew may have been written over
	for n := len(l.pages); n > 1 && l.pages[n-2].count < 2*l.pages[n-1].count; n = len(l.pages) {
		if err := l.merge(); err != nil {
			return err
		}
	}
	return nil
}

// merge makes one of the last two pages.
func (l *ledger) merge() error {
	n := len(l.pages)
	older, newer := l.pages[n-2], l.pages[n-1]
	page, err := l.write(older.count+newer.count, func(add func(directory.Anchor, note) error) error {
		return mergePages(older, newer, add)
	})
	if err != nil {
		return err
	}
	l.pages = append(l.pages[:n-2], page)
	return errors.Join(older.close(), newer.close())
}

// write makes a page of at most count notes, in the order of their anchors.
func (l *ledger) write(count int, each func(add func(directory.Anchor, note) error) error) (*ledgerPage, error) {
	f, err := os.CreateTemp(l.dir, "ledger-*.tmp")
	if err != nil {
		return nil, fmt.Errorf("the state folder cannot take a temporary file: %w", err)
	}
	p := &ledgerPage{file: f, width: l.width, filter: newFilter(count)}
	out := bufio.NewWriterSize(f, 64<<10)
	err = each(func(a directory.Anchor, n note) error {
		if p.count%ledgerBlock == 0 {
			p.firsts = append(p.firsts, a)
		}
		p.count++
		p.filter.add(maphash.Bytes(l.seed, a[:]))
		_, err := out.Write(append(bytes.Clone(a[:]), n[:l.width]...))
		return err
	})
	if err = errors.Join(err, out.Flush()); err != nil {
		return nil, errors.Join(fmt.Errorf("writing a temporary file in the state folder: %w", err), p.close())
	}
	return p, nil
}

// close removes the files.
func (l *ledger) close() error {
	var errs []error
	for _, p := range l.pages {
		errs = append(errs, p.close())
	}
	l.pages = nil
	return errors.Join(errs...)
}
