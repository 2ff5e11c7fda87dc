package replay

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Recorder forwards connections to an online directory.
type Recorder struct {
	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	target string
	dir    string // "" while nothing is kept
	tapes  []*tape
	open   map[net.Conn]bool
}

// Listen starts a recorder on a free port of the loopback interface.
func Listen() (*Recorder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &Recorder{listener: l, open: map[net.Conn]bool{}}
	r.running.Go(r.accept)
	return r, nil
}

// Address is host:port.
func (r *Recorder) Address() string { return r.listener.Addr().String() }

// Forward names the online directory that new connections go to.
func (r *Recorder) Forward(target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
}

// Record keeps what new connections send, in files in a new folder.
func (r *Recorder) Record(dir string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dir, r.tapes = dir, nil
	return os.Mkdir(dir, 0o700)
}

// Stop ends the recording and returns it. The client must have gone.
func (r *Recorder) Stop() (*Recording, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	recording := &Recording{dir: r.dir}
	for i, t := range r.tapes {
		for _, q := range t.finished() {
			q.tape = i
			recording.requests = append(recording.requests, q)
		}
	}
	r.dir, r.tapes = "", nil
	recording.sort()
	return recording, recording.count()
}

// Close ends every connection.
func (r *Recorder) Close() error {
	err := r.listener.Close()
	r.mu.Lock()
	for c := range r.open {
		_ = c.Close() // it may be closed already
	}
	r.mu.Unlock()
	r.running.Wait()
	return err
}

func (r *Recorder) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.running.Go(func() { r.serve(c) })
	}
}

// serve forwards one connection in both directions.
func (r *Recorder) serve(client net.Conn) {
	r.mu.Lock()
	target := r.target
	t, err := r.newTape()
	r.open[client] = true
	r.mu.Unlock()
	defer r.forget(client)
	if err != nil {
		return // the client sees the end of the connection, and says so
	}
	defer func() { _ = t.close() }() // a tape that lacks something is found when it is read
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	r.mu.Lock()
	r.open[server] = true
	r.mu.Unlock()
	defer r.forget(server)
	var back sync.WaitGroup
	back.Go(func() {
		forward(client, server, t.answered)
		_ = client.Close() // the other direction ends with it
	})
	forward(server, client, t.asked)
	_ = server.Close()
	back.Wait()
}

func (r *Recorder) forget(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, c)
	_ = c.Close() // it may be closed already
}

// newTape needs the lock.
func (r *Recorder) newTape() (*tape, error) {
	if r.dir == "" {
		return &tape{}, nil
	}
	t := &tape{}
	for side, file := range []**os.File{&t.file, &t.answers} {
		var err error
		if *file, err = os.OpenFile(tapeFile(r.dir, len(r.tapes), side), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return nil, errors.Join(err, t.close())
		}
	}
	r.tapes = append(r.tapes, t)
	return t, nil
}

// The sides of a tape.
const (
	sideRequests = iota
	sideAnswers
)

func tapeFile(dir string, i, side int) string {
	return filepath.Join(dir, fmt.Sprintf("connection-%d.%d", i, side))
}

const chunk = 128 << 10

// forward copies until either side ends, and shows each piece before it goes on.
func forward(to, from net.Conn, show func([]byte) error) {
	b := make([]byte, chunk)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if show(b[:n]) != nil {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// tape is what one connection sent and received.
type tape struct {
	file    *os.File // nil: nothing is kept
	answers *os.File

	mu       sync.Mutex
	size     int64
	received int64
	requests []request
	reply    bool // the last that came was a piece of an answer
}

// piece is a part of a file.
type piece struct{ at, length int64 }

// request is one HTTP request on a tape, with its answer.
type request struct {
	piece
	tape       int
	answer     piece
	begin, end time.Time // end: of its answer
}

// asked keeps a piece of a request. HTTP/1.1 clients send the next one only after the answer to the last.
func (t *tape) asked(b []byte) error {
	if t.file == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reply || len(t.requests) == 0 {
		t.requests = append(t.requests, request{piece: piece{at: t.size}, answer: piece{at: t.received}, begin: time.Now()})
		t.reply = false
	}
	t.requests[len(t.requests)-1].length += int64(len(b))
	t.size += int64(len(b))
	_, err := t.file.Write(b)
	return err
}

// answered keeps a piece of an answer.
func (t *tape) answered(b []byte) error {
	if t.file == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reply = true
	if n := len(t.requests); n > 0 {
		t.requests[n-1].end = time.Now()
		t.requests[n-1].answer.length += int64(len(b))
	}
	t.received += int64(len(b))
	_, err := t.answers.Write(b)
	return err
}

// finished are the requests that were answered.
func (t *tape) finished() []request {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.requests)
	if n > 0 && t.requests[n-1].end.IsZero() {
		n--
	}
	return t.requests[:n]
}

func (t *tape) close() error {
	var err error
	for _, f := range []*os.File{t.file, t.answers} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
