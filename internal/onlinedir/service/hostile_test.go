package service_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/service"
)

// hostile are requests that are wrong in every way that their senders thought of; {id} is a user.
func hostile() [][3]string {
	user, patched := `{"schemas":["`+directory.SchemaUser+`"],`, `{"schemas":["`+scim.SchemaPatch+`"],"Operations":`
	search, many := `{"schemas":["`+service.SchemaSearch+`"],`, `{"schemas":["`+service.SchemaBulkRequest+`"],"Operations":`
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	return [][3]string{
		{"POST", "/Users", "\x00\xff\xfe"},
		{"POST", "/Users", `{"schemas":"` + directory.SchemaUser + `","userName":"x"}`},
		{"POST", "/Users", `{"schemas":[5,null,{}],"userName":"x"}`},
		{"POST", "/Users", user + `"userName":null}`},
		{"POST", "/Users", user + `"userName":{"a":[]}}`},
		{"POST", "/Users", user + `"userName":"` + strings.Repeat("u", 100_000) + `"}`},
		{"POST", "/Users", user + `"userName":"x","name":[],"emails":{},"active":[]}`},
		{"POST", "/Users", user + `"userName":"x","emails":[null,[],{"value":{}}]}`},
		{"POST", "/Users", user + `"userName":"x","emails":` + deep + `}`},
		{"POST", "/Users", user + `"userName":"x","` + directory.SchemaEnterprise + `":[]}`},
		{"POST", "/Users", user + `"userName":"x","` + directory.SchemaEnterprise + `":{"manager":[1]}}`},
		{"POST", "/Users?attributes=" + strings.Repeat("a,", 3000), `{}`},
		{"PUT", "/Users/{id}", `[]`},
		{"PUT", "/Users/{id}", user + `"userName":""}`},
		{"PATCH", "/Users/{id}", patched + `5}`},
		{"PATCH", "/Users/{id}", patched + `[null]}`},
		{"PATCH", "/Users/{id}", patched + `[{"op":"add","path":{},"value":1}]}`},
		{"PATCH", "/Users/{id}", patched + `[{"op":"add","path":"emails[","value":1}]}`},
		{"PATCH", "/Users/{id}", patched + `[{"op":"add","path":"emails[type eq \"\ud800\"].value","value":"` + "\xff" + `"}]}`},
		{"PATCH", "/Users/{id}", patched + `[{"op":"add","path":"` + strings.Repeat("(", 50_000) + `"}]}`},
		{"PATCH", "/Users/{id}", patched + `[{"op":"replace","value":` + deep + `}]}`},
		{"PATCH", "/Groups/{id}", patched + `[{"op":"add","path":"members","value":[1,"x",{"value":[]}]}]}`},
		{"GET", "/Users/{id}/..%2f..%2fGroups", ""},
		{"GET", "/Users/%00", ""},
		{"GET", "/Users/" + strings.Repeat("x", 5000), ""},
		{"GET", "/Users?filter=" + escape(strings.Repeat("not (", 3000)+"title pr"+strings.Repeat(")", 3000)), ""},
		{"GET", "/Users?filter=%ff%00", ""},
		{"GET", "/Users?startIndex=99999999999999999999", ""},
		{"GET", "/Users?startIndex=9223372036854775807&count=9223372036854775807", ""},
		{"GET", "/Users?sortBy=" + escape(`userName; DROP TABLE resource`), ""},
		{"GET", "/Users?sortBy=%00", ""},
		{"POST", "/.search", search + `"attributes":5}`},
		{"POST", "/.search", search + `"sortBy":"emails","count":-9223372036854775808,"startIndex":-1}`},
		{"POST", "/Bulk", many + `null}`},
		{"POST", "/Bulk", many + `[null,5]}`},
		{"POST", "/Bulk", many + `[{"method":"POST","path":"/Users","bulkId":"1"}]}`},
		{"POST", "/Bulk", many + `[{"method":"POST","path":"/Users","bulkId":"1","data":"bulkId:1"}]}`},
		{"POST", "/Bulk", many + `[{"method":"POST","path":"/Groups","bulkId":"1","data":["value","bulkId:1"]}]}`},
		{"POST", "/Bulk", many + `[{"method":"PATCH","path":"/Users/bulkId:","data":{}},{"method":"\u0000","path":"//"}]}`},
		{"PATCH", "/Me", patched + `[]}`},
		{"TRACE", "/Users", ""},
		{"GET", "/Tenant/x", ""},
		{"DELETE", "/Bulk", ""},
	}
}

// TestHostileRequests: what is wrong gets an answer that says so, nothing of it stays, and the directory is none the worse.
func TestHostileRequests(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	before := s.Must(200, "GET", "/", nil)
	for _, r := range hostile() {
		status, body := ask(s, r[0], strings.ReplaceAll(r[1], "{id}", id), r[2])
		if status >= 500 && status != 501 || status >= 400 && !strings.Contains(body, scim.SchemaError) {
			t.Errorf("%s %.80s %.120s: %d %.300s", r[0], r[1], r[2], status, body)
		}
	}
	after := s.Must(200, "GET", "/", nil)
	if got, want := fmt.Sprint(after.Body["Resources"]), fmt.Sprint(before.Body["Resources"]); got != want {
		t.Errorf("something stayed:\n%s\n%s", got, want)
	}
}

// ask sends what no client would send, straight to the handler.
func ask(s *onlinedirtest.Server, method, path, body string) (status int, answer string) {
	request := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
	request.Method = method
	request.URL.Path, request.URL.RawQuery, _ = strings.Cut(service.Prefix+path, "?")
	request.Header.Set("Authorization", "Bearer "+s.Token.Reveal())
	request.Header.Set("Content-Type", "application/scim+json")
	recorder := httptest.NewRecorder()
	service.New(s.Tenant).ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}
