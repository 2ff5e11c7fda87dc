package tenant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// restore puts a backup into a folder of its own and opens it.
func restore(t *testing.T, file string) *Tenant {
	t.Helper()
	dir := t.TempDir()
	if err := os.Rename(file, filepath.Join(dir, File)); err != nil {
		t.Fatal(err)
	}
	return reopen(t, dir)
}

// TestBackupWhileWriting: each copy that is made while two writers go on is the directory at one moment: the pairs that they write in one
// transaction are in it whole, everything that was acknowledged before it began is, and nothing is damaged.
func TestBackupWhileWriting(t *testing.T) {
	d := newTenant(t)
	if _, err := d.NewToken(t.Context(), "syncd"); err != nil {
		t.Fatal(err)
	}
	users := d.catalogue.ByKind(directory.User)
	var mu sync.Mutex
	acknowledged := 0
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for writer := range 2 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				err := d.Write(ctx, func(w *Writer) error {
					for half := range 2 {
						name := fmt.Sprintf("%d-%d-%d@x", writer, n, half)
						if _, err := w.Create(ctx, users, scim.Document{"externalId": name, "userName": name, "title": strings.Repeat("x", 2000)}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if err == nil {
					acknowledged += 2
				}
				mu.Unlock()
			}
		})
	}
	total := func(d *Tenant) int {
		t.Helper()
		counts, err := d.CountUsers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return counts[Waiting]
	}
	folder := t.TempDir()
	for n := range 4 {
		mu.Lock()
		before := acknowledged
		mu.Unlock()
		file := filepath.Join(folder, fmt.Sprintf("it's a copy %d.db", n))
		if _, err := d.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		after := total(d)
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Error("others can read the copy:", info, err)
		}
		copied := restore(t, file)
		if got := total(copied); got < before || got > after || got%2 != 0 {
			t.Errorf("%d users in the copy; there were %d before and %d after it", got, before, after)
		}
		var verdict string
		if err := copied.desk.conn.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Error(verdict, err)
		}
	}
	stop()
	writers.Wait()
	file := filepath.Join(folder, "last.db")
	living, err := d.Backup(t.Context(), file)
	if err != nil || living[directory.User] != total(d) || living[directory.Group] != 0 {
		t.Fatal(living, err)
	}
	copied := restore(t, file)
	if ours, theirs := contents(t, d), contents(t, copied); ours != theirs {
		t.Errorf("the copy of a directory at rest is another one: %.500s\n%.500s", ours, theirs)
	}
	if err := copied.CheckPassword(t.Context(), "admin", options.Password); err != nil {
		t.Error(err)
	}
	if _, err := copied.AddUser(t.Context(), NewUser{UserName: "new@x"}); err != nil {
		t.Error("the copy cannot be written:", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Error("left behind:", left, err)
	}
	if lines := story(t, d); len(lines) != 6 || !strings.HasPrefix(lines[5], "command line made a backup: Contoso ("+file+")") {
		t.Error(lines)
	}
}

// contents is every row of every table, but for the audit log, which has the backup itself.
func contents(t *testing.T, d *Tenant) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		"SELECT name || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", "SELECT seq || id || coalesce(external_id, '') || version || body FROM resource ORDER BY seq",
		"SELECT address || resource FROM address ORDER BY address", "SELECT name || hex(hash) FROM token ORDER BY name", "SELECT name || hash FROM admin ORDER BY name",
		"SELECT name || value FROM setting ORDER BY name",
	} {
		rows, err := d.read.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&all, line)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestBackupRefuses(t *testing.T) {
	d := newTenant(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ file, cause string }{
		{file, "there is a file " + file + " already"},
		{d.path, "already"},
		{folder, "already"},
		{filepath.Join(folder, "nowhere", "x"), "there is no folder " + filepath.Join(folder, "nowhere")},
		{filepath.Join(file, "x"), "cannot be written"},
		{"", "has no name"},
	} {
		_, err := d.Backup(t.Context(), test.file)
		wantFault(t, err, directory.Usage, test.cause)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Backup(gone, filepath.Join(folder, "x")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if text, err := os.ReadFile(file); string(text) != "precious" || err != nil {
		t.Error("a file was overwritten:", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Error("left behind:", left, err)
	}
	if lines := story(t, d); len(lines) != 0 {
		t.Error(lines)
	}
}

// TestInterruptedBackup leaves nothing behind.
func TestInterruptedBackup(t *testing.T) {
	folder := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	if _, err := newTenant(t).Backup(ctx, filepath.Join(folder, "copy.db")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); len(left) > 0 || err != nil {
		t.Error(left, err)
	}
}
