//go:build linux || darwin

package tenant

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// TestBackupOnFullDisk stands for a full disk by a limit on how long a file of this process may become: the copy does not fit, is not left
// behind half, and the directory goes on.
func TestBackupOnFullDisk(t *testing.T) {
	d := newTenant(t)
	users := d.catalogue.ByKind(directory.User)
	if err := d.Write(t.Context(), func(w *Writer) error {
		for n := range 200 {
			if _, err := w.Create(t.Context(), users, scim.Document{"userName": fmt.Sprint(n, "@x"), "title": strings.Repeat("x", 10_000)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	err := withShortFiles(t, 1<<20, func() error {
		_, err := d.Backup(t.Context(), filepath.Join(folder, "copy.db"))
		return err
	})
	wantFault(t, err, directory.Failed, "the disk under "+folder+" is full or failing")
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Error("left behind:", left, err)
	}
	if _, err := d.Backup(t.Context(), filepath.Join(folder, "copy.db")); err != nil {
		t.Error("when there is room again:", err)
	}
}

func withShortFiles(t *testing.T, longest uint64, do func() error) error {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // else it ends the process
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	short := before
	short.Cur = longest
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &short); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	}()
	return do()
}
