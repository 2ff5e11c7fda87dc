package dit

import (
	"strconv"
	"strings"
)

// equal compares two values of an attribute by its syntax.
func (a *AttributeType) equal(x, y string) bool {
	switch a.syntax {
	case text, class:
		return strings.EqualFold(x, y)
	case integer, instant, guid, binSID:
		if v, problem := a.canonical(y); problem == "" {
			return x == v
		}
		return false
	}
	return x == y
}

// normal brings the value of a filter into the form in which values are stored; not ok is a value that nothing can equal.
func (a *AttributeType) normal(v string) (string, bool) {
	switch a.syntax {
	case guid:
		g, ok := parseGUID(v)
		return string(g[:]), ok
	case binSID, integer, instant:
		c, problem := a.canonical(v)
		return c, problem == ""
	}
	return v, true
}

// equality tests one value. What identifies an entry is compared without building its values.
func (t *Tree) equality(a *AttributeType, value string) predicate {
	switch {
	case a.forward || a.links != nil:
		return linkTo(a, t.named(value))
	case a.Name == "objectClass":
		c := t.schema.classes[fold(value)]
		return func(e *Entry) truth { return truthOf(c != nil && e.class.isA(c)) }
	case a.Name == "objectCategory":
		return t.inCategory(value)
	case a.syntax == name:
		target := t.named(value)
		return t.pointsAt(a, target)
	case a.Name == "objectGUID":
		g, ok := parseGUID(value)
		return func(e *Entry) truth { return truthOf(ok && e.guid == g) }
	}
	value, ok := a.normal(value)
	if !ok {
		return always(no)
	}
	if a.syntax == text {
		return t.some(a, func(v string) bool { return strings.EqualFold(v, value) })
	}
	return t.some(a, func(v string) bool { return v == value })
}

// named resolves a name in a filter; nil when nothing has it.
func (t *Tree) named(dn string) *Entry {
	e, err := t.Resolve(dn)
	if err != nil {
		return nil
	}
	return e
}

// pointsAt compares computed names by the entry they name.
func (t *Tree) pointsAt(a *AttributeType, target *Entry) predicate {
	return func(e *Entry) truth {
		switch {
		case target == nil:
			return no
		case a.Name == "distinguishedName":
			return truthOf(e == target)
		case a.Name == "lastKnownParent":
			return truthOf(e.origin == target)
		}
		return no
	}
}

// inCategory takes the category's DN or the name of a class (MS-ADTS 3.1.1.3.1.3.5).
func (t *Tree) inCategory(value string) predicate {
	var category *Entry
	if c := t.schema.classes[fold(value)]; c != nil {
		category = t.categories[c]
	} else {
		category = t.named(value)
	}
	return func(e *Entry) truth {
		return truthOf(category != nil && e.state == live && t.categories[e.class] == category)
	}
}

// order tests >= and <=.
func (t *Tree) order(a *AttributeType, value string, atLeast bool) predicate {
	var compare func(string) int
	switch a.syntax {
	case integer:
		limit, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return always(unknown)
		}
		compare = func(v string) int { return compareNumbers(v, limit) }
	case text:
		limit := fold(value)
		compare = func(v string) int { return strings.Compare(fold(v), limit) }
	case instant:
		limit, ok := a.normal(value)
		if !ok {
			return always(unknown)
		}
		compare = func(v string) int { return strings.Compare(v, limit) }
	case octets, opaque, guid, binSID:
		compare = func(v string) int { return strings.Compare(v, value) }
	default:
		return always(unknown)
	}
	if atLeast {
		return t.some(a, func(v string) bool { return compare(v) >= 0 })
	}
	return t.some(a, func(v string) bool { return compare(v) <= 0 })
}

func compareNumbers(v string, limit int64) int {
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err != nil || n < limit:
		return -1
	case n > limit:
		return 1
	}
	return 0
}

func (t *Tree) extensible(a *AttributeType, f *Filter) predicate {
	switch f.Rule {
	case RuleBitAnd, RuleBitOr:
		mask, err := strconv.ParseInt(f.Value, 10, 64)
		if err != nil || a.syntax != integer {
			return always(unknown)
		}
		return t.some(a, func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 64)
			if f.Rule == RuleBitAnd {
				return err == nil && n&mask == mask
			}
			return err == nil && n&mask != 0
		})
	case RuleChain:
		return chain(a, t.named(f.Value))
	case "":
		return t.equality(a, f.Value)
	}
	return always(unknown)
}

// Compare tells whether the entry holds the value (RFC 4511 §4.10); not known is an attribute outside the schema. It needs the lock.
func (t *Tree) Compare(e *Entry, attribute, value string) (equal, known bool) {
	a := t.Attribute(attribute)
	if a == nil {
		return false, false
	}
	return t.compile(&Filter{Operator: Equal, Attribute: attribute, Value: value})(e) == yes, true
}
