package front

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Config names the two servers.
type Config struct {
	Directory string      // host:port of the embedded Active Directory, ldaps
	Trust     *tls.Config // for it
	Entries   string      // host:port of OpenLDAP, which holds the same
	TLS       *tls.Config // to serve with
	// Locate finds the distinguished name of a base that may be told as <GUID=...>; false where there is none.
	Locate func(base string) (dn string, ok bool)
}

// Asked is a search for pages of entries, as it was asked.
type Asked struct {
	Base       string   `json:"base"`
	Filter     string   `json:"filter"`
	Attributes []string `json:"attributes"`
}

// Served is how long answers took, from the end of a request to that of its answer.
type Served struct {
	Requests int           `json:"requests"`
	Took     time.Duration `json:"took"`   // nanoseconds
	Beside   time.Duration `json:"beside"` // of it, for what the embedded Active Directory answered
}

// Front is a running server.
type Front struct {
	config   Config
	listener net.Listener
	running  sync.WaitGroup
	requests atomic.Int64
	took     atomic.Int64
	beside   atomic.Int64

	mu    sync.Mutex
	open  map[net.Conn]bool
	asked Asked
}

// Listen serves ldaps on a free port of the loopback interface until Close.
func Listen(config Config) (*Front, error) {
	l, err := tls.Listen("tcp", "127.0.0.1:0", config.TLS)
	if err != nil {
		return nil, err
	}
	f := &Front{config: config, listener: l, open: map[net.Conn]bool{}}
	f.running.Go(f.accept)
	return f, nil
}

// URL is where it listens.
func (f *Front) URL() string { return "ldaps://" + f.listener.Addr().String() }

// Asked is the last search for pages.
func (f *Front) Asked() Asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

// Served adds up all answers so far.
func (f *Front) Served() Served {
	return Served{int(f.requests.Load()), time.Duration(f.took.Load()), time.Duration(f.beside.Load())}
}

// Close ends every connection.
func (f *Front) Close() error {
	err := f.listener.Close()
	f.mu.Lock()
	for c := range f.open {
		err = errors.Join(err, c.Close())
	}
	f.mu.Unlock()
	f.running.Wait()
	return err
}

func (f *Front) accept() {
	for {
		c, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.open[c] = true
		f.mu.Unlock()
		f.running.Go(func() {
			f.serve(c)
			f.mu.Lock()
			delete(f.open, c)
			f.mu.Unlock()
			_ = c.Close() // the client sees an end at any rate
		})
	}
}

// serve carries one client's requests to the servers until one of the three leaves.
func (f *Front) serve(c net.Conn) {
	s := newSession(f, c)
	defer s.close()
	for s.next() == nil {
	}
}

// dial connects to OpenLDAP, or to the embedded Active Directory.
func (f *Front) dial(entries bool) (net.Conn, error) {
	if entries {
		return net.Dial("tcp", f.config.Entries)
	}
	return tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", f.config.Directory, f.config.Trust)
}
