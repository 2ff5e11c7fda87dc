package ldapsource

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync"
)

// maxMessage is the longest LDAP message that is accepted, in bytes. A server that never truncates ranges (Samba) sends a group with
// a million members in one message of some 150 MB.
const maxMessage = 256 << 20

// keptBuffer is how much of a buffer is kept from one message to the next.
const keptBuffer = 1 << 20

var errFrame = errors.New("the server sent something that is not an LDAP message, or one that is too long")

// frames is the connection underneath the LDAP library. While a receiver is set it takes the entries of a search out of the stream
// and decodes them itself, for the library needs 76 KB of memory for each; every other message goes up unchanged.
// It also refuses messages that are too long before memory is reserved for them; the library's own limit is a package variable,
// which cannot be set while another connection of the same process decodes.
type frames struct {
	net.Conn
	limit   int64
	below   *intake // is told how many entries have come
	in      *bufio.Reader
	message []byte // the buffer for one message
	up      []byte // what of a message that goes up has not been read yet
	answer  answer // the last entry that was taken out

	mu       sync.Mutex
	receiver func(*answer) error
}

func newFrames(c net.Conn, limit int64) *frames {
	return &frames{Conn: c, limit: limit, below: new(intake), in: bufio.NewReaderSize(c, 64<<10)}
}

// deliver makes receive get the entries from now on, on the goroutine that reads the connection and before the library sees the
// end of their search. An error of receive ends the connection. nil lets the entries go up to the library; once deliver returns,
// the receiver before is not called any more.
func (f *frames) deliver(receive func(*answer) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.receiver = receive
}

// Read gives the library the messages that are not taken out.
func (f *frames) Read(p []byte) (int, error) {
	for len(f.up) == 0 {
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.up)
	f.up = f.up[n:]
	return n, nil
}

// next reads one message and decides where it goes.
func (f *frames) next() error {
	if err := f.readMessage(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.receiver == nil || !isEntry(f.message) {
		f.below.entries = 0
		f.up = f.message
		return nil
	}
	f.below.entries++
	if !f.answer.decode(string(f.message)) {
		return errFrame
	}
	defer f.forget()
	return f.receiver(&f.answer)
}

// forget lets go of a large entry, which the next one would otherwise keep alive.
func (f *frames) forget() {
	if f.answer.size > sharedMessage {
		f.answer = answer{}
	}
}

// readMessage reads the next message whole into the buffer.
func (f *frames) readMessage() error {
	header, err := f.in.Peek(2)
	if err != nil {
		return ending(header, err)
	}
	more := 0
	if header[1]&longForm != 0 {
		more = int(header[1] &^ longForm)
	}
	if header[0] != tagSequence || 2+more > maxHeader {
		return errFrame
	}
	if header, err = f.in.Peek(2 + more); err != nil {
		return ending(header, err)
	}
	size, length := headerOf(header)
	if size == 0 || length > f.limit {
		return errFrame
	}
	total := size + int(length)
	if cap(f.message) < total || cap(f.message) > keptBuffer {
		f.message = make([]byte, total)
	}
	f.message = f.message[:total]
	_, err = io.ReadFull(f.in, f.message)
	return err
}

// ending tells the end of the connection between two messages from one within a message.
func ending(seen []byte, err error) error {
	if len(seen) > 0 && errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
