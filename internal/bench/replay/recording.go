package replay

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"time"
)

// Recording is what one client sent.
type Recording struct {
	dir      string
	requests []request // that change something, in the order in which they began
	work     Work
	bulks    int // the most Bulk requests that were under way at a time
}

func (r *Recording) sort() {
	slices.SortStableFunc(r.requests, func(a, b request) int { return a.begin.Compare(b.begin) })
}

// Remove deletes the files.
func (r *Recording) Remove() error { return os.RemoveAll(r.dir) }

// Work is what a client had done.
type Work struct {
	Requests int // that change something
	Created  int
	Creating time.Duration // from the begin of the first request with a creation to the end of the answer to the last one
	Took     time.Duration // the same of all requests that change something
	Parallel int           // the most requests that were under way at a time
}

// Rate is how many objects were created in a second.
func (w Work) Rate() float64 {
	if w.Creating <= 0 {
		return 0
	}
	return float64(w.Created) / w.Creating.Seconds()
}

// span is a stretch of time that grows.
type span struct{ begin, end time.Time }

func (s *span) add(begin, end time.Time) {
	if s.begin.IsZero() || begin.Before(s.begin) {
		s.begin = begin
	}
	if end.After(s.end) {
		s.end = end
	}
}

func (s span) length() time.Duration { return s.end.Sub(s.begin) }

// Work is what was recorded.
func (r *Recording) Work() Work { return r.work }

// count adds the recording up, and leaves out what changes nothing.
func (r *Recording) count() error {
	var changing, bulks []request
	var all, creating span
	err := r.each(func(q request, message []byte) {
		k := kindOf(message)
		if !k.changes {
			return
		}
		changing = append(changing, q)
		if k.bulk {
			bulks = append(bulks, q)
		}
		r.work.Requests++
		r.work.Created += k.creations
		all.add(q.begin, q.end)
		if k.creations > 0 {
			creating.add(q.begin, q.end)
		}
	})
	r.requests, r.bulks = changing, atOnce(bulks)
	r.work.Took, r.work.Creating, r.work.Parallel = all.length(), creating.length(), atOnce(changing)
	return err
}

// each reads the requests one by one; message is used again for the next.
func (r *Recording) each(f func(q request, message []byte)) error {
	files := map[int]*os.File{}
	defer func() {
		for _, file := range files {
			_ = file.Close() // it was only read
		}
	}()
	var message []byte
	for _, q := range r.requests {
		file := files[q.tape]
		if file == nil {
			var err error
			if file, err = os.Open(tapeFile(r.dir, q.tape)); err != nil {
				return err
			}
			files[q.tape] = file
		}
		message = slices.Grow(message[:0], int(q.length))[:q.length]
		if _, err := file.ReadAt(message, q.at); err != nil {
			return fmt.Errorf("reading a recorded request: %w", err)
		}
		f(q, message)
	}
	return nil
}

// atOnce counts the most requests that were under way at a time.
func atOnce(requests []request) int {
	type edge struct {
		at   time.Time
		step int
	}
	edges := make([]edge, 0, 2*len(requests))
	for _, q := range requests {
		edges = append(edges, edge{q.begin, 1}, edge{q.end, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.step - b.step
	})
	now, most := 0, 0
	for _, e := range edges {
		now += e.step
		most = max(most, now)
	}
	return most
}

// kind is what a request does.
type kind struct {
	changes    bool
	bulk       bool
	creations  int
	operations int
}

// kindOf looks at the first line of a request and, for Bulk, for its operations. A quotation mark inside a value is written with a
// backslash before it, so what is found is no value.
func kindOf(message []byte) kind {
	line, rest, _ := bytes.Cut(message, []byte("\r\n"))
	method, path, _ := bytes.Cut(line, []byte(" "))
	path, _, _ = bytes.Cut(path, []byte(" "))
	switch {
	case string(method) == "GET" || string(method) == "HEAD" || bytes.HasSuffix(path, []byte("/.search")):
		return kind{}
	case bytes.HasSuffix(path, []byte("/Bulk")):
		return kind{
			changes: true, bulk: true, creations: bytes.Count(rest, []byte(`"method":"POST"`)), operations: bytes.Count(rest, []byte(`"method":"`)),
		}
	case string(method) == "POST" && (bytes.HasSuffix(path, []byte("/Users")) || bytes.HasSuffix(path, []byte("/Groups")) || bytes.HasSuffix(path, []byte("/Contacts"))):
		return kind{changes: true, creations: 1, operations: 1}
	}
	return kind{changes: true, operations: 1}
}
