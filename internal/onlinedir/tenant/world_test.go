package tenant

import (
	"fmt"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// synced is a user as synchronisation sends it.
func synced(name string) scim.Document {
	return scim.Document{
		"externalId": "anchor-" + name, "userName": name + "@corp.example", "displayName": name, "title": "Engineer",
		"emails":                   []any{map[string]any{"type": "work", "value": name + "@corp.example"}},
		directory.SchemaEnterprise: map[string]any{"department": "Sales"},
		directory.SchemaOnPremises: map[string]any{"onPremisesAccountEnabled": true},
	}
}

// do runs a change that must succeed.
func do(t testing.TB, tenant *Tenant, fn func(w *Writer) error) {
	t.Helper()
	if err := tenant.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// arrive makes a resource as a SCIM client does, and returns its id.
func arrive(t testing.TB, tenant *Tenant, kind directory.Kind, doc scim.Document) (id string) {
	t.Helper()
	do(t, tenant, func(w *Writer) error {
		record, err := w.Create(t.Context(), tenant.Catalogue().ByKind(kind), doc)
		if err == nil {
			id = record.ID
		}
		return err
	})
	return id
}

// patched changes one attribute as a SCIM client does.
func patched(t testing.TB, tenant *Tenant, kind directory.Kind, id, path, value string) error {
	t.Helper()
	resource := tenant.Catalogue().ByKind(kind)
	operations, err := resource.DecodePatch(fmt.Appendf(nil, `{"schemas":[%q],"Operations":[{"op":"replace","path":%q,"value":%s}]}`, scim.SchemaPatch, path, value))
	if err != nil {
		t.Fatal(err)
	}
	return tenant.Write(t.Context(), func(w *Writer) error {
		_, err := w.Patch(t.Context(), resource, id, operations, "")
		return err
	})
}

// remove deletes as a SCIM client does.
func remove(t testing.TB, tenant *Tenant, kind directory.Kind, id string) {
	t.Helper()
	do(t, tenant, func(w *Writer) error { return w.Delete(t.Context(), tenant.Catalogue().ByKind(kind), id, "") })
}

// ok fails the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// used are the seats that are taken of each licence, by name.
func used(t testing.TB, tenant *Tenant) map[string]int {
	t.Helper()
	list, err := tenant.Licences(t.Context())
	ok(t, err)
	seats := make(map[string]int)
	for _, l := range list {
		seats[l.Name] = l.Used
	}
	return seats
}

// isActive tells whether a living account is.
func isActive(t testing.TB, tenant *Tenant, id string) bool {
	t.Helper()
	u, found, err := tenant.User(t.Context(), id)
	if err != nil || !found {
		t.Fatal(id, found, err)
	}
	return u.Active && u.State == Enabled
}
