package scim

import (
	"strings"
	"time"
)

// Matches is true when every part is.
func (f And) Matches(d Document) bool {
	for _, part := range f {
		if !part.Matches(d) {
			return false
		}
	}
	return true
}

// Matches is true when one part is.
func (f Or) Matches(d Document) bool {
	for _, part := range f {
		if part.Matches(d) {
			return true
		}
	}
	return false
}

// Matches is the opposite of the inner filter.
func (f Not) Matches(d Document) bool { return !f.Filter.Matches(d) }

// Matches is true when the path has a value that is not empty.
func (f Present) Matches(d Document) bool {
	found := false
	f.Path.each(d, func(v any) bool {
		found = v != ""
		return !found
	})
	return found
}

// Matches is true when one element matches as a whole.
func (f Element) Matches(d Document) bool {
	found := false
	f.Path.each(d, func(v any) bool {
		found = f.Inner.Matches(element(v))
		return !found
	})
	return found
}

// Matches compares. An absent attribute equals null and differs from every value; it is neither greater nor less than any.
func (f Comparison) Matches(d Document) bool {
	found, present := false, false
	f.Path.each(d, func(v any) bool {
		present = true
		found = f.compare(v)
		return !found
	})
	if f.Value == nil {
		return present == (f.Operator == NotEqual)
	}
	if !present {
		return f.Operator == NotEqual
	}
	return found
}

func (f Comparison) compare(value any) bool {
	switch want := f.Value.(type) {
	case bool:
		return (value == want) == (f.Operator == Equal)
	case time.Time:
		s, _ := value.(string)
		got, err := time.Parse(time.RFC3339, s)
		return err == nil && f.ordered(got.Compare(want))
	case string:
		got, ok := value.(string)
		if !ok {
			return false
		}
		if !f.Path.leaf().CaseExact {
			got, want = Fold(got), Fold(want)
		}
		switch f.Operator {
		case Contains:
			return strings.Contains(got, want)
		case StartsWith:
			return strings.HasPrefix(got, want)
		case EndsWith:
			return strings.HasSuffix(got, want)
		}
		return f.ordered(strings.Compare(got, want))
	}
	return false
}

func (f Comparison) ordered(c int) bool {
	switch f.Operator {
	case Equal:
		return c == 0
	case NotEqual:
		return c != 0
	case Greater:
		return c > 0
	case GreaterOrEqual:
		return c >= 0
	case Less:
		return c < 0
	case LessOrEqual:
		return c <= 0
	}
	return false
}

// Fold is how strings are compared that are not case-exact, here and in the storage's index columns.
func Fold(s string) string { return strings.ToLower(s) }

// each yields the values of the path until yield says stop.
func (p Path) each(d Document, yield func(any) bool) {
	holder := map[string]any(d)
	if p.Extension != nil {
		holder, _ = d[p.Extension.ID].(map[string]any)
	}
	value, there := holder[p.Attribute.Name]
	if !there {
		return
	}
	values := []any{value}
	if p.Attribute.Multi {
		values, _ = value.([]any)
	}
	for _, v := range values {
		if p.Sub != nil {
			object, _ := v.(map[string]any)
			if v, there = object[p.Sub.Name]; !there {
				continue
			}
		}
		if !yield(v) {
			return
		}
	}
}

// element makes one value of a list a document for an inner filter.
func element(v any) Document {
	if object, ok := v.(map[string]any); ok {
		return object
	}
	return Document{"value": v}
}
