package service_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
)

// TestReadOnlyInAWholeDocument: a PUT that brings what only the directory decides is taken without it (RFC 7644 §3.5.1).
func TestReadOnlyInAWholeDocument(t *testing.T) {
	s := onlinedirtest.New(t)
	created := s.Must(201, "POST", "/Users", paul(object{"id": "mine", "meta": object{"created": "1999-01-01T00:00:00Z"}, "groups": []any{object{"value": "g"}}}))
	if created.ID() == "mine" || created.Body["groups"] != nil || created.Body["active"] != false {
		t.Error(created.Body)
	}
	whole := s.Must(200, "GET", "/Users/"+created.ID(), nil).Body
	whole["title"], whole["id"], whole["roles"] = "Chef", "other", []any{object{"value": "admin"}}
	back := s.Must(200, "PUT", "/Users/"+created.ID(), whole)
	if back.ID() != created.ID() || back.Body["title"] != "Chef" || back.Body["roles"] != nil {
		t.Error(back.Body)
	}
	if diff := cmp.Diff(created.Body["meta"].(object)["created"], back.Body["meta"].(object)["created"]); diff != "" {
		t.Error(diff)
	}
}

// TestActiveIsAlwaysThere: the schema requires it; the directory supplies it where a client says nothing, and nobody can remove it.
func TestActiveIsAlwaysThere(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	for _, op := range []object{{"op": "remove", "path": "active"}, {"op": "replace", "path": "active", "value": nil}} {
		if refused := s.Must(400, "PATCH", "/Users/"+id, patch(op)); refused.Type() != scim.Mutability {
			t.Error(op, refused.Body)
		}
	}
	s.Must(204, "PATCH", "/Users/"+id, patch(object{"op": "Replace", "value": object{"active": "True"}}))
	if kept := s.Must(200, "PUT", "/Users/"+id, paul(nil)); kept.Body["active"] != true {
		t.Error("a PUT that does not speak of active changed it:", kept.Body)
	}
	// Law 5: who is disabled on premises leaves, whatever the same document says of active. Coming back is another matter.
	off := paul(object{"active": true, directory.SchemaOnPremises: object{"onPremisesAccountEnabled": false}})
	if blocked := s.Must(200, "PUT", "/Users/"+id, off); blocked.Body["active"] != false {
		t.Error(blocked.Body)
	}
	if refused := s.Must(400, "PUT", "/Users/"+id, off); refused.Type() != scim.Mutability || !strings.Contains(refused.Detail(), "disabled in Active Directory") {
		t.Error(refused.Body)
	}
}

// TestDisabledOnPremises: what each verb makes of an account that Active Directory disables, alone and in a bulk. Nobody becomes active by any of
// them, and only a PATCH that does not speak of active leaves active who is: synchronisation sends it while it holds the block back.
func TestDisabledOnPremises(t *testing.T) {
	const enabled = directory.SchemaOnPremises + ":onPremisesAccountEnabled"
	set := func(path string, value any) object { return object{"op": "replace", "path": path, "value": value} }
	off := func(more object) object {
		more[directory.SchemaOnPremises] = object{"onPremisesAccountEnabled": false}
		return paul(more)
	}
	for name, c := range map[string]struct {
		method string
		before any // of active; nil for nobody
		body   object
		after  bool
		fails  bool
	}{
		"POST":                             {"POST", nil, off(object{"active": true}), false, false},
		"POST without externalId":          {"POST", nil, off(object{"active": true, "externalId": nil}), false, false},
		"PUT":                              {"PUT", true, off(object{}), false, false},
		"PUT that speaks of active":        {"PUT", true, off(object{"active": true}), false, false},
		"PUT of an inactive account":       {"PUT", false, off(object{"active": true}), false, false},
		"PATCH":                            {"PATCH", true, patch(set(enabled, false)), true, false},
		"PATCH of the extension":           {"PATCH", true, patch(set(directory.SchemaOnPremises, object{"onPremisesAccountEnabled": false})), true, false},
		"PATCH that blocks":                {"PATCH", true, patch(set("active", false), set(enabled, false)), false, false},
		"PATCH of an inactive account":     {"PATCH", false, patch(set(enabled, false)), false, false},
		"PATCH that activates all at once": {"PATCH", false, patch(set(enabled, false), set("active", true)), false, true},
	} {
		for _, inBulk := range []bool{false, true} {
			s, path := onlinedirtest.New(t), "/Users"
			if c.before != nil {
				path += "/" + s.Must(201, "POST", "/Users", paul(nil)).ID()
				s.Must(204, "PATCH", path, patch(set("active", c.before)))
			}
			if inBulk {
				s.Must(200, "POST", "/Bulk", bulk(0, object{"method": c.method, "path": path, "bulkId": "1", "data": c.body}))
			} else if got := s.Do(c.method, path, c.body); (got.Status >= 400) != c.fails || c.fails && got.Type() != scim.Mutability {
				t.Errorf("%s: %d %v", name, got.Status, got.Body)
			}
			list, _ := s.Must(200, "GET", "/Users", nil).Body["Resources"].([]any)
			if len(list) != 1 || list[0].(object)["active"] != c.after {
				t.Errorf("%s (in a bulk: %v): %v", name, inBulk, list)
			}
		}
	}
}

// TestEveryAnswerCanBeAPart: attributes and excludedAttributes hold for whatever answers with a resource (RFC 7644 §3.9).
func TestEveryAnswerCanBeAPart(t *testing.T) {
	s := onlinedirtest.New(t)
	schemas := []any{directory.SchemaUser, directory.SchemaOnPremises}
	created := s.Must(201, "POST", "/Users?attributes=userName", paul(nil))
	path := "/Users/" + created.ID()
	want := object{"schemas": schemas, "id": created.ID(), "userName": "p.patel@corp.example"}
	title := patch(object{"op": "add", "path": "title", "value": "Chef"})
	for _, answer := range []onlinedirtest.Answer{
		created,
		s.Must(200, "PUT", path+"?attributes=USERNAME,nothing", paul(nil)),
		s.Must(200, "PATCH", path+"?attributes=userName", title),
		s.Must(200, "GET", path+"?attributes=userName&excludedAttributes=userName", nil), // attributes wins
		s.Must(200, "PATCH", path+"?excludedAttributes=externalId,title,active,displayName,emails,meta,id,schemas,"+directory.SchemaOnPremises, title),
		s.Must(200, "GET", path+"?attributes=userName,emails.display,name.givenName", nil), // what is not there leaves no empty shell
	} {
		if diff := cmp.Diff(want, answer.Body); diff != "" {
			t.Error(diff)
		}
	}
}
