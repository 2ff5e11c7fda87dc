package service_test

import (
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// TestPutKeepsTheAnchor: a document without externalId takes nobody out of synchronisation; a PATCH that says so does, and is noted.
func TestPutKeepsTheAnchor(t *testing.T) {
	s := onlinedirtest.New(t)
	created := s.Must(201, "POST", "/Users", paul(nil))
	path := "/Users/" + created.ID()
	whole := paul(object{"title": "Chef"})
	delete(whole, "externalId")
	if kept := s.Must(200, "PUT", path, whole); kept.Body["externalId"] != created.Body["externalId"] || kept.Body["title"] != "Chef" {
		t.Error(kept.Body)
	}
	whole["externalId"] = ""
	if kept := s.Must(200, "PUT", path, whole); kept.Body["externalId"] != created.Body["externalId"] {
		t.Error(kept.Body)
	}
	// Nor does such a document make a leaver usable.
	enabled := func(value bool) object {
		return patch(object{"op": "replace", "path": directory.SchemaOnPremises + ":onPremisesAccountEnabled", "value": value})
	}
	s.Must(204, "PATCH", path, enabled(false))
	delete(whole, directory.SchemaOnPremises)
	whole["active"] = true
	if refused := s.Must(400, "PUT", path, whole); refused.Type() != scim.Mutability {
		t.Error(refused.Body)
	}
	delete(whole, "active")
	if kept := s.Must(200, "PUT", path, whole); kept.Body["active"] != false {
		t.Error(kept.Body)
	}
	s.Must(400, "PATCH", path, patch(object{"op": "replace", "path": "active", "value": true}))
	s.Must(204, "PATCH", path, enabled(true))
	s.Must(204, "PATCH", path, patch(object{"op": "remove", "path": "externalId"}))
	if gone := s.Must(200, "GET", path, nil); gone.Body["externalId"] != nil {
		t.Error(gone.Body)
	}
	log, err := s.Audit(t.Context(), tenant.AuditQuery{Resource: created.ID()})
	if err != nil || len(log.Entries) != 5 || log.Entries[0].Detail != "let go by synchronisation" {
		t.Error(log, err)
	}
}
