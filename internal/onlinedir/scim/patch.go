package scim

import (
	"encoding/json"
	"maps"
	"slices"
)

// Apply changes a canonical document (RFC 7644 §3.5.2). What was there already and what is absent already are successes that
// change nothing. On an error the document is to be thrown away.
func (op Operation) Apply(doc Document) error {
	holder := op.holder(doc)
	var err error
	switch {
	case !op.Path.Attribute.Multi:
		op.single(holder)
	case op.Path.Filter == nil && op.Path.Sub == nil:
		err = op.list(holder)
	default:
		err = op.elements(holder)
	}
	if op.Path.Extension != nil {
		if len(holder) == 0 {
			delete(doc, op.Path.Extension.ID)
		} else {
			doc[op.Path.Extension.ID] = holder
		}
	}
	return err
}

// holder is the object that has the attribute.
func (op Operation) holder(doc Document) map[string]any {
	if op.Path.Extension == nil {
		return doc
	}
	if object, ok := doc[op.Path.Extension.ID].(map[string]any); ok {
		return object
	}
	return make(map[string]any)
}

func (op Operation) single(holder map[string]any) {
	name := op.Path.Attribute.Name
	object, _ := holder[name].(map[string]any)
	switch {
	case op.Verb == Remove && op.Path.Sub == nil:
		delete(holder, name)
	case op.Verb == Remove:
		delete(object, op.Path.Sub.Name)
		if object != nil && len(object) == 0 {
			delete(holder, name)
		}
	case op.Path.Sub != nil:
		if object == nil {
			object = make(map[string]any, 1)
			holder[name] = object
		}
		object[op.Path.Sub.Name] = op.Value
	default:
		// Of a complex attribute only the sub-attributes that are sent change.
		if sent, ok := op.Value.(map[string]any); ok && object != nil {
			maps.Copy(object, sent)
			return
		}
		holder[name] = op.Value
	}
}

// list changes a multi-valued attribute as a whole.
func (op Operation) list(holder map[string]any) error {
	name := op.Path.Attribute.Name
	old, _ := holder[name].([]any)
	given, _ := op.Value.([]any)
	values := given
	switch {
	case op.Verb == Remove && op.Value == nil:
		values = nil
	case op.Verb == Remove:
		values = slices.DeleteFunc(old, func(v any) bool { return slices.ContainsFunc(given, func(g any) bool { return covers(g, v) }) })
	case op.Verb == Add:
		values = added(old, given)
	}
	put(holder, name, values)
	return op.checkGrowth(len(old), len(values))
}

// added are the old values and those of the given ones that are not among them. Its cost follows their number, and not its square: they may be
// many, and others wait.
func added(old, given []any) []any {
	known := spellings(old)
	for _, v := range given {
		if known[spelling(v)] {
			continue
		}
		old = append(old, v)
		known[spelling(v)] = true
		if isPrimary(v) { // one at the most, so that this happens once
			onlyPrimary(old, len(old)-1)
			known = spellings(old)
		}
	}
	return old
}

func spellings(values []any) map[string]bool {
	all := make(map[string]bool, len(values))
	for _, v := range values {
		all[spelling(v)] = true
	}
	return all
}

// spelling is the same text for equal canonical values: encoding/json sorts the names.
func spelling(v any) string {
	text, _ := json.Marshal(v) // strings, booleans, and lists and objects of them always have a form
	return string(text)
}

// elements changes those elements of a list that the path selects.
func (op Operation) elements(holder map[string]any) error {
	name := op.Path.Attribute.Name
	values, _ := holder[name].([]any)
	var kept []any
	matched, changed := false, -1
	for _, v := range values {
		if op.Path.Filter != nil && !op.Path.Filter.Matches(element(v)) {
			kept = append(kept, v)
			continue
		}
		matched = true
		if v = op.changed(v); v != nil {
			if kept = append(kept, v); isPrimary(v) {
				changed = len(kept) - 1
			}
		}
	}
	if !matched && op.Verb == Replace {
		return Bad(NoTarget, "no element of %s matches; add one (RFC 7644 §3.5.2.3)", op.Path)
	}
	if !matched && op.Verb == Add {
		v, ok := op.fresh()
		if !ok {
			return Bad(NoTarget, "no element of %s matches, and the path does not say how a new one would look", op.Path)
		}
		kept, changed = append(kept, v), len(kept)
	}
	if changed >= 0 {
		onlyPrimary(kept, changed)
	}
	put(holder, name, kept)
	return op.checkGrowth(len(values), len(kept))
}

// changed is the new form of a selected element, nil when it disappears.
func (op Operation) changed(v any) any {
	object, isObject := v.(map[string]any)
	switch {
	case op.Verb == Remove && op.Path.Sub == nil:
		return nil
	case op.Verb == Remove:
		delete(object, op.Path.Sub.Name)
		if hollow(object) {
			return nil
		}
		return object
	case op.Path.Sub != nil:
		object[op.Path.Sub.Name] = op.Value
		return object
	}
	if sent, ok := op.Value.(map[string]any); ok && isObject {
		maps.Copy(object, sent)
		return object
	}
	return op.Value
}

// hollow elements say what they would be for, but have no content: they go, or an emptied telephone number would stay for ever.
func hollow(object map[string]any) bool {
	for name := range object {
		if name != "type" && name != "primary" && name != "display" {
			return false
		}
	}
	return true
}

// fresh is the element that a filter of plain equalities describes, with the value that is added: known clients add to
// phoneNumbers[type eq "work"].value, about which RFC 7644 §3.5.2.1 says nothing.
func (op Operation) fresh() (any, bool) {
	object := make(map[string]any)
	if !op.Path.Attribute.plain() && op.Path.Filter != nil && describe(op.Path.Filter, object) {
		if op.Path.Sub != nil {
			object[op.Path.Sub.Name] = op.Value
			return object, true
		}
		if sent, ok := op.Value.(map[string]any); ok {
			maps.Copy(object, sent)
			return object, true
		}
	}
	return nil, false
}

func describe(f Filter, object map[string]any) bool {
	switch f := f.(type) {
	case Comparison:
		if f.Operator == Equal && f.Value != nil {
			object[f.Path.Attribute.Name] = f.Value
			return true
		}
	case And:
		for _, part := range f {
			if !describe(part, object) {
				return false
			}
		}
		return true
	}
	return false
}

// covers reports whether an element has everything that the given one names.
func covers(given, v any) bool {
	want, isObject := given.(map[string]any)
	have, _ := v.(map[string]any)
	if !isObject {
		return given == v
	}
	for name, value := range want {
		if have[name] != value {
			return false
		}
	}
	return true
}

// onlyPrimary takes the preference from all other elements when the one at i claims it (RFC 7644 §3.5.2).
func onlyPrimary(values []any, i int) {
	if !isPrimary(values[i]) {
		return
	}
	for j, v := range values {
		if object, ok := v.(map[string]any); ok && j != i {
			delete(object, "primary")
		}
	}
}

func put(holder map[string]any, name string, values []any) {
	if len(values) == 0 {
		delete(holder, name)
		return
	}
	holder[name] = values
}
