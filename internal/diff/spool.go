package diff

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"syncd/internal/directory"
)

// spool keeps changes by operation, in the order in which they came, in constant memory. See arrange.
type spool struct {
	dir    string
	stages [Depart + 1]lines
	last   [Depart + 1]directory.Anchor // of each stage
	mixed  [Depart + 1]bool             // the anchors of that stage came in no order
	line   []byte
}

func newSpool(dir string) *spool { return &spool{dir: dir} }

func (s *spool) add(c *Change) error {
	line, err := appendChange(s.line[:0], c)
	if err != nil {
		return err
	}
	s.line = line
	s.mixed[c.Op] = s.mixed[c.Op] || compareAnchors(c.Anchor, s.last[c.Op]) < 0
	s.last[c.Op] = c.Anchor
	return s.stages[c.Op].add(s.dir, line)
}

// each visits the changes of one operation in the order in which they were added, or that arrange gave them.
func (s *spool) each(op Op, visit func(*Change) error) error {
	return s.stages[op].each(func(line []byte) error {
		c, err := decodeChange(line)
		if err != nil {
			return err
		}
		return visit(c)
	})
}

func (s *spool) close() error {
	var errs []error
	for i := range s.stages {
		errs = append(errs, s.stages[i].close())
	}
	return errors.Join(errs...)
}

// spoolMemory is how many bytes of one sequence of lines stay in memory; what comes after goes to a file.
const spoolMemory = 256 << 10

// longestLine is the most bytes that a line of a plan has: a change holds two resources at most.
const longestLine = 16 << 20

// lines is a sequence of lines of any bytes, each with its length in front: the first in memory or, once they are too many, all of them
// in a temporary file. Those of a saved plan lie in its file, from offset on.
type lines struct {
	count  int
	size   int64
	memory []byte
	file   *os.File
	offset int64
	out    *bufio.Writer // nil where the file is a saved plan
}

func (l *lines) add(dir string, line []byte) error {
	l.count++
	width := binary.AppendUvarint(nil, uint64(len(line)))
	l.size += int64(len(width) + len(line))
	if l.file == nil && len(l.memory)+len(line) < spoolMemory {
		l.memory = append(append(l.memory, width...), line...)
		return nil
	}
	if l.file == nil {
		f, err := os.CreateTemp(dir, "plan-*.tmp")
		if err != nil {
			return fmt.Errorf("the state folder cannot take the plan: %w", err)
		}
		l.file, l.out = f, bufio.NewWriterSize(f, 64<<10)
		if _, err := l.out.Write(l.memory); err != nil {
			return fmt.Errorf("writing the plan: %w", err)
		}
		l.memory = nil
	}
	for _, b := range [][]byte{width, line} {
		if _, err := l.out.Write(b); err != nil {
			return fmt.Errorf("writing the plan: %w", err)
		}
	}
	return nil
}

// open reads the lines as they lie in memory or in the file.
func (l *lines) open() (io.Reader, error) {
	if l.file == nil {
		return bytes.NewReader(l.memory), nil
	}
	if l.out != nil {
		if err := l.out.Flush(); err != nil {
			return nil, fmt.Errorf("writing the plan: %w", err)
		}
	}
	return io.NewSectionReader(l.file, l.offset, l.size), nil
}

// each visits the lines in the order in which they were added. A line is valid only during its visit.
func (l *lines) each(visit func(line []byte) error) error {
	r, err := l.open()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(r, min(64<<10, max(16, int(l.size))))
	var line []byte
	for range l.count {
		n, err := binary.ReadUvarint(in)
		if err == nil && n > longestLine {
			err = directory.ErrCorrupt
		}
		if err != nil {
			return fmt.Errorf("reading the plan: %w", err)
		}
		if uint64(cap(line)) < n {
			line = make([]byte, n)
		}
		line = line[:n]
		if _, err := io.ReadFull(in, line); err != nil {
			return fmt.Errorf("reading the plan: %w", err)
		}
		if err := visit(line); err != nil {
			return err
		}
	}
	return nil
}

// close removes the temporary file.
func (l *lines) close() error {
	var err error
	if l.out != nil {
		err = errors.Join(l.file.Close(), os.Remove(l.file.Name()))
	}
	*l = lines{}
	return err
}
