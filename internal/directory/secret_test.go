package directory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/directory"
)

func TestReadSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for content, want := range map[string]string{"a b \n": "a b ", "x\r\n": "x", "\ty": "\ty", "two\n\n": "two"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := directory.ReadSecret(path); err != nil || got.Reveal() != want {
			t.Errorf("%q: %q, %v", content, got.Reveal(), err)
		}
	}
	for content, says := range map[string]string{"": "is empty", "\nhunter2": "empty line", "\ufeffhunter2": "byte order mark", "hunter2\nmore\n": "more than the one line", strings.Repeat("x", 70_000): "more than"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := directory.ReadSecret(path); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.20q: %v", content, err)
		}
	}
	if _, err := directory.ReadSecret("hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("law 10: a secret in place of a file's name: %v", err)
	}
}
