package diff

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how many bytes of one stage stay in memory; what comes after goes to a file.
const spoolMemory = 256 << 10

// spool keeps changes by operation, in the order in which they came, in constant memory.
type spool struct {
	dir    string
	stages [Depart + 1]stage
	line   []byte
}

// stage holds the lines of one operation: the first in memory or, once they are too many, all of them in a file.
type stage struct {
	count  int
	memory []byte
	file   *os.File
	out    *bufio.Writer
}

func newSpool(dir string) *spool { return &spool{dir: dir} }

func (s *spool) add(c *Change) error {
	line, err := appendChange(s.line[:0], c)
	if err != nil {
		return err
	}
	s.line = line
	st := &s.stages[c.Op]
	st.count++
	if st.file == nil && len(st.memory)+len(line) < spoolMemory {
		st.memory = binary.AppendUvarint(st.memory, uint64(len(line)))
		st.memory = append(st.memory, line...)
		return nil
	}
	return st.write(s.dir, line)
}

func (st *stage) write(dir string, line []byte) error {
	if st.file == nil {
		f, err := os.CreateTemp(dir, "plan-*.tmp")
		if err != nil {
			return fmt.Errorf("the state folder cannot take the plan: %w", err)
		}
		st.file, st.out = f, bufio.NewWriterSize(f, 64<<10)
		if _, err := st.out.Write(st.memory); err != nil {
			return fmt.Errorf("writing the plan: %w", err)
		}
		st.memory = nil
	}
	if _, err := st.out.Write(binary.AppendUvarint(nil, uint64(len(line)))); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	if _, err := st.out.Write(line); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

// each visits the changes of one operation in the order in which they were added.
func (s *spool) each(op Op, visit func(*Change) error) error {
	st := &s.stages[op]
	var in interface {
		io.Reader
		io.ByteReader
	} = bytes.NewReader(st.memory)
	if st.file != nil {
		if err := st.out.Flush(); err != nil {
			return fmt.Errorf("writing the plan: %w", err)
		}
		in = bufio.NewReaderSize(io.NewSectionReader(st.file, 0, 1<<62), 64<<10)
	}
	var line []byte
	for range st.count {
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return fmt.Errorf("reading the plan: %w", err)
		}
		line = append(line[:0], make([]byte, n)...)
		if _, err := io.ReadFull(in, line); err != nil {
			return fmt.Errorf("reading the plan: %w", err)
		}
		c, err := decodeChange(line)
		if err != nil {
			return err
		}
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

func (s *spool) close() error {
	var errs []error
	for i := range s.stages {
		if f := s.stages[i].file; f != nil {
			errs = append(errs, f.Close(), os.Remove(f.Name()))
		}
		s.stages[i] = stage{}
	}
	return errors.Join(errs...)
}
