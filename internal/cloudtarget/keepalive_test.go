package cloudtarget

import (
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// zipped compresses the answers of the fake where the client says that it takes that, as a front of a real service does.
func zipped(f *fake, asked *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		f.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		if answer.Body.Len() == 0 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
			return
		}
		asked.Add(1)
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(answer.Code)
		z := gzip.NewWriter(w)
		_, _ = io.Copy(z, answer.Body)
		_ = z.Close()
	})
}

// Two hundred requests take about as many connections as may be under way, compressed answers or not: net/http makes one too many when
// another one is just on its way back.
func TestConnectionsAreKept(t *testing.T) {
	for _, front := range []bool{false, true} {
		f := newFake(t)
		var compressed, connections atomic.Int64
		server := httptest.NewUnstartedServer(f)
		if front {
			server.Config.Handler = zipped(f, &compressed)
		}
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		server.Start()
		t.Cleanup(server.Close)
		target := targetFor(t, server.URL+"/scim")
		if err := target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, o := range apply(t, target, creations(200)...) {
			if o.ID == "" {
				t.Fatalf("%+v", o)
			}
		}
		if got, most := connections.Load(), int64(target.cfg.Concurrency); got > 3*most {
			t.Errorf("%d connections for 200 requests, %d requests side by side", got, most)
		}
		if front && compressed.Load() < 200 {
			t.Errorf("%d answers are compressed", compressed.Load())
		}
	}
}

// However small a compressed answer is, what it unfolds to is bounded.
func TestACompressedAnswerIsBounded(t *testing.T) {
	f := newFake(t)
	target := f.open()
	target.mostBody = 1 << 20
	f.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 2<<20))
		_ = z.Close()
		return true
	}
	if _, err := target.Apply(t.Context(), creations(1)); err == nil || !strings.Contains(err.Error(), "more than 1 MiB") {
		t.Error(err)
	}
}
