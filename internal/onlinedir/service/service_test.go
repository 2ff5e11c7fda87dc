package service_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/service"
)

func TestTokens(t *testing.T) {
	s := onlinedirtest.New(t)
	for _, header := range []string{"", "Basic eDp5", "Bearer", "Bearer syncd_wrong"} {
		answer := s.Must(401, "GET", "/Users", nil, "Authorization", header)
		if !strings.HasPrefix(answer.Header.Get("WWW-Authenticate"), "Bearer ") || !strings.Contains(answer.Detail(), "syncd directory token") {
			t.Error(header, answer)
		}
	}
	s.Must(200, "GET", "/Users", nil)
	if _, err := s.NewToken(t.Context(), "test"); err == nil || directory.ClassOf(err) != directory.Usage {
		t.Error("a second token of the same name:", err)
	}
	if err := s.RevokeToken(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if answer := s.Must(401, "GET", "/ServiceProviderConfig", nil); answer.Detail() != "the token is unknown or has been revoked; make a new one with `syncd directory token`" {
		t.Error(answer.Detail())
	}
	if err := s.RevokeToken(t.Context(), "test"); err == nil {
		t.Error("revoking a token that is not there succeeded")
	}
}

// TestSyncMustBeEnabled: every write is refused with the place where synchronisation is enabled, and changes nothing.
func TestSyncMustBeEnabled(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	if err := s.SetSyncEnabled(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"POST", "/Users", paul(object{"externalId": "2", "userName": "2", "emails": nil})},
		{"PUT", "/Users/" + id, paul(object{"title": "x"})},
		{"PATCH", "/Users/" + id, patch(object{"op": "add", "path": "title", "value": "x"})},
		{"DELETE", "/Users/" + id, nil},
		{"POST", "/Bulk", bulk(0, object{"method": "DELETE", "path": "/Users/" + id})},
	} {
		answer := s.Must(403, c.method, c.path, c.body)
		want := "directory synchronisation is not enabled for Contoso: its administrator enables it at " + s.URL + "/migration" +
			" (or gives `syncd directory init` the flag --enable-sync at set-up)"
		if answer.Detail() != want {
			t.Error(answer.Detail())
		}
	}
	if doc := s.Must(200, "GET", "/Users/"+id, nil); doc.Body["title"] != nil || doc.Header.Get("ETag") != `W/"1"` {
		t.Error(doc.Body)
	}
	if err := s.SetSyncEnabled(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	s.Must(204, "DELETE", "/Users/"+id, nil)
}

func text(doc object) string {
	b, _ := json.Marshal(doc) // maps of strings always marshal
	return string(b)
}

func TestBadRequests(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	user := `{"schemas":["` + directory.SchemaUser + `"],`
	for _, c := range []struct {
		method, path, body string
		status             int
		kind, detail       string
	}{
		{"POST", "/Users", ``, 400, scim.InvalidSyntax, "empty"},
		{"POST", "/Users", `{`, 400, scim.InvalidSyntax, "not JSON"},
		{"POST", "/Users", `[]`, 400, scim.InvalidSyntax, "must be a JSON object"},
		{"POST", "/Users", `null`, 400, scim.InvalidSyntax, "schemas must list"},
		{"POST", "/Users", `{} {}`, 400, scim.InvalidSyntax, "more than one"},
		{"POST", "/Users", strings.Repeat(`{"a":`, 5000), 400, scim.InvalidSyntax, "nests deeper"},
		{"POST", "/Users", `{"userName":"x"}`, 400, scim.InvalidSyntax, "schemas must list " + directory.SchemaUser},
		{"POST", "/Users", user + `"userName":" "}`, 400, scim.InvalidValue, "userName is required"},
		{"POST", "/Users", user + `"userName":5}`, 400, scim.InvalidValue, "userName must be a string"},
		{"POST", "/Users", user + `"userName":"x","USERNAME":"y"}`, 400, scim.InvalidSyntax, "twice"},
		{"POST", "/Users", user + `"userName":"x\ud800"}`, 400, scim.InvalidSyntax, `\ud800 is one half of a character`},
		{"POST", "/Users", user + `"userName":"x","shoeSize":"9"}`, 400, scim.InvalidSyntax, `no attribute "shoeSize"`},
		{"POST", "/Users", user + `"userName":"x","emails":"a@b"}`, 400, scim.InvalidValue, "multi-valued"},
		{"POST", "/Users", user + `"userName":"x","active":"perhaps"}`, 400, scim.InvalidValue, "true or false"},
		{"POST", "/Users", user + `"userName":"x","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, 400, scim.InvalidValue, "2 primary"},
		{"POST", "/Users", user + `"userName":"x","` + directory.SchemaEnterprise + `":{"manager":{"value":"nobody"}}}`, 400, scim.InvalidValue, `"nobody"`},
		{"POST", "/Users", `{"schemas":["` + directory.SchemaUser + `","urn:x"],"userName":"x"}`, 400, scim.InvalidValue, `"urn:x"`},
		{"PATCH", "/Users/" + id, `{"schemas":[],"Operations":[]}`, 400, scim.InvalidSyntax, scim.SchemaPatch},
		{"PATCH", "/Users/" + id, text(patch()), 400, scim.InvalidSyntax, "needs 1 to"},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "move", "path": "title"})), 400, scim.InvalidSyntax, `"move"`},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "remove"})), 400, scim.NoTarget, "needs a path"},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "add", "path": "shoeSize", "value": "9"})), 400, scim.InvalidPath, `no attribute "shoeSize"`},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "replace", "path": "id", "value": "9"})), 400, scim.Mutability, "decided by the directory"},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "remove", "path": "userName"})), 400, scim.Mutability, "userName is required"},
		{"PATCH", "/Users/" + id, text(patch(object{"op": "replace", "path": `ims[value co "x"].value`, "value": "y"})), 400, scim.NoTarget, "no element"},
		{"POST", "/Users/" + id, `{}`, 405, "", "GET, PUT, PATCH, DELETE"},
		{"DELETE", "/Users", ``, 405, "", "GET, POST"},
		{"GET", "/Users/" + id + "/x", ``, 404, "", "nothing at"},
		{"GET", "/Planets", ``, 404, "", "nothing at"},
		{"GET", "/Groups/" + id, ``, 404, "", "no group with the id"},
		{"GET", "/Me", ``, 501, "", "/Me is for people"},
		{"PATCH", "/Me", `{}`, 501, "", "--for USERNAME"},
		{"POST", "/.search", `{}`, 400, scim.InvalidSyntax, service.SchemaSearch},
		{"GET", "/.search", ``, 405, "", "POST"},
		{"POST", "", `{}`, 405, "", "GET"},
		{"PUT", "/Schemas", ``, 405, "", "takes GET"},
	} {
		answer := s.Must(c.status, c.method, c.path, c.body)
		if answer.Type() != c.kind || !strings.Contains(answer.Detail(), c.detail) || answer.Body["status"] != strconv.Itoa(c.status) {
			t.Errorf("%s %s %.80s: %v", c.method, c.path, c.body, answer.Body)
		}
	}
	s.Must(415, "POST", "/Users", `{}`, "Content-Type", "text/plain")
	s.Must(415, "POST", "/Users", `{}`, "Content-Type", "application/scim+json; charset=iso-8859-1")
	s.Must(400, "POST", "/Users", `{}`, "Content-Type", "application/scim+json; charset=UTF-8")
	s.Must(415, "POST", "/Users", `{}`, "Content-Encoding", "gzip")
	s.Must(413, "POST", "/Users", user+`"userName":"`+strings.Repeat("x", service.MaxPayload)+`"}`)
	if doc := s.Must(200, "GET", "/Users/"+id, nil); doc.Header.Get("ETag") != `W/"1"` {
		t.Error("a refused request left a trace:", doc.Body)
	}
}

func TestDiscovery(t *testing.T) {
	s := onlinedirtest.New(t)
	config := s.Must(200, "GET", "/ServiceProviderConfig", nil)
	if diff := cmp.Diff(object{"supported": true, "maxOperations": 1000.0, "maxPayloadSize": 8388608.0}, config.Body["bulk"]); diff != "" {
		t.Error(diff)
	}
	if config.Header.Get("Content-Type") != "application/scim+json" {
		t.Error(config.Header)
	}
	types := s.Must(200, "GET", "/ResourceTypes", nil)
	endpoints := []string{}
	for _, r := range types.Body["Resources"].([]any) {
		endpoints = append(endpoints, r.(object)["endpoint"].(string))
	}
	if !cmp.Equal(endpoints, []string{"/Users", "/Contacts", "/Groups"}) {
		t.Error(endpoints)
	}
	if contact := s.Must(200, "GET", "/ResourceTypes/Contact", nil); contact.Body["schema"] != directory.SchemaContact {
		t.Error(contact.Body)
	}
	if schemas := s.Must(200, "GET", "/Schemas", nil); schemas.Body["totalResults"] != 5.0 {
		t.Error(schemas.Body["totalResults"])
	}
	schema := s.Must(200, "GET", "/Schemas/"+directory.SchemaOnPremises, nil)
	if len(schema.Body["attributes"].([]any)) != 26 {
		t.Error(len(schema.Body["attributes"].([]any)))
	}
	s.Must(404, "GET", "/Schemas/urn:nothing", nil)
	s.Must(403, "GET", "/Schemas?filter=x", nil)
	s.Must(405, "POST", "/Schemas", `{}`)
}
