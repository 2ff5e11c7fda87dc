package ldapsource

import (
	"net"
	"time"
)

const (
	intakeBuffer = 256 << 10 // bytes
	gathering    = 2 * time.Millisecond
	hasty        = 100 // entries at either end of a page that are taken as they come
)

// intake is the connection below TLS. As much is read at once as there is: TLS by itself asks twice for each of its records, which are no
// longer than an entry where a server sends one by one. In the middle of a page entries gather before they are read, because waking up for
// each costs more than decoding it; not where a server is so fast that they fill the buffer meanwhile. Near the end of a page nothing waits,
// for the server would wait too, until it is asked for the next. The last page, and those of a server that gives fewer at once, wait once too often.
type intake struct {
	net.Conn
	buffer  []byte
	unread  []byte // of buffer
	last    int    // bytes that the last read brought
	entries int    // that have been read of the present page; whoever reads counts them
}

func newIntake(c net.Conn) *intake { return &intake{Conn: c, buffer: make([]byte, intakeBuffer)} }

// Read may be called by one goroutine at a time.
func (i *intake) Read(p []byte) (n int, err error) {
	if len(i.unread) == 0 {
		if hasty <= i.entries && i.entries < pageSize-hasty && i.last < intakeBuffer/2 {
			time.Sleep(gathering)
		}
		if i.last, err = i.Conn.Read(i.buffer); i.last == 0 {
			return 0, err // one that came with bytes comes again
		}
		i.unread = i.buffer[:i.last]
	}
	n = copy(p, i.unread)
	i.unread = i.unread[n:]
	return n, nil
}
