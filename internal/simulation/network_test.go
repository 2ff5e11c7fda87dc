package simulation_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"
)

// network connects in memory. A host that does not listen, or is cut off, refuses connections.
type network struct {
	mu    sync.Mutex
	hosts map[string]*listener
	down  map[string]bool
}

func newNetwork() *network { return &network{hosts: map[string]*listener{}, down: map[string]bool{}} }

// listen makes a host. Each of the server's writes calls wrote first; its error breaks the connection.
func (n *network) listen(address string, wrote func() error) *listener {
	l := &listener{address: address, incoming: make(chan net.Conn), closed: make(chan struct{}), wrote: wrote}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[address] = l
	return l
}

// cut makes a host refuse connections, or accept them again.
func (n *network) cut(address string, down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down[address] = down
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.hosts[address]
	if n.down[address] {
		l = nil
	}
	n.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	}
	ours, theirs := net.Pipe()
	select {
	case l.incoming <- &serverConn{theirs, l.wrote}:
		return ours, nil
	case <-l.closed:
		return nil, fmt.Errorf("dial %s: %w", address, syscall.ECONNREFUSED)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

type listener struct {
	address  string
	incoming chan net.Conn
	once     sync.Once
	closed   chan struct{}
	wrote    func() error
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.incoming:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *listener) Addr() net.Addr { return l }

// Network and String make a listener its own address.
func (l *listener) Network() string { return "memory" }
func (l *listener) String() string  { return l.address }

// alert is the size of an encrypted TLS alert (RFC 8446 §6): that a connection was closed is sent at a moment that nobody can foresee.
const alert = 24

type serverConn struct {
	net.Conn
	wrote func() error
}

func (c *serverConn) Write(b []byte) (int, error) {
	if c.wrote != nil && len(b) > alert {
		if err := c.wrote(); err != nil {
			_ = c.Close() // the error of the write is the one that counts
			return 0, err
		}
	}
	return c.Conn.Write(b)
}
