package edit

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Change is one value to set. The section is made where the file has none.
type Change struct {
	Path  string // of keys, such as "source.bind.user"
	Value any    // a string, a bool, or a []string
}

// ErrByHand says that the file is written in a way in which a value cannot be replaced: somebody has to edit it.
var ErrByHand = errors.New("it has to be changed by hand")

// Set makes the changes in a YAML file, in their order. A value that the file has already is not touched. Where one of them cannot be made,
// the error names its path and line, wraps ErrByHand, and nothing of the text is to be used.
func Set(text []byte, changes ...Change) ([]byte, error) {
	for _, c := range changes {
		var err error
		if text, err = set(text, c); err != nil {
			return nil, err
		}
	}
	return text, nil
}

func set(text []byte, c Change) ([]byte, error) {
	want, err := values(text)
	if err != nil {
		return nil, err
	}
	path := strings.Split(c.Path, ".")
	if same(lookUp(want, path), c.Value) {
		return text, nil
	}
	changed, line, err := parse(text).replace(path, c.Value)
	if err == nil {
		err = prove(changed, want, path, c.Value)
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %s is written in a way that cannot be edited: %w (%w)", line, c.Path, ErrByHand, err)
	}
	return changed, nil
}

// values reads everything that a file says.
func values(text []byte) (map[string]any, error) {
	if len(strings.TrimSpace(string(text))) == 0 {
		return map[string]any{}, nil
	}
	var all any
	if err := yaml.Load(text, &all); err != nil {
		return nil, fmt.Errorf("the file is not YAML: %w", err)
	}
	switch m := all.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return m, nil
	}
	return nil, errors.New("the file is not a list of keys with values")
}

// lookUp is the value of a path, nil where there is none.
func lookUp(all map[string]any, path []string) any {
	var at any = all
	for _, key := range path {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[key]
	}
	return at
}

// prove reads the changed text and compares it with what it should say.
func prove(changed []byte, want map[string]any, path []string, value any) error {
	got, err := values(changed)
	if err != nil {
		return err
	}
	put(want, path, plain(value))
	if !reflect.DeepEqual(got, want) {
		return errors.New("the result would say something else")
	}
	return nil
}

func put(m map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		inner, ok := m[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[key] = inner
		}
		m = inner
	}
	m[path[len(path)-1]] = value
}

// plain is a value in the types that the YAML reader makes.
func plain(value any) any {
	list, ok := value.([]string)
	if !ok {
		return value
	}
	all := make([]any, 0, len(list))
	for _, s := range list {
		all = append(all, s)
	}
	return all
}

func same(have, want any) bool {
	list, isList := want.([]string)
	if !isList {
		return have == want
	}
	held, ok := have.([]any)
	return ok && slices.EqualFunc(held, list, func(a any, b string) bool { return a == b })
}

// Has reports whether a file has a value at a path, an empty one included.
func Has(text []byte, path string) bool {
	all, err := values(text)
	if err != nil {
		return false
	}
	keys := strings.Split(path, ".")
	section := any(all)
	if len(keys) > 1 {
		section = lookUp(all, keys[:len(keys)-1])
	}
	m, ok := section.(map[string]any)
	if !ok {
		return false
	}
	_, found := m[keys[len(keys)-1]]
	return found
}
