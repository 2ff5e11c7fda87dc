package main

import (
	"encoding"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/explain"
)

// TestTheJSONFormsAreStable: what programs read has the keys that testdata/json lists, and the manual names each of them. A change here is a
// change for every program that reads them.
func TestTheJSONFormsAreStable(t *testing.T) {
	var manual string
	for _, page := range []string{"commands.md", "operation.md"} {
		manual += readFile(t, filepath.Join("../../docs", page))
	}
	for name, form := range map[string]any{
		"now": directory.Pass{}, "status": control.Status{}, "status-refused": control.RefusedPage{}, "status-held": control.HeldPage{},
		"history": passList{}, "history-pass": directory.PassRecord{}, "why": explain.Explanation{}, "reject": control.Decided{},
	} {
		var lines []string
		keys(reflect.TypeOf(form), "", func(path, key, kind string) {
			lines = append(lines, path+key+" "+kind+"\n")
			if !strings.Contains(manual, "`"+key+"`") && !strings.Contains(manual, `"`+key+`"`) {
				t.Errorf("%s: the manual does not name %s%s", name, path, key)
			}
		})
		got, file := strings.Join(lines, ""), filepath.Join("testdata/json", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := readFile(t, file); got != want {
			t.Errorf("%s has other keys (go test ./cmd/syncd -run JSONForms -update writes them):\n%s", file, got)
		}
	}
}

// keys visits every key of the JSON form of a type.
func keys(of reflect.Type, path string, visit func(path, key, kind string)) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || isText(of) {
		return
	}
	for i := range of.NumField() {
		field := of.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous {
			keys(field.Type, path, visit)
			continue
		}
		visit(path, key, jsonKind(field.Type))
		keys(field.Type, path+key+".", visit)
	}
}

func jsonKind(of reflect.Type) string {
	switch {
	case of.Kind() == reflect.Pointer:
		return jsonKind(of.Elem()) + " or null"
	case isText(of):
		return "string"
	case of.Kind() == reflect.Slice:
		return "list of " + jsonKind(of.Elem())
	case of.Kind() == reflect.Struct, of.Kind() == reflect.Map:
		return "object"
	case of.Kind() == reflect.Bool, of.Kind() == reflect.String:
		return of.Kind().String()
	}
	return "number"
}

func isText(of reflect.Type) bool {
	return of.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
