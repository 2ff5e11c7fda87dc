package replay

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"

	"syncd/internal/directory"
)

// Recording is what one client sent.
type Recording struct {
	dir      string
	requests []request // that change something, in the order in which they began
	work     Work
	bulks    int                            // the most Bulk requests that were under way at a time
	ids      map[uuid.UUID]directory.Anchor // of what was created
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

// count adds the recording up, notes which ids were given, and leaves out what changed nothing.
func (r *Recording) count() error {
	tapes := newTapes(r.dir)
	defer tapes.close()
	r.ids = map[uuid.UUID]directory.Anchor{}
	var changing, bulks []request
	var all, creating span
	for _, q := range r.requests {
		message, err := tapes.read(q.tape, sideRequests, q.piece)
		if err != nil {
			return err
		}
		k := kindOf(message)
		if !k.changes {
			continue
		}
		if done, err := carriedOut(tapes, q); err != nil {
			return err
		} else if !done {
			continue
		}
		changing = append(changing, q)
		if k.bulk {
			bulks = append(bulks, q)
		}
		r.work.Requests++
		r.work.Created += k.creations
		all.add(q.begin, q.end)
		if k.creations == 0 {
			continue
		}
		creating.add(q.begin, q.end)
		if err := r.learn(tapes, q, k, message); err != nil {
			return err
		}
	}
	r.requests, r.bulks = changing, atOnce(bulks)
	r.work.Took, r.work.Creating, r.work.Parallel = all.length(), creating.length(), atOnce(changing)
	return nil
}

// carriedOut looks at the status in the first line of an answer. What was refused or put off changed nothing.
func carriedOut(tapes *tapes, q request) (bool, error) {
	const line = "HTTP/1.1 2"
	text, err := tapes.read(q.tape, sideAnswers, piece{q.answer.at, min(q.answer.length, int64(len(line)))})
	return string(text) == line, err
}

// learn notes the ids in the answer to a creation.
func (r *Recording) learn(tapes *tapes, q request, k kind, message []byte) error {
	text, err := tapes.read(q.tape, sideAnswers, q.answer)
	if err != nil {
		return err
	}
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), nil)
	if err != nil {
		return fmt.Errorf("reading a recorded answer: %w", err)
	}
	body, err := readAnswer(res)
	if err != nil {
		return fmt.Errorf("reading a recorded answer: %w", err)
	}
	anchors, ids, err := identified(k, message, body)
	for n := range anchors {
		r.ids[ids[n]] = anchors[n]
	}
	return err
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
