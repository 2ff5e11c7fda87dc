package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"syncd/internal/directory"
)

// control is an HTTP client of the daemon's control endpoint.
func (w *world) control() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(w.dir, "control.sock"))
		},
	}}
}

// passes is how many passes have ended.
func (w *world) passes(t *testing.T) int {
	t.Helper()
	response, err := w.control().Get("http://syncd/v1/passes?n=1000")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var list []directory.PassRecord
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// awaitPasses waits until so many passes have ended.
func (w *world) awaitPasses(t *testing.T, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); w.passes(t) < n; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no pass number %d", n)
		}
	}
}
