package service_test

import (
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// TestMe: a person's token is that person at /Me, reads the rest, and changes what is the person's own (RFC 7644 §3.11).
func TestMe(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	staff := s.Must(201, "POST", "/Groups", group("staff", id)).ID()
	program := s.Token
	if _, err := s.NewPersonToken(t.Context(), "nobody's", "nobody@corp.example"); directory.ClassOf(err) != directory.Usage {
		t.Error("a token for nobody:", err)
	}
	token, err := s.NewPersonToken(t.Context(), "paul's", "P.Patel@corp.example")
	if err != nil {
		t.Fatal(err)
	}
	s.Token = token
	if waiting := s.Must(403, "GET", "/Me", nil); !strings.Contains(waiting.Detail(), "not active") {
		t.Error(waiting.Detail())
	}
	if err := s.SetActive(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSyncEnabled(t.Context(), false); err != nil { // is no business of a person's
		t.Fatal(err)
	}

	me := s.Must(200, "GET", "/Me?attributes=userName,groups", nil)
	if me.ID() != id || me.Header.Get("Location") != s.URL+"/scim/v2/Users/"+id || me.Body["groups"].([]any)[0].(object)["value"] != staff || me.Body["active"] != nil {
		t.Error(me.Header, me.Body)
	}
	s.Must(304, "GET", "/Me", nil, "If-None-Match", me.Header.Get("ETag"))
	s.Must(412, "PATCH", "/Me", patch(object{"op": "add", "path": "nickName", "value": "P"}), "If-Match", `W/"7"`)
	s.Must(204, "PATCH", "/Me", patch(object{"op": "add", "value": object{"nickName": "P", "ims": []any{object{"value": "paul"}}}}))
	if me := s.Must(200, "GET", "/Me", nil); me.Body["nickName"] != "P" || me.Body["displayName"] != "Paul Patel" {
		t.Error(me.Body)
	}
	log, err := s.Audit(t.Context(), tenant.AuditQuery{Resource: id, Action: tenant.DidChange})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Actor != "paul's" || log.Entries[0].Sync || log.Entries[0].Detail != "ims, nick name" {
		t.Error("what a person does to himself is not synchronisation's:", log, err)
	}
	s.Must(200, "GET", "/Groups/"+staff, nil)
	s.Must(200, "POST", "/.search", object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}})
	s.Must(200, "POST", "/Users/.search", object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}})
	for _, c := range []struct {
		status       int
		method, path string
		body         any
	}{
		{403, "PATCH", "/Me", patch(object{"op": "replace", "path": "displayName", "value": "Boss"})},
		{403, "PATCH", "/Me", patch(object{"op": "add", "path": "nickName", "value": "Q"}, object{"op": "replace", "path": "active", "value": false})},
		{403, "PATCH", "/Me", patch(object{"op": "add", "value": object{directory.SchemaEnterprise: object{"department": "Board"}}})},
		{403, "PATCH", "/Users/" + id, patch(object{"op": "add", "path": "nickName", "value": "Q"})},
		{403, "POST", "/Users", paul(nil)},
		{403, "DELETE", "/Groups/" + staff, nil},
		{403, "POST", "/Bulk", bulk(0, object{"method": "DELETE", "path": "/Users/" + id})},
		{405, "PUT", "/Me", paul(nil)},
		{405, "DELETE", "/Me", nil},
	} {
		s.Must(c.status, c.method, c.path, c.body)
	}
	if me := s.Must(200, "GET", "/Me", nil); me.Body["nickName"] != "P" {
		t.Error("a refused change left a trace:", me.Body)
	}

	s.Token = program
	if err := s.SetSyncEnabled(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	s.Must(204, "DELETE", "/Users/"+id, nil)
	s.Token = token
	s.Must(401, "GET", "/Me", nil)
	s.Advance(31 * 24 * time.Hour)
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Must(401, "GET", "/Users", nil)
	if err := s.RevokeToken(t.Context(), "paul's"); err != nil {
		t.Fatal(err)
	}
	// The name is free, and whoever gets it now is a program.
	if s.Token, err = s.NewToken(t.Context(), "paul's"); err != nil {
		t.Fatal(err)
	}
	s.Must(501, "GET", "/Me", nil)
}
