package onlinedir_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// userDocument is a user as syncd sends it, with as many attributes as a real one has.
func userDocument(n int) map[string]any {
	name := fmt.Sprintf("person%07d", n)
	return map[string]any{
		"schemas":    []string{directory.SchemaUser, directory.SchemaEnterprise, directory.SchemaOnPremises},
		"externalId": fmt.Sprintf("anchor-%d", n), "userName": name + "@corp.example", "displayName": "Person " + name, "active": false,
		"name":                     map[string]any{"givenName": "Person", "familyName": name},
		"title":                    "Engineer",
		"emails":                   []any{map[string]any{"type": "work", "value": name + "@corp.example", "primary": true}},
		"phoneNumbers":             []any{map[string]any{"type": "work", "value": "+44 20 7946 0000"}, map[string]any{"type": "mobile", "value": "+44 7700 900000"}},
		"addresses":                []any{map[string]any{"type": "work", "streetAddress": "1 High Street", "locality": "London", "postalCode": "N1 1AA", "country": "GB"}},
		directory.SchemaEnterprise: map[string]any{"department": fmt.Sprintf("Department %d", n%40), "employeeNumber": fmt.Sprint(n)},
		directory.SchemaOnPremises: map[string]any{
			"proxyAddresses": []string{"SMTP:" + name + "@corp.example", "smtp:" + name + "@old.example"}, "mailNickname": name,
			"onPremisesSamAccountName": name, "onPremisesDistinguishedName": "CN=" + name + ",OU=Staff,DC=corp,DC=example", "onPremisesAccountEnabled": true,
		},
	}
}

// BenchmarkBulkCreate makes users in bulks of a thousand, as a first pass does. One operation of the benchmark is one bulk.
func BenchmarkBulkCreate(b *testing.B) {
	dir := b.TempDir()
	if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Contoso", Admin: "admin", Password: "secret", EnableSync: true}); err != nil {
		b.Fatal(err)
	}
	d, err := onlinedir.Open(b.Context(), dir, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	token, err := d.NewToken(b.Context(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	handler := d.Handler()
	n := 0
	for b.Loop() {
		b.StopTimer()
		operations := make([]map[string]any, 1000)
		for i := range operations {
			n++
			operations[i] = map[string]any{"method": "POST", "path": "/Users", "bulkId": fmt.Sprint(n), "data": userDocument(n)}
		}
		body, err := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": operations})
		if err != nil {
			b.Fatal(err)
		}
		request := httptest.NewRequest("POST", "/scim/v2/Bulk", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/scim+json")
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
		answer := httptest.NewRecorder()
		b.StartTimer()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK || bytes.Count(answer.Body.Bytes(), []byte(`"status":"201"`)) != 1000 {
			b.Fatalf("%d %.500s", answer.Code, answer.Body)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "users/s")
}
