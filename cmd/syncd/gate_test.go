package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// gate is a proxy before an online directory that can keep what changes something waiting.
type gate struct {
	url     string
	mu      sync.Mutex
	closed  chan struct{} // nil while it is open
	waiting chan struct{} // gets one for each that waits
}

func newGate(t *testing.T, to string) *gate {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{waiting: make(chan struct{}, 100)}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		closed := g.closed
		g.mu.Unlock()
		if closed != nil && r.Method != http.MethodGet {
			g.waiting <- struct{}{}
			<-closed
		}
		proxy.ServeHTTP(out, r)
	}))
	t.Cleanup(s.Close)
	g.url = s.URL
	return g
}

// shut closes the gate; open lets through who waits and who comes.
func (g *gate) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	closed := make(chan struct{})
	g.closed = closed
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.closed = nil
		close(closed)
	})
}
