//go:build !windows

package dnsproof

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func TestServersOfTheSystem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("search corp.example\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n")
	servers, err := serversIn(file)
	if d := cmp.Diff([]string{"192.0.2.1:53", "[2001:db8::1]:53"}, servers); d != "" || err != nil {
		t.Error(d, err)
	}
	write("search corp.example\n")
	for _, path := range []string{file, filepath.Join(t.TempDir(), "nowhere")} {
		if _, err := serversIn(path); directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), "--resolver") {
			t.Error(path, err)
		}
	}
}
