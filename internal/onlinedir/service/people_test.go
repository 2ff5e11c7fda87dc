package service_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/service"
)

// A picture travels as a data URI, in a creation, a PATCH and an answer; one that is too large is refused in words.
func TestPhotos(t *testing.T) {
	s := onlinedirtest.New(t)
	picture := func(bytes int) string { return "data:image/jpeg;base64," + strings.Repeat("QUFB", bytes/3) }
	photos := func(value string) []any { return []any{object{"type": "photo", "value": value}} }
	id := s.Must(201, "POST", "/Users", paul(object{"photos": photos(picture(300))})).ID()
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "replace", "path": directory.Photo.Path(), "value": picture(100 << 10)}))
	got := s.Must(200, "GET", "/Users/"+id, nil).Body["photos"]
	if d := cmp.Diff(photos(picture(100<<10)), got); d != "" {
		t.Error("photos:", d[:min(len(d), 300)])
	}
	refused := s.Must(400, "PATCH", "/Users/"+id, patch(object{"op": "replace", "path": directory.Photo.Path(), "value": picture(200 << 10)}))
	if refused.Type() != scim.InvalidValue || !strings.Contains(refused.Detail(), "it may have 150000") {
		t.Error(refused.Body)
	}
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "remove", "path": `photos[type eq "photo"]`}))
	if doc := s.Must(200, "GET", "/Users/"+id, nil).Body; doc["photos"] != nil {
		t.Error(doc["photos"])
	}
}

// Administrators are shown as such, and synchronisation can neither make nor unmake one, nor take one over (law 6).
func TestAdministrators(t *testing.T) {
	s := onlinedirtest.New(t)
	id, err := s.AddUser(t.Context(), onlinedir.NewUser{UserName: "root@contoso.online.example", DisplayName: "Root", Mail: "root@corp.example", Role: "Administrator", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	roles := []any{object{"value": "Administrator"}}
	check := func() {
		t.Helper()
		doc := s.Must(200, "GET", "/Users/"+id, nil).Body
		if d := cmp.Diff(roles, doc["roles"]); d != "" || doc["active"] != true || doc["externalId"] != nil {
			t.Error(doc)
		}
	}
	check()
	s.Must(200, "PUT", "/Users/"+id, object{"schemas": []string{directory.SchemaUser}, "userName": "root@contoso.online.example"})
	check()
	for _, op := range []object{{"op": "remove", "path": "roles"}, {"op": "replace", "path": "externalId", "value": "anchor-paul"}} {
		if refused := s.Must(400, "PATCH", "/Users/"+id, patch(op)); refused.Type() != scim.Mutability {
			t.Error(refused.Body)
		}
	}
	check()
	created := s.Must(201, "POST", "/Users", paul(object{"roles": roles, "emails": nil}))
	if created.Body["roles"] != nil {
		t.Error("synchronisation made an administrator:", created.Body)
	}
	if _, err := s.AddUser(t.Context(), onlinedir.NewUser{UserName: "ROOT@contoso.online.example"}); directory.ClassOf(err) != directory.Usage {
		t.Error("a second account of that name:", err)
	}
}

func TestDomainsAreTold(t *testing.T) {
	s := onlinedirtest.New(t)
	link := s.Must(200, "GET", "/ServiceProviderConfig", nil).Header.Get("Link")
	if want := "<Tenant>; rel=\"" + service.SchemaTenant + "\""; link != want {
		t.Errorf("the link to what is told is %s, want %s", link, want)
	}
	about := func(verified []any) object {
		o := object{"routingDomain": "contoso.online.example", "passes": "/Passes", "displayName": "Contoso", "syncEnabled": true}
		if verified != nil {
			o["verifiedDomains"] = verified
		}
		return o
	}
	told := func() any {
		body := s.Must(200, "GET", "/Tenant", nil).Body
		delete(body, "schemas")
		delete(body, "meta")
		return any(body)
	}
	if d := cmp.Diff(about(nil), told()); d != "" {
		t.Error(d)
	}
	if err := s.AddDomain(t.Context(), "new.example", false); err != nil {
		t.Fatal(err)
	}
	if err := s.AddDomain(t.Context(), "corp.example", true); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(about([]any{"contoso.online.example", "corp.example"}), told()); d != "" {
		t.Error(d)
	}
	refused := s.Must(http.StatusBadRequest, "POST", "/Users", paul(object{"userName": "p@corp.local"}))
	if refused.Type() != scim.InvalidValue || !strings.Contains(refused.Detail(), "p@corp.local is in no domain of Contoso") {
		t.Error(refused.Body)
	}
	s.Must(201, "POST", "/Users", paul(nil))
	if err := s.SetSyncEnabled(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if enabled := s.Must(200, "GET", "/Tenant", nil).Body["syncEnabled"]; enabled != false {
		t.Errorf("syncEnabled is %v after it was switched off", enabled)
	}
}
