package scim

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// numbered is a JSON list of n texts.
func numbered(n int) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(`"v%d"`, i)
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// TestValuesHaveABound: of one attribute, in a document and after a PATCH. What has more already may lose some, and a group may have any number
// of members.
func TestValuesHaveABound(t *testing.T) {
	refused := func(what string, err error) {
		t.Helper()
		if bad, ok := AsError(err); !ok || bad.Type != InvalidValue || !strings.Contains(bad.Detail, "it may have 5000") {
			t.Error(what, err)
		}
	}
	user, list := userType(), `{"schemas":["`+directory.SchemaUser+`"],"userName":"u","ims":%s}`
	doc, err := user.Decode(fmt.Appendf(nil, list, numbered(maxValues)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = user.Decode(fmt.Appendf(nil, list, numbered(maxValues+1)))
	refused("a document", err)
	for _, op := range []string{
		`{"op":"add","path":"ims","value":"one more"}`, `{"op":"add","path":"ims[value eq \"one more\"].type","value":"x"}`,
		`{"op":"replace","path":"ims","value":` + numbered(maxValues+1) + `}`,
	} {
		refused(op, apply(user, parse(t, spelling(map[string]any(doc))), "["+op+"]"))
	}
	doc["ims"] = append(doc.List("", "ims"), map[string]any{"value": "too"}, map[string]any{"value": "many"})
	if err := apply(user, doc, `[{"op":"add","path":"ims","value":"v1"},{"op":"remove","path":"ims[value eq \"many\"]"}]`); err != nil || doc.Values() != maxValues+1 {
		t.Error(err, doc.Values())
	}
	group := NewCatalogue().ByKind(directory.Group)
	if err := apply(group, Document{}, `[{"op":"add","path":"members","value":`+numbered(maxValues+1)+`}]`); err != nil {
		t.Error(err)
	}
}

func TestCost(t *testing.T) {
	doc := parse(t, `{"title":"x","ims":[{"value":"a"},{"value":"b"},{"value":"c"}],"`+directory.SchemaOnPremises+`":{"proxyAddresses":["a","b"]}}`)
	if n := doc.Values(); n != 5 {
		t.Error(n)
	}
	for text, want := range map[string]int{
		`{"op":"replace","path":"title","value":"y"}`:                                        1,
		`{"op":"add","path":"ims","value":["d","e"]}`:                                        5,
		`{"op":"remove","path":"ims"}`:                                                       3,
		`{"op":"remove","path":"ims","value":["d","e"]}`:                                     6,
		`{"op":"remove","path":"` + directory.ProxyAddresses.Path() + `","value":["d","e"]}`: 4,
		`{"op":"remove","path":"ims[value eq \"a\" or not (type pr and value co \"b\")]"}`:   9,
	} {
		operations, err := userType().DecodePatch([]byte(`{"schemas":["` + SchemaPatch + `"],"Operations":[` + text + `]}`))
		if err != nil || len(operations) != 1 || operations[0].Cost(doc) != want {
			t.Error(text, err, operations)
		}
	}
}
