package front

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"time"

	"syncd/internal/adsim/wire"
)

// session is one client's connection with those to the servers, which are opened when they are needed.
type session struct {
	front     *Front
	in        *bufio.Reader
	out       *bufio.Writer
	directory *upstream
	entries   *upstream
}

// upstream is a connection to a server.
type upstream struct {
	conn net.Conn
	in   *bufio.Reader
}

const buffered = 256 << 10

func newSession(f *Front, c net.Conn) *session {
	return &session{front: f, in: bufio.NewReaderSize(c, 16<<10), out: bufio.NewWriterSize(c, 64<<10)}
}

func (s *session) close() {
	for _, u := range []*upstream{s.directory, s.entries} {
		if u != nil {
			_ = u.conn.Close() // nothing is left to be said on it
		}
	}
}

// next serves one request. Its error ends the session.
func (s *session) next() error {
	message, err := wire.Read(s.in)
	if err != nil {
		return err
	}
	begin := time.Now()
	p, err := parse(message)
	if err != nil {
		return err
	}
	server := &s.directory
	if p.pages(s.front.config.Locate) {
		server = &s.entries
		s.front.note(p.asked)
		message = p.rewritten()
	}
	if *server == nil {
		conn, err := s.front.dial(server == &s.entries)
		if err != nil {
			return fmt.Errorf("reaching a server: %w", err)
		}
		*server = &upstream{conn, bufio.NewReaderSize(conn, buffered)}
	}
	if _, err := (*server).conn.Write(message); err != nil || !p.answered() {
		return err
	}
	if err := s.relay((*server).in); err != nil {
		return err
	}
	err = s.out.Flush()
	s.front.requests.Add(1)
	took := int64(time.Since(begin))
	s.front.took.Add(took)
	if server == &s.directory {
		s.front.beside.Add(took)
	}
	return err
}

func (f *Front) note(a Asked) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = a
}

// relay hands on whole messages up to the one that ends an answer.
func (s *session) relay(in *bufio.Reader) error {
	for {
		size, operation, err := head(in)
		if err != nil {
			return err
		}
		if err := s.pass(in, size); err != nil {
			return err
		}
		switch operation {
		case wire.TagSearchEntry, wire.TagSearchReference, intermediate:
		default:
			return nil
		}
		if in.Buffered() == 0 { // the server makes the client wait: it may have what there is
			if err := s.out.Flush(); err != nil {
				return err
			}
		}
	}
}

const intermediate = 0x79 // RFC 4511 §4.13

// longMessage is more than any entry has but a group with many members.
const longMessage = 16 << 10

// pass copies one message. In a long one stored names are turned back.
func (s *session) pass(in *bufio.Reader, size int) error {
	if size > longMessage {
		long := make([]byte, 0, size)
		for len(long) < size {
			part, err := in.Peek(min(size-len(long), max(in.Buffered(), 1)))
			if err != nil {
				return err
			}
			long = append(long, part...)
			if _, err := in.Discard(len(part)); err != nil {
				return err
			}
		}
		if at := bytes.Index(long, []byte(Stored)); at >= 0 {
			copy(long[at:], Shown)
		}
		_, err := s.out.Write(long)
		return err
	}
	whole, err := in.Peek(size)
	if err != nil {
		return err
	}
	if _, err := s.out.Write(whole); err != nil {
		return err
	}
	_, err = in.Discard(size)
	return err
}

var errMessage = errors.New("a server sent something that is no LDAP message")

// head looks at the next message without taking it: its size, and the tag of its operation (RFC 4511 §4.1.1).
func head(in *bufio.Reader) (size int, operation byte, err error) {
	b, err := in.Peek(2)
	if err != nil {
		return 0, 0, err
	}
	b, err = in.Peek(min(20, 2+int(b[1]&0x7f))) // one of these sizes is there
	if err != nil {
		return 0, 0, err
	}
	length, header, ok := lengthOf(b)
	if b[0] != 0x30 || !ok {
		return 0, 0, errMessage
	}
	size = header + length
	if b, err = in.Peek(min(size, header+16)); err != nil {
		return 0, 0, err
	}
	id, idHeader, ok := lengthOf(b[header:])
	if at := header + idHeader + id; ok && b[header] == 0x02 && at < len(b) {
		return size, b[at], nil
	}
	return 0, 0, errMessage
}

// lengthOf reads the length that follows a tag, and says how long both are (X.690 §8.1.3).
func lengthOf(b []byte) (length, header int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1] < 0x80 {
		return int(b[1]), 2, true
	}
	octets := int(b[1] & 0x7f)
	if octets == 0 || octets > 4 || len(b) < 2+octets {
		return 0, 0, false
	}
	for _, o := range b[2 : 2+octets] {
		length = length<<8 | int(o)
	}
	return length, 2 + octets, true
}
