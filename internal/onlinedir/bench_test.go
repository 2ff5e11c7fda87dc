package onlinedir_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
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

const bulkURN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

// benchmark is a directory with a way to send it requests without a network.
func benchmark(b *testing.B) func(method, path string, body any) *httptest.ResponseRecorder {
	dir := b.TempDir()
	if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Contoso", Admin: "admin", Password: "correct horse", EnableSync: true, AnyDomain: true}); err != nil {
		b.Fatal(err)
	}
	d, err := onlinedir.Open(b.Context(), dir, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	token, err := d.NewToken(b.Context(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	handler := d.Handler()
	return func(method, path string, body any) *httptest.ResponseRecorder {
		b.StopTimer()
		text, err := json.Marshal(body)
		if err != nil {
			b.Fatal(err)
		}
		request := httptest.NewRequest(method, "/scim/v2"+path, bytes.NewReader(text))
		request.Header.Set("Content-Type", "application/scim+json")
		request.Header.Set("Authorization", "Bearer "+token.Reveal())
		answer := httptest.NewRecorder()
		b.StartTimer()
		handler.ServeHTTP(answer, request)
		if answer.Code >= 300 {
			b.Fatalf("%d %.500s", answer.Code, answer.Body)
		}
		return answer
	}
}

// createThousand makes users number first to first+999 in one bulk.
func createThousand(b *testing.B, send func(method, path string, body any) *httptest.ResponseRecorder, first int) *httptest.ResponseRecorder {
	operations := make([]map[string]any, 1000)
	for i := range operations {
		operations[i] = map[string]any{"method": "POST", "path": "/Users", "bulkId": fmt.Sprint(i), "data": userDocument(first + i)}
	}
	answer := send("POST", "/Bulk", map[string]any{"schemas": []string{bulkURN}, "Operations": operations})
	if bytes.Count(answer.Body.Bytes(), []byte(`"status":"201"`)) != 1000 {
		b.Fatalf("%.500s", answer.Body)
	}
	return answer
}

// BenchmarkBulkCreate makes users in bulks of a thousand, as a first pass does. One operation of the benchmark is one bulk.
func BenchmarkBulkCreate(b *testing.B) {
	send := benchmark(b)
	n := 0
	for b.Loop() {
		createThousand(b, send, n)
		n += 1000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "users/s")
}

// BenchmarkBulkUpdate changes a thousand users in one bulk, as a delta pass after a renamed department does.
func BenchmarkBulkUpdate(b *testing.B) {
	send := benchmark(b)
	var answer struct{ Operations []struct{ Location string } }
	if err := json.Unmarshal(createThousand(b, send, 0).Body.Bytes(), &answer); err != nil {
		b.Fatal(err)
	}
	operations := make([]map[string]any, len(answer.Operations))
	n := 0
	for b.Loop() {
		for i, op := range answer.Operations {
			operations[i] = map[string]any{
				"method": "PATCH", "path": op.Location[strings.LastIndex(op.Location, "/Users"):], "data": map[string]any{
					"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
						map[string]any{"op": "replace", "path": "title", "value": fmt.Sprint("Title ", n)},
						map[string]any{"op": "replace", "path": directory.Department.Path(), "value": fmt.Sprint("Department ", n)},
					},
				},
			}
		}
		if changed := send("POST", "/Bulk", map[string]any{"schemas": []string{bulkURN}, "Operations": operations}); bytes.Count(changed.Body.Bytes(), []byte(`"status":"200"`)) != 1000 {
			b.Fatalf("%.500s", changed.Body)
		}
		n++
	}
	b.ReportMetric(float64(1000*n)/b.Elapsed().Seconds(), "users/s")
}

// BenchmarkMemberPatch adds and removes one member of a group of many: the cost must be that of the change.
func BenchmarkMemberPatch(b *testing.B) {
	for _, thousands := range []int{1, 10} {
		b.Run(fmt.Sprint(thousands*1000, " members"), func(b *testing.B) {
			send := benchmark(b)
			refs := []any{}
			for n := range thousands {
				var answer struct{ Operations []struct{ Location string } }
				if err := json.Unmarshal(createThousand(b, send, n*1000).Body.Bytes(), &answer); err != nil {
					b.Fatal(err)
				}
				for _, op := range answer.Operations {
					refs = append(refs, map[string]any{"value": op.Location[strings.LastIndexByte(op.Location, '/')+1:]})
				}
			}
			group := send("POST", "/Groups?excludedAttributes=members", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": "Everyone", "members": refs})
			path := group.Header().Get("Location")
			path = path[strings.LastIndex(path, "/Groups"):]
			change := func(op string) map[string]any {
				operation := map[string]any{"op": op, "path": "members", "value": refs[:1]}
				return map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{operation}}
			}
			for b.Loop() {
				send("PATCH", path, change("remove"))
				send("PATCH", path, change("add"))
			}
		})
	}
}
