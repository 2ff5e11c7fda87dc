package diff

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"syncd/internal/directory"
)

// longestHeader is the most bytes that the first line of a saved plan has.
const longestHeader = 256 << 20

// OpenFile reads a saved plan, whose file stays open until Close. One that is damaged, cut off or none at all is a *directory.Fault of class
// Usage.
func OpenFile(path string) (*Plan, *Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, &directory.Fault{Class: directory.Usage, Cause: "the plan cannot be opened: " + err.Error(), Remedy: "name a file that `syncd plan -o` wrote", Err: err}
	}
	plan, header, err := openPlan(f)
	if err == nil {
		return plan, header, nil
	}
	if _, told := errors.AsType[*directory.Fault](err); !told {
		err = &directory.Fault{
			Class: directory.Usage, Cause: path + " is no whole plan: " + err.Error(), Remedy: "make it again with `syncd plan -o`, and copy it as a whole", Err: err,
		}
	}
	return nil, nil, errors.Join(err, f.Close())
}

func openPlan(f *os.File) (*Plan, *Header, error) {
	size, err := verified(f)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReader(io.LimitReader(io.NewSectionReader(f, 0, size), longestHeader))
	head, err := in.ReadBytes('\n')
	if err != nil {
		return nil, nil, fmt.Errorf("it has no header: %w", err)
	}
	h := new(Header)
	if err := json.Unmarshal(head, h); err != nil {
		return nil, nil, fmt.Errorf("its header: %w", err)
	}
	if h.Format != planFormat {
		return nil, nil, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the plan %s has format %d, this version reads %d", f.Name(), h.Format, planFormat),
			Remedy: "use the version of syncd that wrote it, or make it again",
		}
	}
	p := newPlan("")
	p.file = f
	p.Read, p.Unchanged, p.Population, p.Doubtful, p.TooMany, p.Retried = h.Read, h.Unchanged, h.Population, h.Doubtful, h.TooMany, h.Retried
	p.heldCount, p.keptCount = h.HeldCount, h.KeptCount
	for kind, n := range h.Left {
		p.Left[kind] = n
	}
	for _, c := range h.Held {
		p.causes.add(c.Op, c.Cause, c.Count)
	}
	sections, offset := p.sections(), int64(len(head))
	if len(sections) != len(h.Sections) {
		return nil, nil, fmt.Errorf("it has %d sections instead of %d", len(h.Sections), len(sections))
	}
	for i, s := range h.Sections {
		if s.Lines < 0 || s.Bytes < 0 || s.Bytes > size-offset {
			return nil, nil, errors.New("its sections are longer than the file")
		}
		*sections[i] = lines{count: s.Lines, size: s.Bytes, file: f, offset: offset}
		offset += s.Bytes
	}
	if offset != size {
		return nil, nil, errors.New("it is longer than its sections")
	}
	return p, h, nil
}

// verified checks the digest at the end of the file and returns how many bytes it covers.
func verified(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size() - sha256.Size
	if size <= 0 {
		return 0, errors.New("it is too short")
	}
	digest, want := sha256.New(), make([]byte, sha256.Size)
	if _, err := io.Copy(digest, io.NewSectionReader(f, 0, size)); err != nil {
		return 0, err
	}
	if _, err := f.ReadAt(want, size); err != nil {
		return 0, err
	}
	if !bytes.Equal(digest.Sum(nil), want) {
		return 0, errors.New("its checksum is wrong")
	}
	return size, nil
}
