package diff

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"

	"syncd/internal/directory"
)

// ledgerBlock is how many notes are read at once.
const ledgerBlock = 128

// ledgerPage is a file of notes in the order of their anchors.
type ledgerPage struct {
	file   *os.File
	width  int
	count  int
	filter filter
	firsts []directory.Anchor // of each block
	block  []byte             // the one that was read last
	number int                // of that block
}

func (p *ledgerPage) record() int { return len(directory.Anchor{}) + p.width }

func (p *ledgerPage) find(a directory.Anchor, hash uint64) (n note, found bool, err error) {
	if !p.filter.has(hash) {
		return n, false, nil
	}
	number, exact := slices.BinarySearchFunc(p.firsts, a, compareAnchors)
	if !exact {
		number--
	}
	if number < 0 {
		return n, false, nil
	}
	if err := p.read(number); err != nil {
		return n, false, err
	}
	size := p.record()
	at := sort.Search(len(p.block)/size, func(i int) bool { return compareAnchors(directory.Anchor(p.block[i*size:][:16]), a) >= 0 })
	if at *= size; at == len(p.block) || directory.Anchor(p.block[at:][:16]) != a {
		return n, false, nil
	}
	copy(n[:], p.block[at+16:at+size])
	return n, true, nil
}

// read has a block in memory.
func (p *ledgerPage) read(number int) error {
	if p.block != nil && p.number == number {
		return nil
	}
	notes := min(ledgerBlock, p.count-number*ledgerBlock)
	block := slices.Grow(p.block[:0], ledgerBlock*p.record())[:notes*p.record()]
	p.block = nil
	if _, err := p.file.ReadAt(block, int64(number)*int64(ledgerBlock*p.record())); err != nil {
		return fmt.Errorf("reading a temporary file in the state folder: %w", err)
	}
	p.block, p.number = block, number
	return nil
}

func (p *ledgerPage) close() error { return errors.Join(p.file.Close(), os.Remove(p.file.Name())) }

// mergePages visits the notes of both in the order of their anchors; of an anchor that both have the newer one.
func mergePages(older, newer *ledgerPage, add func(directory.Anchor, note) error) error {
	o, n := newNoteReader(older), newNoteReader(newer)
	o.next()
	n.next()
	for o.more || n.more {
		first := o
		if order := compareAnchors(o.anchor, n.anchor); !o.more || n.more && order >= 0 {
			first = n
			if o.more && order == 0 {
				o.next()
			}
		}
		if err := add(first.anchor, first.note); err != nil {
			return err
		}
		first.next()
	}
	return errors.Join(o.err, n.err)
}

// noteReader reads a page from its front.
type noteReader struct {
	in     io.Reader
	buffer []byte
	anchor directory.Anchor
	note   note
	more   bool
	err    error
}

func newNoteReader(p *ledgerPage) *noteReader {
	all := io.NewSectionReader(p.file, 0, int64(p.count)*int64(p.record()))
	return &noteReader{in: bufio.NewReaderSize(all, 64<<10), buffer: make([]byte, p.record())}
}

func (r *noteReader) next() {
	_, err := io.ReadFull(r.in, r.buffer)
	if r.more = err == nil; !r.more {
		if !errors.Is(err, io.EOF) {
			r.err = fmt.Errorf("reading a temporary file in the state folder: %w", err)
		}
		return
	}
	r.anchor = directory.Anchor(r.buffer[:16])
	copy(r.note[:], r.buffer[16:])
}
