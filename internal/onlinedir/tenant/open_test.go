package tenant

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"
	"golang.org/x/crypto/bcrypt"

	"syncd/internal/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var options = Options{Tenant: "Contoso", Admin: "admin", Password: "correct horse", EnableSync: true, AnyDomain: true, cost: bcrypt.MinCost}

// newTenant makes a directory and opens it; the test closes it.
func newTenant(t testing.TB, more ...Option) *Tenant {
	t.Helper()
	dir := t.TempDir()
	if err := Init(dir, options); err != nil {
		t.Fatal(err)
	}
	return reopen(t, dir, more...)
}

func reopen(t testing.TB, dir string, more ...Option) *Tenant {
	t.Helper()
	cheap := func(t *Tenant) { t.cost = bcrypt.MinCost }
	opened, err := Open(t.Context(), dir, zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel)), append([]Option{cheap}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened
}

func wantFault(t *testing.T, err error, class directory.Class, cause string) {
	t.Helper()
	fault, ok := errors.AsType[*directory.Fault](err)
	if !ok || fault.Class != class || !strings.Contains(fault.Cause, cause) || fault.Remedy == "" {
		t.Errorf("got %v, want a fault of class %d about %q", err, class, cause)
	}
}

func TestInitRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder with ? # %41")
	if err := Init(dir, options); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != File {
		t.Error("the folder holds", entries, err)
	}
	if info, err := os.Stat(filepath.Join(dir, File)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Error("others can read the file:", info.Mode(), err)
	}
	wantFault(t, Init(dir, options), directory.Usage, dir+" already holds an online directory")
	if got := reopen(t, dir); got.Name() != "Contoso" {
		t.Error(got.Name())
	}
	for cause, change := range map[string]func(*Options){
		"has no name":               func(o *Options) { o.Tenant = " " },
		"has a colon":               func(o *Options) { o.Admin = "a:b" },
		"password is empty":         func(o *Options) { o.Password = "" },
		"shorter than 8 characters": func(o *Options) { o.Password = "7 bytes" },
		"longer than 72 bytes":      func(o *Options) { o.Password = directory.Secret(strings.Repeat("x", 73)) },
	} {
		bad := options
		change(&bad)
		wantFault(t, Init(t.TempDir(), bad), directory.Usage, cause)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, Init(filepath.Join(file, "sub"), options), directory.Usage, "cannot be used")
}

// withBusyTimeout sets how long a transaction waits while another process holds the lock.
func withBusyTimeout(d time.Duration) Option { return func(t *Tenant) { t.busyAfter = d } }

func TestOpenRefuses(t *testing.T) {
	log := zap.NewNop()
	open := func(dir string) error {
		opened, err := Open(t.Context(), dir, log, withBusyTimeout(20*time.Millisecond))
		if err == nil {
			t.Error("opened")
			return opened.Close()
		}
		return err
	}
	wantFault(t, open(t.TempDir()), directory.Usage, "holds no online directory")
	wantFault(t, open(filepath.Join(t.TempDir(), "nowhere")), directory.Usage, "holds no online directory")

	noise := t.TempDir()
	if err := os.WriteFile(filepath.Join(noise, File), []byte(strings.Repeat("this is no database. ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, open(noise), directory.Failed, "is damaged or is no online directory")

	for cause, statement := range map[string]string{
		"has format 99; this version of syncd reads formats 1 to 3": "PRAGMA user_version = 99",
		"is a database of another program":                          "PRAGMA application_id = 7",
		"is locked by another program":                              "BEGIN EXCLUSIVE",
	} {
		dir := t.TempDir()
		if err := Init(dir, options); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, File), time.Second))
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		class := directory.Failed
		if strings.Contains(cause, "another program") && !strings.Contains(cause, "locked") {
			class = directory.Usage
		}
		wantFault(t, open(dir), class, cause)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTwoProcesses: a second opener writes while the first one is open, and both see it. A lock that stays ends in ErrBusy.
func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	if err := Init(dir, options); err != nil {
		t.Fatal(err)
	}
	server, command := reopen(t, dir, withBusyTimeout(20*time.Millisecond)), reopen(t, dir)
	token, err := command.NewToken(t.Context(), "syncd")
	if err != nil {
		t.Fatal(err)
	}
	if bearer, known, err := server.Bearer(t.Context(), token); bearer.Token != "syncd" || bearer.Person != "" || !known || err != nil {
		t.Error(bearer, known, err)
	}
	err = command.Write(t.Context(), func(*Writer) error { return server.SetSyncEnabled(t.Context(), false) })
	if !errors.Is(err, ErrBusy) {
		t.Error("while another process writes:", err)
	}
	if enabled, err := server.SyncEnabled(t.Context()); !enabled || err != nil {
		t.Error("the refused change happened:", enabled, err)
	}
}
