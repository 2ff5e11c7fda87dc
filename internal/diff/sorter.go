package diff

import (
	"bufio"
	"bytes"
	"container/heap"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

// sortChunk is how many bytes of records are sorted in memory before they are written out as a run.
const sortChunk = 1 << 20

// sorter sorts any number of records of one size by their bytes and drops repetitions, in constant memory: full chunks are sorted
// and written to files in dir, and merged when they are read. Add everything, then Each once or more, then Close.
type sorter struct {
	dir   string
	size  int
	chunk int // sortChunk, less in tests
	buf   []byte
	runs  []*os.File
}

func newSorter(dir string, size int) *sorter { return &sorter{dir: dir, size: size, chunk: sortChunk} }

// add takes one record, given in parts that together have the sorter's size.
func (s *sorter) add(parts ...[]byte) error {
	for _, p := range parts {
		s.buf = append(s.buf, p...)
	}
	if len(s.buf)+s.size <= s.chunk {
		return nil
	}
	return s.spill()
}

func (s *sorter) spill() error {
	s.sortBuffer()
	f, err := os.CreateTemp(s.dir, "sort-*.tmp")
	if err != nil {
		return fmt.Errorf("the state folder cannot take a temporary file: %w", err)
	}
	s.runs = append(s.runs, f)
	if _, err := f.Write(s.buf); err != nil {
		return fmt.Errorf("writing a temporary file in the state folder: %w", err)
	}
	s.buf = s.buf[:0]
	return nil
}

// sortBuffer sorts the records of the buffer in place.
func (s *sorter) sortBuffer() { sort.Sort(&records{s.buf, s.size, make([]byte, s.size)}) }

// records are those of a sorter's buffer, to be moved as they are: a list of where they lie would be longer than many of them.
type records struct {
	buf  []byte
	size int
	held []byte // one of them, while two change places
}

func (r *records) at(i int) []byte    { return r.buf[i*r.size : (i+1)*r.size] }
func (r *records) Len() int           { return len(r.buf) / r.size }
func (r *records) Less(i, j int) bool { return bytes.Compare(r.at(i), r.at(j)) < 0 }
func (r *records) Swap(i, j int) {
	copy(r.held, r.at(i))
	copy(r.at(i), r.at(j))
	copy(r.at(j), r.held)
}

// each visits every distinct record in ascending order. The record is valid only during the visit.
func (s *sorter) each(visit func(record []byte) error) error {
	s.sortBuffer()
	m := merge{}
	for _, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("reading a temporary file in the state folder: %w", err)
		}
		m = append(m, &run{in: bufio.NewReaderSize(f, 16<<10), head: make([]byte, s.size)})
	}
	m = append(m, &run{in: bytes.NewReader(s.buf), head: make([]byte, s.size)})
	return m.each(visit)
}

// Close removes the files.
func (s *sorter) Close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close(), os.Remove(f.Name()))
	}
	s.runs, s.buf = nil, nil
	return errors.Join(errs...)
}

// run is one sorted sequence with its next record.
type run struct {
	in   io.Reader
	head []byte
}

func (r *run) next() (ok bool, err error) {
	_, err = io.ReadFull(r.in, r.head)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading a temporary file in the state folder: %w", err)
	}
	return true, nil
}

// merge is a heap of runs, the one with the lowest head on top (container/heap).
type merge []*run

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return bytes.Compare(m[i].head, m[j].head) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(*run)) }
func (m *merge) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}

func (m merge) each(visit func(record []byte) error) error {
	live := merge{}
	for _, r := range m {
		ok, err := r.next()
		if err != nil {
			return err
		}
		if ok {
			live = append(live, r)
		}
	}
	heap.Init(&live)
	var last []byte
	for len(live) > 0 {
		r := live[0]
		if !bytes.Equal(r.head, last) {
			last = append(last[:0], r.head...)
			if err := visit(last); err != nil {
				return err
			}
		}
		ok, err := r.next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&live, 0)
		} else {
			heap.Pop(&live)
		}
	}
	return nil
}
