package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/vm"

	"syncd/internal/directory"
)

// Rules are the flows of every kind: the built-in ones, and in the place of some of them the configured expressions. They do not
// change any more and may be used by several goroutines.
type Rules struct {
	flows     [directory.Group + 1][]flow
	variables [directory.Group + 1][]variable // what the expressions of a kind read
}

// variable is an attribute of the source as expressions see it: its first value as text, or all of them as a list.
type variable struct {
	key  string // in the environment of an expression
	name string
	list bool
}

func builtIn() *Rules {
	r := &Rules{}
	for _, kind := range directory.Kinds() {
		r.flows[kind] = builtInFlows(kind)
	}
	return r
}

// Compile compiles the expressions of the sections user, contact and group. Each error is a *directory.FieldError whose Field is
// the section and the attribute ("user.department") and whose Problem shows the place inside the expression.
func Compile(c Config) (*Rules, error) {
	r, l := builtIn(), newLanguage()
	var errs []error
	for _, s := range c.rules() {
		for _, name := range slices.Sorted(maps.Keys(s.rules)) {
			to, err := settable(s, name)
			if err == nil {
				err = r.add(l, s.kind, to, s.rules[name])
			}
			if f, ok := errors.AsType[*directory.FieldError](err); ok {
				f.Field = s.name + "." + name
			}
			if err != nil {
				errs = append(errs, err)
			}
		}
	}
	return r, errors.Join(errs...)
}

// settable finds the attribute that a rule sets, if it may.
func settable(s section, name string) (directory.Attribute, error) {
	to, ok := AttributeNamed(name)
	t := traits[to]
	switch {
	case ok && !t.fixed && t.kinds.has(s.kind):
		return to, nil
	case ok && t.fixed:
		return 0, &directory.FieldError{Problem: "says what Active Directory holds, so no rule can set it", Remedy: "take the rule out, or set another attribute"}
	case ok:
		return 0, &directory.FieldError{Problem: "is no attribute of a " + s.kind.String(), Remedy: "docs/mapping.md lists the attributes of each kind"}
	case name == "active":
		return 0, &directory.FieldError{Problem: "is never mapped", Remedy: "accounts arrive disabled, and are blocked when they are disabled or expire in Active Directory"}
	case name == "externalId" || name == "manager" || name == "members":
		return 0, &directory.FieldError{Problem: "is never mapped: it says which object is meant", Remedy: "take the rule out; mapping.anchor chooses between objectGUID and ms-DS-ConsistencyGuid"}
	}
	remedy := "docs/mapping.md lists the attributes"
	if near := closest(name, settableNames(s.kind)); near != "" {
		remedy = "did you mean " + near + "? " + remedy
	}
	return 0, &directory.FieldError{Problem: "is no attribute of the online directory", Remedy: remedy}
}

func settableNames(kind directory.Kind) []string {
	return slices.DeleteFunc(Names(kind), func(name string) bool {
		a, _ := AttributeNamed(name)
		return traits[a].fixed
	})
}

// add compiles one rule and puts it in the place of the built-in flow, if there is one.
func (r *Rules) add(l *language, kind directory.Kind, to directory.Attribute, text string) error {
	p, err := l.compile(text, to)
	if err != nil {
		return err
	}
	flows := slices.DeleteFunc(r.flows[kind], func(f flow) bool { return f.to == to })
	var reads []string
	for _, v := range p.reads {
		reads = append(reads, v.name)
	}
	flows = append(flows, flow{to, source{reads, p.from}})
	sortFlows(flows)
	r.flows[kind] = flows
	for _, v := range p.reads {
		if !slices.Contains(r.variables[kind], v) {
			r.variables[kind] = append(r.variables[kind], v)
		}
	}
	return nil
}

// Fills reports whether some flow may give the attribute a value: what none does is not syncd's. nil rules are the built-in flows.
func (r *Rules) Fills(kind directory.Kind, a directory.Attribute) bool {
	if r == nil {
		r = builtIn()
	}
	return slices.ContainsFunc(r.flows[kind], func(f flow) bool { return f.to == a })
}

// Reads lists the LDAP attributes that the flow of an attribute takes its values from. nil rules are the built-in flows.
func (r *Rules) Reads(kind directory.Kind, a directory.Attribute) []string {
	if r == nil {
		r = builtIn()
	}
	for _, f := range r.flows[kind] {
		if f.to == a {
			return f.from.reads
		}
	}
	return nil
}

// Attributes lists the LDAP attributes that the flows and the scope read, each once, for the source to request. nil rules are the
// built-in flows.
func (r *Rules) Attributes() []string {
	if r == nil {
		r = builtIn()
	}
	names := []string{"isCriticalSystemObject", "mailNickname", "sAMAccountName"} // the scope, and userNames that are rewritten
	for _, kind := range directory.Kinds() {
		for _, f := range r.flows[kind] {
			names = append(names, f.from.reads...)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == nameOfObject })
	slices.Sort(names)
	return slices.Compact(names)
}

// rule is a compiled expression.
type rule struct {
	program *vm.Program
	to      directory.Attribute
	reads   []variable
}

// from is the rule's flow. An expression that fails (an index out of range, a number where text is due) is an error about this one
// object.
func (p *rule) from(s *subject) ([]string, error) {
	s.machine.MemoryBudget = memoryBudget
	out, err := s.machine.Run(p.program, s.environment())
	if err != nil {
		return nil, plainError(err)
	}
	return p.result(out)
}

// result turns what an expression gives into values.
func (p *rule) result(out any) ([]string, error) {
	shape := p.to.Info().Shape
	switch v := out.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case bool:
		if shape == directory.Boolean {
			return []string{boolean(v)}, nil
		}
	case []string:
		if shape == directory.List {
			return v, nil
		}
	case []any:
		if shape == directory.List {
			return texts(v)
		}
	}
	return nil, fmt.Errorf("it gives %s, not %s", typeName(out), shapeName(shape))
}

func texts(list []any) ([]string, error) {
	values := make([]string, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case nil:
		case string:
			values = append(values, v)
		default:
			return nil, fmt.Errorf("its list holds %s, not text", typeName(v))
		}
	}
	return values, nil
}

// environment holds the variables of every rule of the object's kind; it is made once for an object.
func (s *subject) environment() map[string]any {
	if s.values == nil {
		s.values = make(map[string]any, len(s.rules.variables[s.Kind]))
		for _, v := range s.rules.variables[s.Kind] {
			switch {
			case v.name == nameOfObject:
				s.values[v.key] = s.DN
			case v.list:
				list := slices.Clone(s.Attributes[v.name]) // nil where absent, which is a list without elements as well
				slices.Sort(list)
				s.values[v.key] = list
			case v.name == nameOfPhoto:
				s.values[v.key] = s.Attributes.First(v.name) // blanks belong to a picture
			default:
				s.values[v.key] = s.text(v.name)
			}
		}
	}
	return s.values
}
