package service_test

import (
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
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
	s.Must(204, "PATCH", path, patch(object{"op": "remove", "path": "externalId"}))
	if gone := s.Must(200, "GET", path, nil); gone.Body["externalId"] != nil {
		t.Error(gone.Body)
	}
	log, err := s.Audit(t.Context(), tenant.AuditQuery{Resource: created.ID()})
	if err != nil || len(log.Entries) != 3 || log.Entries[0].Detail != "let go by synchronisation" {
		t.Error(log, err)
	}
}
