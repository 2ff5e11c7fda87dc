package service_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
)

type object = map[string]any

// paul is a synchronised user; changes are laid over.
func paul(changes object) object {
	doc := object{
		"schemas": []string{directory.SchemaUser}, "externalId": "anchor-paul", "userName": "p.patel@corp.example", "displayName": "Paul Patel",
		"emails":                   []any{object{"type": "work", "value": "p.patel@corp.example", "primary": true}},
		directory.SchemaOnPremises: object{"onPremisesAccountEnabled": true},
	}
	maps.Copy(doc, changes)
	return doc
}

func group(name string, members ...string) object {
	list := []any{}
	for _, id := range members {
		list = append(list, object{"value": id})
	}
	return object{"schemas": []string{directory.SchemaGroup}, "externalId": "anchor-" + name, "displayName": name, "members": list}
}

func patch(operations ...object) object {
	return object{"schemas": []string{scim.SchemaPatch}, "Operations": operations}
}

func state(t *testing.T, s *onlinedirtest.Server, id string) onlinedir.State {
	t.Helper()
	user, found, err := s.User(t.Context(), id)
	if err != nil || !found {
		t.Fatal(id, found, err)
	}
	return user.State
}

// TestDisabledByDefault is law 4 seen from the directory: no account arrives active, and a blocked one cannot be activated.
func TestDisabledByDefault(t *testing.T) {
	s := onlinedirtest.New(t)
	for _, active := range []any{true, false, nil, "True"} {
		changes := object{"active": active, "externalId": "a", "userName": "a", "emails": nil}
		created := s.Must(201, "POST", "/Users", paul(changes))
		if created.Body["active"] != false {
			t.Errorf("active %v arrived as %v", active, created.Body["active"])
		}
		s.Must(204, "DELETE", "/Users/"+created.ID(), nil)
		s.Advance(31 * 24 * time.Hour)
		if err := s.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	activate := patch(object{"op": "Replace", "path": "active", "value": "True"})
	s.Must(204, "PATCH", "/Users/"+id, activate)
	if got := state(t, s, id); got != onlinedir.Enabled {
		t.Error("state", got)
	}
	enabled := directory.OnPremisesAccountEnabled.Path()
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "replace", "path": enabled, "value": false}, object{"op": "replace", "path": "active", "value": false}))
	if got := state(t, s, id); got != onlinedir.Blocked {
		t.Error("state", got)
	}
	refused := s.Must(400, "PATCH", "/Users/"+id, activate)
	if refused.Type() != scim.Mutability || !strings.Contains(refused.Detail(), "Paul Patel is disabled in Active Directory") {
		t.Error(refused.Body)
	}
	if err := s.SetActive(t.Context(), id, true); err == nil || !strings.Contains(err.Error(), "Paul Patel is disabled in Active Directory; enable the account there") {
		t.Error(err)
	}
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "replace", "value": object{"active": true, enabled: true}}))
	if got := state(t, s, id); got != onlinedir.Enabled {
		t.Error("state", got)
	}
}

func TestUniqueness(t *testing.T) {
	s := onlinedirtest.New(t)
	s.Must(201, "POST", "/Users", paul(nil))
	other := object{"externalId": "anchor-2", "userName": "pp", "displayName": "Other", "emails": nil}
	with := func(changes object) object {
		doc := paul(other)
		maps.Copy(doc, changes)
		return doc
	}
	proxy := func(address string) object {
		return object{directory.SchemaOnPremises: object{"proxyAddresses": []string{address}}}
	}
	contact := func(changes object) object {
		doc := object{"schemas": []string{directory.SchemaContact}, "displayName": "C"}
		maps.Copy(doc, changes)
		return doc
	}
	for _, c := range []struct {
		endpoint, detail string
		doc              object
	}{
		{"/Users", "externalId anchor-paul is already used by Paul Patel", with(object{"externalId": "anchor-paul"})},
		{"/Users", "userName p.patel@corp.example is already used by Paul Patel", with(object{"userName": "P.PATEL@corp.example"})},
		{"/Users", "address p.patel@corp.example is already used by Paul Patel", with(object{"emails": []any{object{"type": "Work", "value": "P.Patel@Corp.example"}}})},
		{"/Users", "address p.patel@corp.example is already used by Paul Patel", with(proxy("SMTP:p.patel@corp.example"))},
		{"/Contacts", "address p.patel@corp.example is already used by Paul Patel", contact(proxy("smtp:P.patel@corp.example"))},
		{"/Groups", "address p.patel@corp.example is already used by Paul Patel", func() object {
			doc := group("g")
			doc[directory.SchemaOnPremises] = object{"mail": "p.patel@corp.example"}
			return doc
		}()},
	} {
		answer := s.Must(409, "POST", c.endpoint, c.doc)
		if answer.Type() != scim.Uniqueness || answer.Detail() != c.detail {
			t.Errorf("%s: got %s, want %s", c.endpoint, answer.Detail(), c.detail)
		}
	}
	s.Must(201, "POST", "/Contacts", contact(object{"externalId": "anchor-paul"})) // the same anchor in another type is no twin
	s.Must(201, "POST", "/Users", with(object{"emails": []any{object{"type": "home", "value": "p.patel@corp.example"}}}))
	id := s.Must(201, "POST", "/Users", with(object{"externalId": "3", "userName": "3"})).ID()
	answer := s.Must(409, "PATCH", "/Users/"+id, patch(object{"op": "add", "path": "userName", "value": "PP"}))
	if answer.Detail() != "userName pp is already used by Other" {
		t.Error(answer.Detail())
	}
	// An address that was given up is free at once, and taking over one's own is no conflict.
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "replace", "path": directory.ProxyAddresses.Path(), "value": []string{"SMTP:x@corp.example", "smtp:y@corp.example"}}))
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "add", "path": directory.WorkEmail.Path(), "value": "x@corp.example"}))
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "replace", "path": directory.ProxyAddresses.Path(), "value": []string{"SMTP:x@corp.example"}}))
	s.Must(201, "POST", "/Contacts", contact(proxy("smtp:y@corp.example")))
}

func TestRecycleBin(t *testing.T) {
	s := onlinedirtest.New(t)
	boss := s.Must(201, "POST", "/Users", paul(object{"externalId": "boss", "userName": "boss", "displayName": "Boss", "emails": nil})).ID()
	worker := s.Must(201, "POST", "/Users", paul(object{directory.SchemaEnterprise: object{"manager": object{"value": boss}}})).ID()
	staff := s.Must(201, "POST", "/Groups", group("staff", boss, worker)).ID()
	s.Must(204, "PATCH", "/Users/"+boss, patch(object{"op": "replace", "path": "active", "value": true}))
	s.Must(204, "DELETE", "/Users/"+boss, nil)
	s.Must(404, "GET", "/Users/"+boss, nil)
	s.Must(404, "DELETE", "/Users/"+boss, nil)
	if found := s.Must(200, "GET", `/Users?filter=externalId+eq+"boss"`, nil); found.Body["totalResults"] != 0.0 {
		t.Error("a deleted user is still listed")
	}
	if doc := s.Must(200, "GET", "/Users/"+worker, nil); doc.Body[directory.SchemaEnterprise] != nil {
		t.Error("the manager reference stayed:", doc.Body[directory.SchemaEnterprise])
	}
	if got := memberIDs(s.Must(200, "GET", "/Groups/"+staff, nil)); !cmp.Equal(got, []string{worker}) {
		t.Error("members", got)
	}
	user, _, err := s.User(t.Context(), boss)
	if err != nil || user.State != onlinedir.Deleted || user.DaysLeft != 30 {
		t.Error(user, err)
	}
	taker := s.Must(201, "POST", "/Users", paul(object{"externalId": "taker", "userName": "BOSS", "emails": nil})).ID() // the name is free
	s.Must(204, "DELETE", "/Users/"+taker, nil)

	restored := s.Must(201, "POST", "/Users", paul(object{"externalId": "boss", "userName": "boss2", "displayName": "Boss II", "emails": nil}))
	if restored.ID() != boss || restored.Body["active"] != true || restored.Body["userName"] != "boss2" {
		t.Error("restored as", restored.Body)
	}
	s.Must(204, "DELETE", "/Users/"+boss, nil)
	off := object{"externalId": "boss", "userName": "boss", "emails": nil, directory.SchemaOnPremises: object{"onPremisesAccountEnabled": false}}
	if again := s.Must(201, "POST", "/Users", paul(off)); again.ID() != boss || again.Body["active"] != false {
		t.Error("restored as", again.Body)
	}
	s.Must(204, "DELETE", "/Users/"+boss, nil)
	s.Advance(29*24*time.Hour + 23*time.Hour)
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if user, found, err := s.User(t.Context(), boss); err != nil || !found || user.DaysLeft != 1 {
		t.Error(user, found, err)
	}
	s.Advance(2 * time.Hour)
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := s.Must(201, "POST", "/Users", paul(off)); again.ID() == boss {
		t.Error("a purged user came back with its old id")
	}
}

func TestVersions(t *testing.T) {
	s := onlinedirtest.New(t)
	created := s.Must(201, "POST", "/Users", paul(nil))
	path := "/Users/" + created.ID()
	tag := created.Header.Get("ETag")
	meta, _ := created.Body["meta"].(object)
	if tag != `W/"1"` || meta["version"] != tag || meta["location"] != s.URL+"/scim/v2"+path || created.Header.Get("Location") != meta["location"] {
		t.Error(tag, meta)
	}
	title := func(v string) object { return patch(object{"op": "add", "path": "title", "value": v}) }
	if second := s.Must(204, "PATCH", path, title("A"), "If-Match", tag); second.Header.Get("ETag") != `W/"2"` {
		t.Error(second.Header)
	}
	s.Must(412, "PATCH", path, title("B"), "If-Match", tag)
	s.Must(412, "DELETE", path, nil, "If-Match", tag)
	s.Must(412, "PUT", path, paul(nil), "If-Match", tag)
	if same := s.Must(204, "PATCH", path, title("A"), "If-Match", "*"); same.Header.Get("ETag") != `W/"2"` {
		t.Error("a PATCH that changes nothing raised the version:", same.Header)
	}
	s.Must(304, "GET", path, nil, "If-None-Match", `W/"2"`)
	replaced := s.Must(200, "PUT", path, paul(nil), "If-Match", `W/"2"`)
	if replaced.Body["title"] != nil || replaced.Body["active"] != false || replaced.Header.Get("ETag") != `W/"3"` {
		t.Error(replaced.Body)
	}
	shown := s.Must(200, "PATCH", path+"?attributes=title", title("C"))
	want := object{"schemas": []any{directory.SchemaUser, directory.SchemaOnPremises}, "id": created.ID(), "title": "C"}
	if diff := cmp.Diff(want, shown.Body); diff != "" {
		t.Error(diff)
	}
}
