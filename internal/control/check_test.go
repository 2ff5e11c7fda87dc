package control_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"syncd/internal/control"
	"syncd/internal/directory"
)

// checkedPorts makes a Check and returns the findings of the endpoint and of the metrics port.
func checkedPorts(t *testing.T, listen, metrics, stateDir string) (status *control.Status, endpoint, port directory.Finding) {
	t.Helper()
	var list []directory.Finding
	status = control.Check(t.Context(), control.Config{Listen: listen}, control.MetricsConfig{Listen: metrics}, stateDir, func(f directory.Finding) { list = append(list, f) })
	if len(list) != 2 || list[0].Name != control.Checks()[0] || list[1].Name != control.Checks()[1] {
		t.Fatalf("%+v", list)
	}
	return status, list[0], list[1]
}

// TestCheckOfPorts: free, those of a daemon that runs, left behind by one that was killed, and taken by others.
func TestCheckOfPorts(t *testing.T) {
	dir, err := os.MkdirTemp("", "cc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "folder", "s")
	if status, endpoint, port := checkedPorts(t, "unix://"+socket, "", dir); status != nil || endpoint.Level != directory.Fine || port.Level != directory.Fine {
		t.Errorf("nothing there yet: %+v, %+v", endpoint, port)
	}
	if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
		t.Error("the folder of the socket was made", err)
	}
	l, token, err := control.Listen(control.Config{Listen: "unix://" + socket}, dir)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(&fakeDaemon{status: control.Status{Version: "1.2.3"}}, token, zap.NewNop())}
	go func() { _ = server.Serve(l) }()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	status, endpoint, port := checkedPorts(t, "unix://"+socket, taken.Addr().String(), dir)
	if status == nil || status.Version != "1.2.3" || !strings.Contains(endpoint.Found, "syncd 1.2.3 runs") || port.Level != directory.Fine {
		t.Errorf("a daemon runs: %+v, %+v", endpoint, port)
	}
	_ = server.Close()
	if _, _, port := checkedPorts(t, "unix://"+socket, taken.Addr().String(), dir); port.Level != directory.Failure || !strings.Contains(port.Remedy, "metrics.listen") {
		t.Errorf("no daemon runs: %+v", port)
	}
}

// TestCheckOfSomebodyElse: what answers but is no syncd is no status.
func TestCheckOfSomebodyElse(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	status, endpoint, _ := checkedPorts(t, strings.TrimPrefix(s.URL, "http://"), "127.0.0.1:0", t.TempDir())
	if status != nil || endpoint.Level != directory.Failure || !strings.Contains(endpoint.Found, "is not this version of syncd") || endpoint.Remedy == "" {
		t.Errorf("%+v, %+v", status, endpoint)
	}
}
