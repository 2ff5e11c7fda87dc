package tenant

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

// oldFolder makes a folder as format 1 or 2 had it: one administrator, in the settings.
func oldFolder(t *testing.T, format int64, admin string) string {
	t.Helper()
	dir := t.TempDir()
	db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, File), time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	for n := int64(1); n <= format; n++ {
		script, err := formats.ReadFile(map[int64]string{1: "formats/1.sql", 2: "formats/2.sql"}[n])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(string(script)); err != nil {
			t.Fatal(err)
		}
	}
	hash, err := hashOf(options.Password, options.cost)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO setting VALUES ('tenant', 'Corp'), ('sync_enabled', 'true'), ('admin', ?), ('password', ?)", admin, hash); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO resource (id, kind, state, active, display_name, created, modified, version, body)
		VALUES ('ann', 1, 1, 1, 'ann', 1, 1, 1, '{"userName":"ann@corp.example","displayName":"Ann"}')`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(map[int64]string{1: "PRAGMA user_version = 1", 2: "PRAGMA user_version = 2"}[format] + "; PRAGMA application_id = 1400458820"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOlderFormatsAreUpgraded: the administrator signs in whatever the case of the name, who was active still is, and what came later works.
func TestOlderFormatsAreUpgraded(t *testing.T) {
	for _, format := range []int64{1, 2} {
		dir := oldFolder(t, format, "Ünal")
		for range 2 {
			tenant, err := Open(t.Context(), dir, zap.NewNop())
			if err != nil {
				t.Fatal(err)
			}
			if _, admin, err := tenant.SignIn(t.Context(), "ÜNAL", options.Password); err != nil || admin.Role != GlobalAdministrator || !admin.Created.IsZero() {
				t.Error(format, admin, err)
			}
			if err := tenant.AddDomain(t.Context(), "corp.example", true); err != nil {
				t.Error(format, err)
			}
			if user, found, err := tenant.User(t.Context(), "ann"); user.State != Enabled || !found || err != nil {
				t.Error(format, user, err)
			}
			if err := tenant.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
