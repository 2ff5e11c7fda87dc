package dit

import (
	"slices"
	"strings"
)

// Operator is what a Filter asks.
type Operator uint8

// The operators of a search filter (RFC 4511 §4.5.1.7).
const (
	And Operator = iota
	Or
	Not
	Equal
	Substring
	AtLeast
	AtMost
	Present
	Approximate
	Extensible
)

// The matching rules that Active Directory adds (MS-ADTS 3.1.1.3.4.4).
const (
	RuleBitAnd = "1.2.840.113556.1.4.803"
	RuleBitOr  = "1.2.840.113556.1.4.804"
	RuleChain  = "1.2.840.113556.1.4.1941"
)

// Filter is a search filter as a client sent it.
type Filter struct {
	Operator  Operator
	Operands  []*Filter
	Attribute string
	Value     string
	Rule      string   // of Extensible
	Initial   string   // of Substring
	Any       []string // of Substring
	Final     string   // of Substring
}

// Without is the filter of a caller who may not read the attributes: what it says about them is neither true nor false.
func (f *Filter) Without(attributes []string) *Filter {
	g := *f
	if slices.ContainsFunc(attributes, func(name string) bool { return strings.EqualFold(name, f.Attribute) }) {
		g.Operator, g.Attribute = Extensible, ""
	}
	g.Operands = make([]*Filter, len(f.Operands))
	for i, o := range f.Operands {
		g.Operands[i] = o.Without(attributes)
	}
	return &g
}

// truth is the three-valued result of a filter: what the schema does not know is neither true nor false.
type truth uint8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

type predicate func(*Entry) truth

// Matcher is a filter made ready for one search. It is not safe for concurrent use.
type Matcher struct {
	test   predicate
	filter *Filter
}

// Match reports whether the filter is true of an entry. It needs the lock.
func (m *Matcher) Match(e *Entry) bool { return m.test(e) == yes }

// Compile makes a filter ready; names that it holds are resolved now. It needs the lock.
func (t *Tree) Compile(f *Filter) *Matcher { return &Matcher{t.compile(f), f} }

func (t *Tree) compile(f *Filter) predicate {
	switch f.Operator {
	case And, Or:
		return t.compileList(f)
	case Not:
		inner := t.compile(f.Operands[0])
		return func(e *Entry) truth { return yes - inner(e) }
	}
	if f.Operator == Extensible && f.Attribute == "" {
		return always(unknown)
	}
	base, _, _ := strings.Cut(f.Attribute, ";")
	a := t.Attribute(base)
	if a == nil || a.hidden {
		return always(unknown)
	}
	switch f.Operator {
	case Present:
		return t.present(a)
	case Equal, Approximate:
		return t.equality(a, f.Value)
	case AtLeast, AtMost:
		return t.order(a, f.Value, f.Operator == AtLeast)
	case Substring:
		return t.substring(a, f)
	}
	return t.extensible(a, f)
}

func always(v truth) predicate { return func(*Entry) truth { return v } }

// compileList makes a conjunction or a disjunction: the first operand that decides ends it.
func (t *Tree) compileList(f *Filter) predicate {
	list := make([]predicate, len(f.Operands))
	for i, o := range f.Operands {
		list[i] = t.compile(o)
	}
	if f.Operator == Or {
		return func(e *Entry) truth {
			best := no
			for _, p := range list {
				if best = max(best, p(e)); best == yes {
					break
				}
			}
			return best
		}
	}
	return func(e *Entry) truth {
		worst := yes
		for _, p := range list {
			if worst = min(worst, p(e)); worst == no {
				break
			}
		}
		return worst
	}
}

// present tests for any value at all.
func (t *Tree) present(a *AttributeType) predicate {
	if a.Name == "objectClass" {
		return always(yes)
	}
	if a.forward || a.links != nil {
		return func(e *Entry) truth {
			for range e.neighbours(a) {
				return yes
			}
			return no
		}
	}
	row := t.reader(a)
	return func(e *Entry) truth { return truthOf(row(e) != "") }
}

// reader returns the values of one attribute as a row; computed ones share a buffer, so a row lives until the next call.
func (t *Tree) reader(a *AttributeType) func(*Entry) Values {
	if a.get == nil {
		return func(e *Entry) Values { return e.get(a.id) }
	}
	var buffer []byte
	return func(e *Entry) Values {
		buffer = a.get(t, e, Plain, buffer[:0])
		return Values(buffer)
	}
}

// some makes a test that holds when it holds for one value.
func (t *Tree) some(a *AttributeType, test func(string) bool) predicate {
	row := t.reader(a)
	return func(e *Entry) truth {
		for rest := row(e); len(rest) > 0; {
			var v Values
			v, rest = cut(rest)
			if test(string(v)) {
				return yes
			}
		}
		return no
	}
}

// linkTo holds when a link, forward or back, names target.
func linkTo(a *AttributeType, target *Entry) predicate {
	if target == nil || target.state != live {
		return always(no)
	}
	if a.links != nil {
		return func(e *Entry) truth { return truthOf(e.state == live && target.linked(a.links.id, e)) }
	}
	return func(e *Entry) truth { return truthOf(e.state == live && e.linked(a.id, target)) }
}

// chain holds when a path of links leads to target (MS-ADTS 3.1.1.3.4.4.3). The entries are found once, from the far end.
func chain(a *AttributeType, target *Entry) predicate {
	opposite := a.back
	if a.links != nil {
		opposite = a.links
	}
	if target == nil || opposite == nil {
		return always(no)
	}
	found := map[*Entry]bool{}
	queue := []*Entry{target}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for e := range next.neighbours(opposite) {
			if !found[e] {
				found[e] = true
				queue = append(queue, e)
			}
		}
	}
	return func(e *Entry) truth { return truthOf(found[e]) }
}

func (t *Tree) substring(a *AttributeType, f *Filter) predicate {
	if a.syntax != text && a.syntax != octets && a.syntax != opaque {
		return always(unknown)
	}
	prepare := func(s string) string { return s }
	if a.syntax == text {
		prepare = fold
	}
	initial, final := prepare(f.Initial), prepare(f.Final)
	middle := slices.Clone(f.Any)
	for i := range middle {
		middle[i] = prepare(middle[i])
	}
	return t.some(a, func(v string) bool {
		v, ok := strings.CutPrefix(prepare(v), initial)
		for _, part := range middle {
			if !ok {
				return false
			}
			_, v, ok = strings.Cut(v, part)
		}
		return ok && strings.HasSuffix(v, final)
	})
}
