package tenant

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// TestSeatsFollowActive: whatever makes an account active takes a seat, whatever makes it inactive frees it.
func TestSeatsFollowActive(t *testing.T) {
	tenant := newTenant(t)
	users := tenant.Catalogue().ByKind(directory.User)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	made := ""
	put := func(active bool) error {
		return tenant.Write(t.Context(), func(w *Writer) error {
			_, err := w.Replace(t.Context(), users, ann, scim.Document{"externalId": "anchor-ann", "userName": "ann", "active": active}, "")
			return err
		})
	}
	for i, step := range []struct {
		what string
		do   func() error
		want int
	}{
		{"arriving synchronised", func() error { return nil }, 0},
		{"an administrator activates", func() error { return tenant.SetActive(t.Context(), ann, true) }, 1},
		{"again", func() error { return tenant.SetActive(t.Context(), ann, true) }, 1},
		{"synchronisation changes a title", func() error { return patched(t, tenant, directory.User, ann, "title", `"Boss"`) }, 1},
		{"synchronisation blocks", func() error { return patched(t, tenant, directory.User, ann, "active", "false") }, 0},
		{"synchronisation lifts the block", func() error { return patched(t, tenant, directory.User, ann, "active", "true") }, 1},
		{"PUT blocks", func() error { return put(false) }, 0},
		{"PUT lifts the block", func() error { return put(true) }, 1},
		{"an administrator deactivates", func() error { return tenant.SetActive(t.Context(), ann, false) }, 0},
		{"and activates", func() error { return tenant.SetActive(t.Context(), ann, true) }, 1},
		{"deleting", func() error { remove(t, tenant, directory.User, ann); return nil }, 0},
		{"synchronisation brings it back", func() error { ann = arrive(t, tenant, directory.User, synced("ann")); return nil }, 1},
		{"a client makes an active account of its own", func() error {
			made = arrive(t, tenant, directory.User, scim.Document{"userName": "ben", "active": true})
			return nil
		}, 2},
		{"deleting that", func() error { remove(t, tenant, directory.User, made); return nil }, 1},
		{"an administrator restores it, inactive", func() error { return tenant.Restore(t.Context(), made) }, 1},
		{"an administrator makes an active account", func() error {
			_, err := tenant.AddUser(t.Context(), NewUser{UserName: "cid", Active: true})
			return err
		}, 2},
		{"and an inactive one", func() error { _, err := tenant.AddUser(t.Context(), NewUser{UserName: "dan"}); return err }, 2},
	} {
		ok(t, step.do())
		if got := used(t, tenant)["Online Suite"]; got != step.want {
			t.Errorf("%d %s: %d seats are taken, want %d", i, step.what, got, step.want)
		}
	}
}

// TestWithoutASeatNobodyBecomesActive, neither by synchronisation, which gets a 409 without a scimType, nor by an administrator; and nothing
// else of the change happens either. The next try succeeds when a seat is free.
func TestWithoutASeatNobodyBecomesActive(t *testing.T) {
	tenant := newTenant(t)
	ann, ben, cid := arrive(t, tenant, directory.User, synced("ann")), arrive(t, tenant, directory.User, synced("ben")), arrive(t, tenant, directory.User, synced("cid"))
	for _, id := range []string{ann, ben} {
		ok(t, tenant.SetActive(t.Context(), id, true))
	}
	ok(t, patched(t, tenant, directory.User, ben, "active", "false"))
	remove(t, tenant, directory.User, ann) // was active
	ok(t, tenant.SetSeats(t.Context(), 1, 1))
	ok(t, tenant.SetActive(t.Context(), cid, true))

	refused := func(what string, err error) {
		t.Helper()
		e, isSCIM := scim.AsError(err)
		if !isSCIM || e.Status != http.StatusConflict || e.Type != "" || !strings.HasSuffix(e.Detail, "cannot become active: no seat is free in Online Suite (1 of 1 taken)") {
			t.Errorf("%s: %v", what, err)
		}
	}
	create := func(doc scim.Document) error {
		return tenant.Write(t.Context(), func(w *Writer) error {
			_, err := w.Create(t.Context(), tenant.Catalogue().ByKind(directory.User), doc)
			return err
		})
	}
	refused("lifting a block", patched(t, tenant, directory.User, ben, "active", "true"))
	refused("coming back active", create(synced("ann")))
	refused("arriving active", create(scim.Document{"userName": "new", "active": true}))
	wantFault(t, tenant.SetActive(t.Context(), ben, true), directory.Usage, "1 person needs 1 seat, 0 are free in Online Suite")
	_, err := tenant.AddUser(t.Context(), NewUser{UserName: "new", Active: true})
	wantFault(t, err, directory.Usage, "new cannot become active: no seat is free in Online Suite (1 of 1 taken)")
	if u, _, err := tenant.User(t.Context(), ann); err != nil || u.State != Deleted || isActive(t, tenant, ben) {
		t.Error("half of a refused change happened", u, err)
	}
	ok(t, tenant.SetActive(t.Context(), cid, false))
	ok(t, patched(t, tenant, directory.User, ben, "active", "true"))
	ok(t, tenant.SetSeats(t.Context(), 1, 2))
	ok(t, create(synced("ann")))
	if !isActive(t, tenant, ben) || !isActive(t, tenant, ann) {
		t.Error("the repetition did not help")
	}
}

// TestTheLicenceComesBack: who is blocked, or deleted and restored, gets a seat of the same licence again, and of another one only where
// that has none left or is gone.
func TestTheLicenceComesBack(t *testing.T) {
	tenant := newTenant(t)
	ok(t, tenant.AddLicence(t.Context(), "Premium", 1))
	ann, ben := arrive(t, tenant, directory.User, synced("ann")), arrive(t, tenant, directory.User, synced("ben"))
	ok(t, tenant.SetActive(t.Context(), ann, true))
	ok(t, tenant.AssignLicence(t.Context(), ann, 2))
	want := func(when string, suite, premium int) {
		t.Helper()
		if diff := cmp.Diff(map[string]int{"Online Suite": suite, "Premium": premium}, used(t, tenant)); diff != "" {
			t.Error(when, diff)
		}
	}
	want("assigned", 0, 1)
	block := func(active string) { ok(t, patched(t, tenant, directory.User, ann, "active", active)) }
	block("false")
	block("true")
	want("unblocked", 0, 1)
	remove(t, tenant, directory.User, ann)
	arrive(t, tenant, directory.User, synced("ann"))
	want("restored by synchronisation", 0, 1)
	remove(t, tenant, directory.User, ann)
	ok(t, tenant.Restore(t.Context(), ann))
	ok(t, tenant.SetActive(t.Context(), ann, true))
	want("restored and activated by an administrator", 0, 1)
	block("false")
	_, err := tenant.Activate(t.Context(), Selection{IDs: []string{ben}}, 2)
	ok(t, err)
	block("true")
	want("while the licence is full", 1, 1)

	ok(t, tenant.SetActive(t.Context(), ben, false))
	ok(t, tenant.RemoveLicence(t.Context(), 2))
	ok(t, tenant.AddLicence(t.Context(), "Other", 5)) // its number is the one of the licence that is gone
	ok(t, tenant.SetActive(t.Context(), ben, true))
	if diff := cmp.Diff(map[string]int{"Online Suite": 2, "Other": 0}, used(t, tenant)); diff != "" {
		t.Error(diff)
	}
}

// TestInactiveCreationsTouchNoSeats: a first pass makes a million of them.
func TestInactiveCreationsTouchNoSeats(t *testing.T) {
	tenant := newTenant(t)
	do(t, tenant, func(w *Writer) error {
		if err := tenant.desk.forget(); err != nil { // what setting up has prepared
			return err
		}
		_, err := w.Create(t.Context(), tenant.Catalogue().ByKind(directory.User), synced("ann"))
		for statement := range w.statements {
			for _, table := range []string{"seat", "licence", "member_before"} {
				if strings.Contains(statement, table) {
					t.Error(statement)
				}
			}
		}
		return err
	})
}

func TestSeatsOfANewDirectory(t *testing.T) {
	for seats, want := range map[int]int{0: DefaultSeats, 7: 7} {
		dir, o := t.TempDir(), options
		o.Seats = seats
		ok(t, Init(dir, o))
		list, err := reopen(t, dir).Licences(t.Context())
		if err != nil || len(list) != 1 || list[0].Free() != want {
			t.Error(list, err)
		}
	}
	bad := options
	bad.Seats = -1
	wantFault(t, Init(t.TempDir(), bad), directory.Usage, "cannot have -1 seats")
}

// TestOlderAccountsHaveSeats: accounts that were active before there were licences stay active, however many they are.
func TestOlderAccountsHaveSeats(t *testing.T) {
	dir := t.TempDir()
	db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, File), time.Second))
	ok(t, err)
	for _, format := range []string{"1", "2"} {
		script, err := formats.ReadFile("formats/" + format + ".sql")
		ok(t, err)
		_, err = db.Exec(string(script))
		ok(t, err)
	}
	const people = 130
	_, err = db.Exec(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = 2; INSERT INTO setting (name, value) VALUES ('tenant', 'Contoso');
		INSERT INTO resource (id, kind, state, active, display_name, created, modified, version, body)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT 'id-' || i, 1, 1, 1, '', 0, 0, 1, '{}' FROM n`, applicationID, people))
	ok(t, err)
	ok(t, db.Close())
	tenant := reopen(t, dir)
	list, err := tenant.Licences(t.Context())
	if err != nil || len(list) != 1 || list[0].Used != people || list[0].Seats != people {
		t.Error(list, err)
	}
	wantFault(t, tenant.SetSeats(t.Context(), 1, 100), directory.Usage, "130 of the seats of Online Suite are taken, so it cannot have 100")
	ok(t, tenant.SetActive(t.Context(), "id-7", false))
	if got := used(t, tenant)["Online Suite"]; got != people-1 {
		t.Error(got)
	}
}
