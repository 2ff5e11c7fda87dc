package service_test

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
)

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
