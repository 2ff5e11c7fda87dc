package service_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/service"
)

func bulk(failOnErrors int, operations ...object) object {
	return object{"schemas": []string{service.SchemaBulkRequest}, "failOnErrors": failOnErrors, "Operations": operations}
}

func post(bulkID, path string, data object) object {
	return object{"method": "POST", "bulkId": bulkID, "path": path, "data": data}
}

// statuses is what a bulk came back with: status and detail of each operation.
func statuses(a onlinedirtest.Answer) []string {
	list := []string{}
	for _, op := range a.Body["Operations"].([]any) {
		result := op.(object)
		line := result["status"].(string)
		if refused, ok := result["response"].(object); ok {
			line += " " + refused["detail"].(string)
		}
		list = append(list, line)
	}
	return list
}

func TestBulkOneRefusalHarmsNobody(t *testing.T) {
	s := onlinedirtest.New(t)
	user := func(n int, mail string) object {
		return paul(object{
			"externalId": fmt.Sprint(n), "userName": fmt.Sprint(n), "displayName": fmt.Sprint("No ", n),
			"emails": []any{object{"type": "work", "value": mail}},
		})
	}
	answer := s.Must(200, "POST", "/Bulk", bulk(0,
		post("1", "/Users", user(1, "one@x")),
		post("2", "/Users", user(2, "one@x")),
		post("3", "/Users", user(3, "three@x")),
		object{"method": "PATCH", "path": "/Users/nobody", "data": patch(object{"op": "add", "path": "title", "value": "x"})},
		object{"method": "delete", "path": "/Users/bulkId:3"},
		object{"method": "PATCH", "path": "/Users/bulkId:1", "version": `W/"9"`, "data": patch(object{"op": "add", "path": "title", "value": "x"})},
		object{"method": "PATCH", "path": "/Users/bulkId:1", "data": patch(object{"op": "add", "path": "title", "value": "x"})},
		post("4", "/Planets", user(4, "x")),
		object{"method": "POST", "path": "/Users", "data": user(5, "x")},
		object{"method": "GET", "path": "/Users/1"},
	))
	got := statuses(answer)
	id := strings.TrimPrefix(answer.Body["Operations"].([]any)[0].(object)["location"].(string), s.URL+"/scim/v2/Users/")
	want := []string{
		"201", "409 address one@x is already used by No 1", "201", `404 there is no user with the id "nobody"`, "204",
		`412 user ` + id + ` has changed: its version is W/"1"`, "200", `400 there is no endpoint "/Planets"; see /ResourceTypes`,
		"400 a POST in a bulk needs a bulkId (RFC 7644 §3.7)", `400 method must be POST, PUT, PATCH or DELETE, not "GET"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	all := s.Must(200, "GET", "/Users", nil)
	if !cmp.Equal(names(all), []string{"1"}) {
		t.Error(names(all))
	}
}

func TestBulkFailOnErrors(t *testing.T) {
	s := onlinedirtest.New(t)
	bad := object{"method": "DELETE", "path": "/Users/nobody"}
	answer := s.Must(200, "POST", "/Bulk", bulk(2, bad, post("1", "/Users", paul(nil)), bad, post("2", "/Users", paul(nil)), bad))
	if got := len(statuses(answer)); got != 3 {
		t.Error(got, "operations were performed, want 3")
	}
	if got := names(s.Must(200, "GET", "/Users", nil)); len(got) != 1 {
		t.Error("what was done before must stay:", got)
	}
}

func TestBulkReferences(t *testing.T) {
	s := onlinedirtest.New(t)
	manager := func(ref string) object {
		return paul(object{directory.SchemaEnterprise: object{"manager": object{"value": "bulkId:" + ref}}})
	}
	boss := paul(object{"externalId": "boss", "userName": "boss", "displayName": "Boss", "emails": nil})
	answer := s.Must(200, "POST", "/Bulk", bulk(0,
		post("group", "/Groups", group("staff", "bulkId:paul", "bulkId:boss")),
		post("paul", "/Users", manager("boss")),
		post("boss", "/Users", boss),
		post("lost", "/Groups", group("lost", "bulkId:nothing")),
		post("a", "/Groups", group("a", "bulkId:b")),
		post("b", "/Groups", group("b", "bulkId:a")),
		post("late", "/Groups", group("late", "bulkId:lost")),
		post("self", "/Groups", group("self", "bulkId:self", "bulkId:paul")),
		post("c", "/Groups", group("c", "bulkId:d")),
		post("d", "/Groups", group("d", "bulkId:e", "bulkId:c")),
		post("e", "/Groups", object{"schemas": []string{directory.SchemaGroup}, "displayName": "", "members": []any{object{"value": "bulkId:c"}}}),
		post("f", "/Groups", object{"schemas": []string{directory.SchemaGroup}, "displayName": "", "members": []any{object{"value": "bulkId:g"}}}),
		post("g", "/Groups", group("g", "bulkId:f")),
		object{"method": "PATCH", "path": "/Groups/bulkId:group", "data": patch(object{"op": "remove", "path": "members", "value": []any{object{"value": "bulkId:boss"}}})},
	))
	want := []string{
		"201", "201", "201", `400 no POST of this bulk has the bulkId "nothing"`, "201", "201",
		`400 the resource with the bulkId "lost" was not made, so nothing can refer to it`, "201",
		`400 the resource with the bulkId "d" was not made, so nothing can refer to it`,
		`400 the resource with the bulkId "e" was not made, so nothing can refer to it`, `400 displayName is required and must not be empty`,
		`400 displayName is required and must not be empty`,
		`409 what it refers to in a circle could not be added, so it was taken back: the resource with the bulkId "f" was not made, so nothing can refer to it`, "200",
	}
	if diff := cmp.Diff(want, statuses(answer)); diff != "" {
		t.Error(diff)
	}
	found := s.Must(200, "GET", "/Users?filter="+escape(directory.SchemaEnterprise+`:manager.value pr`), nil)
	enterprise := found.Body["Resources"].([]any)[0].(object)[directory.SchemaEnterprise].(object)
	if enterprise["manager"].(object)["displayName"] != "Boss" {
		t.Error(enterprise)
	}
	members := map[string]int{}
	for _, g := range s.Must(200, "GET", "/Groups", nil).Body["Resources"].([]any) {
		members[g.(object)["displayName"].(string)] = len(memberIDs(onlinedirtest.Answer{Body: g.(object)}))
	}
	if diff := cmp.Diff(map[string]int{"staff": 1, "a": 1, "b": 1, "self": 2}, members); diff != "" {
		t.Error(diff)
	}
}

func TestBulkLimits(t *testing.T) {
	s := onlinedirtest.New(t)
	many := make([]object, service.MaxOperations+1)
	for i := range many {
		many[i] = object{"method": "DELETE", "path": "/Users/x"}
	}
	if answer := s.Must(413, "POST", "/Bulk", bulk(0, many...)); !strings.Contains(answer.Detail(), "1000 operations, this one has 1001") {
		t.Error(answer.Detail())
	}
	s.Must(400, "POST", "/Bulk", object{"schemas": []string{"x"}})
	s.Must(405, "GET", "/Bulk", nil)
}
