package service_test

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
)

// TestManyMembersAndTerms: what asks every member for many things counts as well, and what names nobody removes nobody.
func TestManyMembersAndTerms(t *testing.T) {
	s := onlinedirtest.New(t)
	members := make([]string, 50)
	for i := range members {
		members[i] = s.Must(201, "POST", "/Groups", group(fmt.Sprint("team ", i))).ID()
	}
	path := "/Groups/" + s.Must(201, "POST", "/Groups", group("staff", members...)).ID()
	for _, vain := range []any{[]any{object{}}, []any{object{"display": "team 1"}}, []any{object{"type": "Group"}}, object{}} {
		s.Must(400, "PATCH", path, patch(object{"op": "remove", "path": "members", "value": vain}))
	}
	s.Must(204, "PATCH", path, patch(object{"op": "remove", "path": "members", "value": []any{}}))
	if left := memberIDs(s.Must(200, "GET", path, nil)); len(left) != len(members) {
		t.Errorf("a removal of nobody left %d of %d", len(left), len(members))
	}
	remove := object{"op": "remove", "path": "members[" + strings.Repeat(`display co "zz" or `, 99) + `display co "zz"]`}
	s.Must(204, "PATCH", path, patch(remove))
	many := make([]object, 101)
	for i := range many {
		many[i] = remove
	}
	s.Must(413, "PATCH", path, patch(many...))
}

// TestManyValuesAndOperations: what would keep everybody else from writing for long is refused as too large, alone and in a bulk, and leaves
// nothing; in a bulk what came before stays.
func TestManyValuesAndOperations(t *testing.T) {
	s := onlinedirtest.New(t)
	values := make([]string, 5000)
	for i := range values {
		values[i] = fmt.Sprint("v", i)
	}
	path := "/Users/" + s.Must(201, "POST", "/Users", paul(object{"ims": values})).ID()
	one := object{"op": "replace", "path": `ims[value eq "v7"].type`, "value": "x"}
	s.Must(204, "PATCH", path, patch(one, one))
	many := make([]object, 101)
	for i := range many {
		many[i] = object{"op": "remove", "path": `ims[value eq "nothing"]`}
	}
	many[0] = object{"op": "add", "path": "title", "value": "Chef"}
	refused := s.Must(413, "PATCH", path, patch(many...))
	if !strings.Contains(refused.Detail(), "send fewer operations at a time") {
		t.Error(refused.Body)
	}
	s.Must(413, "PATCH", path, patch(object{"op": "remove", "path": "ims", "value": values}))
	if title := s.Must(200, "GET", path, nil).Body["title"]; title != nil {
		t.Error("a refused PATCH left", title)
	}
	changes := make([]object, 150)
	for i := range changes {
		changes[i] = object{"method": "PATCH", "path": path, "data": patch(object{"op": "replace", "path": "title", "value": fmt.Sprint(i)})}
	}
	answer := s.Must(200, "POST", "/Bulk", bulk(0, changes...))
	if got := statuses(answer); got[0] != "200" || !strings.HasPrefix(got[149], "413 ") {
		t.Error(got[0], got[149])
	}
}
