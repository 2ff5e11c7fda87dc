package replay

import (
	"fmt"
	"os"
)

// tapes are the files of a recording, opened when they are needed. They serve one goroutine.
type tapes struct {
	dir  string
	open map[string]*os.File
}

func newTapes(dir string) *tapes { return &tapes{dir: dir, open: map[string]*os.File{}} }

// read reads a part of one side of a tape.
func (t *tapes) read(i, side int, p piece) ([]byte, error) {
	name := tapeFile(t.dir, i, side)
	f := t.open[name]
	if f == nil {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, err
		}
		t.open[name] = f
	}
	b := make([]byte, p.length)
	if _, err := f.ReadAt(b, p.at); err != nil {
		return nil, fmt.Errorf("reading a recording: %w", err)
	}
	return b, nil
}

func (t *tapes) close() {
	for _, f := range t.open {
		_ = f.Close() // it was only read
	}
}
