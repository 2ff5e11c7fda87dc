package diff

import (
	"encoding/binary"
	"errors"
	"fmt"

	"syncd/internal/directory"
)

// A place is where a line lies: the anchor of its change, its offset, its length.
const placeRecord = 16 + 8 + 4

// arrange puts the changes of each operation that are too many for memory into the order of their anchors; those of one object keep theirs. The
// snapshot is kept in that order, and a batch of neighbours touches few of its pages, where five hundred from all over it touch five hundred.
func (s *spool) arrange() error {
	for op := range s.stages {
		if l := &s.stages[op]; l.out != nil && s.mixed[op] {
			if err := l.arrange(s.dir); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lines) arrange(dir string) error {
	places := newSorter(dir, placeRecord)
	err := l.places(places)
	arranged := lines{}
	if err == nil {
		var line []byte
		err = places.each(func(record []byte) error {
			n := int(binary.BigEndian.Uint32(record[24:]))
			if cap(line) < n {
				line = make([]byte, n)
			}
			line = line[:n]
			if _, err := l.file.ReadAt(line, int64(binary.BigEndian.Uint64(record[16:]))); err != nil {
				return fmt.Errorf("reading the plan: %w", err)
			}
			return arranged.add(dir, line)
		})
	}
	if err = errors.Join(err, places.Close()); err != nil {
		return errors.Join(err, arranged.close())
	}
	err = l.close()
	*l = arranged
	return err
}

// places finds where each line of a file lies.
func (l *lines) places(to *sorter) error {
	offset := int64(0)
	return l.each(func(line []byte) error {
		offset += int64(len(binary.AppendUvarint(nil, uint64(len(line)))))
		if len(line) < changeHead+len(directory.Anchor{}) {
			return fmt.Errorf("a line of the plan: %w", directory.ErrCorrupt)
		}
		err := to.add(line[changeHead:][:16], binary.BigEndian.AppendUint64(nil, uint64(offset)), binary.BigEndian.AppendUint32(nil, uint32(len(line))))
		offset += int64(len(line))
		return err
	})
}
