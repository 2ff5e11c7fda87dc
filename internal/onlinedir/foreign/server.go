package foreign

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// ServerToken is the bearer token of every server.
const ServerToken = "foreign-server"

// StartServer starts an empty SCIM server of scimmy for a test and returns its base address. It knows users with the enterprise extension
// and groups; Bulk only where it is asked for.
func StartServer(t testing.TB, bulk bool) string {
	t.Helper()
	folder := need(t, program{
		folder: "testdata/server", needs: []string{"node", "npm"},
		remedy:  "install Node.js and npm (as root on Debian: apt-get install --no-install-recommends nodejs npm), and reach the package registry",
		install: [][]string{{"npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"}},
	})
	offered := "no bulk"
	if bulk {
		offered = "bulk"
	}
	server := exec.CommandContext(t.Context(), "node", "server.mjs", ServerToken, offered)
	server.Dir, server.Stderr, server.WaitDelay = folder, os.Stderr, 5*time.Second
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's context has ended by now, which killed it: that it did not end by itself is no news.
		if err := server.Wait(); err != nil && server.ProcessState == nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	port, listens := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !listens {
		t.Fatalf("the server said %q: %v", line, err)
	}
	return fmt.Sprintf("http://127.0.0.1:%s/scim/v2", port)
}
