package tenant

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

func TestRoutingDomain(t *testing.T) {
	for name, want := range map[string]string{
		"Contoso": "contoso.online.example", "Müller & Söhne 2": "m-ller-s-hne-2.online.example", "日本": "tenant.online.example",
		strings.Repeat("a-", 40): strings.Repeat("a-", 31) + "a.online.example",
	} {
		if got := (&Tenant{name: name}).RoutingDomain(); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// TestNamesInVerifiedDomains: names are free until the company registers a domain; then they lie in a verified one or the routing domain.
// What has another name already keeps it until it changes.
func TestNamesInVerifiedDomains(t *testing.T) {
	tenant := newTenant(t)
	user, group, contact := tenant.Catalogue().ByKind(directory.User), tenant.Catalogue().ByKind(directory.Group), tenant.Catalogue().ByKind(directory.Contact)
	create := func(kind *scim.ResourceType, doc scim.Document) (id string, err error) {
		err = tenant.Write(t.Context(), func(w *Writer) error {
			record, err := w.Create(t.Context(), kind, doc)
			if err == nil {
				id = record.ID
			}
			return err
		})
		return id, err
	}
	patch := func(id, path string, value any) error {
		return tenant.Write(t.Context(), func(w *Writer) error {
			p, err := user.ParsePath(path)
			if err == nil {
				_, err = w.Patch(t.Context(), user, id, []scim.Operation{{Verb: scim.Replace, Path: p, Value: value}}, "")
			}
			return err
		})
	}
	old, err := create(user, scim.Document{"userName": "ann@corp.local"})
	if err != nil {
		t.Fatal(err)
	}
	for name, verified := range map[string]bool{" Corp.Example": true, "new.example": false} {
		if err := tenant.AddDomain(t.Context(), name, verified); err != nil {
			t.Fatal(err)
		}
	}
	if err := tenant.AddDomain(t.Context(), "x@y", true); err == nil {
		t.Error("x@y is a domain")
	}
	do(t, tenant, func(w *Writer) error {
		list, err := w.listDomains(t.Context())
		if d := cmp.Diff([]Domain{{"corp.example", true}, {"new.example", false}}, list); d != "" {
			t.Error(d)
		}
		return err
	})
	mail := func(address string) []any { return []any{map[string]any{"type": "work", "value": address}} }
	proxy := func(addresses ...any) map[string]any { return map[string]any{"proxyAddresses": addresses} }
	for _, c := range []struct {
		kind *scim.ResourceType
		doc  scim.Document
		says string // "" where it is welcome
	}{
		{user, scim.Document{"userName": "a@CORP.example", "emails": mail("a@corp.example")}, ""},
		{user, scim.Document{"userName": "b@" + tenant.RoutingDomain()}, ""},
		{user, scim.Document{"userName": "c@corp.local"}, "userName c@corp.local is in no domain of"},
		{user, scim.Document{"userName": "c@sub.corp.example"}, "is in no domain of"},
		{user, scim.Document{"userName": "c"}, "is in no domain of"},
		{user, scim.Document{"userName": "c@new.example"}, "before the domain new.example is verified"},
		{user, scim.Document{"userName": "d@corp.example", "emails": mail("d@other.example")}, "primary address d@other.example"},
		{user, scim.Document{"userName": "e@corp.example", directory.SchemaOnPremises: proxy("SMTP:e@other.example")}, "primary address e@other.example"},
		{user, scim.Document{"userName": "f@corp.example", directory.SchemaOnPremises: proxy("smtp:f@other.example", "X500:x")}, ""},
		{group, scim.Document{"displayName": "g", directory.SchemaOnPremises: map[string]any{"mail": "g@other.example"}}, "primary address g@other.example"},
		{contact, scim.Document{"displayName": "h", "emails": mail("h@other.example")}, ""},
	} {
		_, err := create(c.kind, c.doc)
		refused, _ := scim.AsError(err)
		switch {
		case c.says == "" && err == nil:
		case c.says == "" || refused == nil || refused.Type != scim.InvalidValue || !strings.Contains(refused.Detail, c.says):
			t.Errorf("%v: %v, want %q", c.doc, err, c.says)
		}
	}
	if err := patch(old, "title", "Boss"); err != nil {
		t.Errorf("an account with an old name: %v", err)
	}
	if err := patch(old, "userName", "ann2@corp.local"); err == nil {
		t.Error("a new name in no domain")
	}
	if err := patch(old, "userName", "ann@corp.example"); err != nil {
		t.Error(err)
	}
}
