package scim

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Filter is a parsed filter (RFC 7644 §3.4.2.2): And, Or, Not, Comparison, Present or Element.
type Filter interface {
	// Matches evaluates the filter on a canonical document.
	Matches(Document) bool
}

// The forms of a filter.
type (
	And []Filter
	Or  []Filter
	Not struct{ Filter Filter }
	// Comparison compares the values of a path; one that fits is enough. Value is a string, a bool, a time.Time, or nil for null.
	Comparison struct {
		Path     Path
		Operator Operator
		Value    any
	}
	// Present is the operator pr.
	Present struct{ Path Path }
	// Element asks for one element of a multi-valued attribute that matches as a whole: emails[type eq "work" and value co "@x"].
	// Its inner paths are relative to the element.
	Element struct {
		Path  Path
		Inner Filter
	}
)

// Operator compares an attribute with a value.
type Operator string

// The operators.
const (
	Equal          Operator = "eq"
	NotEqual       Operator = "ne"
	Contains       Operator = "co"
	StartsWith     Operator = "sw"
	EndsWith       Operator = "ew"
	Greater        Operator = "gt"
	GreaterOrEqual Operator = "ge"
	Less           Operator = "lt"
	LessOrEqual    Operator = "le"
)

// orders reports whether an operator asks which of two values is the greater.
func (op Operator) orders() bool {
	return op == Greater || op == GreaterOrEqual || op == Less || op == LessOrEqual
}

func operator(word string) (Operator, bool) {
	switch op := Operator(strings.ToLower(word)); op {
	case Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual:
		return op, true
	}
	return "", false
}

// The bounds of a filter: what is beyond is refused as invalidFilter, for its form, so that a request
// cannot cost more than it looks; tooMany is for filters that find, or look at, too much (RFC 7644 §3.12, table 9).
const (
	maxFilterDepth = 24
	maxFilterTerms = 1000
)

var errTooLarge = errors.New("the filter has too many terms or levels")

// ParseFilter reads a filter for a resource type.
func (t *ResourceType) ParseFilter(s string) (Filter, error) { return parseFilter(s, t.resolve) }

func parseFilter(s string, resolve func(word string) (Path, error)) (Filter, error) {
	p := parser{lexer: lexer{text: s}, resolve: resolve}
	f, err := p.or()
	if err == nil {
		err = p.expect(endToken, "the end")
	}
	switch {
	case errors.Is(err, errTooLarge):
		return nil, Bad(InvalidFilter, "%s: at most %d terms, %d levels deep", err, maxFilterTerms, maxFilterDepth)
	case err != nil:
		return nil, Bad(InvalidFilter, "filter %s: %s", clip(s), err)
	}
	return f, nil
}

// parser is recursive descent over or, and, not, term. resolve gives names their meaning: at the top those of the resource type, in
// brackets those of the element.
type parser struct {
	lexer
	resolve func(word string) (Path, error)
	depth   int
	terms   int
}

func (p *parser) or() (Filter, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, errTooLarge
	}
	defer func() { p.depth-- }()
	return p.chain("or", p.and, func(f []Filter) Filter { return Or(f) })
}

func (p *parser) and() (Filter, error) {
	return p.chain("and", p.term, func(f []Filter) Filter { return And(f) })
}

// chain reads operands between one kind of word, flat: the depth of a filter is that of its brackets.
func (p *parser) chain(word string, operand func() (Filter, error), join func([]Filter) Filter) (Filter, error) {
	var all []Filter
	for {
		f, err := operand()
		if err != nil {
			return nil, err
		}
		all = append(all, f)
		if t := p.peek(); t.kind != wordToken || !strings.EqualFold(t.text, word) {
			break
		}
		p.next()
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return join(all), nil
}

func (p *parser) term() (Filter, error) {
	if p.terms++; p.terms > maxFilterTerms {
		return nil, errTooLarge
	}
	t := p.next()
	switch {
	case t.kind == openParen:
		f, err := p.or()
		if err != nil {
			return nil, err
		}
		return f, p.expect(closeParen, `")"`)
	case t.kind != wordToken:
		return nil, fmt.Errorf("expected an attribute, found %s", t)
	case strings.EqualFold(t.text, "not") && p.peek().kind == openParen:
		p.next()
		f, err := p.or()
		if err != nil {
			return nil, err
		}
		return Not{f}, p.expect(closeParen, `")"`)
	}
	path, err := p.resolve(t.text)
	if err != nil {
		return nil, err
	}
	if path.Attribute == nil {
		return nil, fmt.Errorf("%s is a schema, not an attribute", path)
	}
	if p.peek().kind == openBracket {
		p.next()
		return p.element(path)
	}
	return p.expression(path)
}

// element reads what follows "emails[" (or "name[": what is complex has at least one value): the inner filter, and the form emails[...].value eq "x", which is outside the grammar but sent
// by known clients.
func (p *parser) element(path Path) (Filter, error) {
	if path.Attribute.plain() && !path.Attribute.Multi || path.Sub != nil {
		return nil, fmt.Errorf("%s is neither complex nor multi-valued: brackets select values", path)
	}
	inner, err := p.elementFilter(path)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind == wordToken && strings.HasPrefix(t.text, ".") {
		p.next()
		sub, err := elementPath(path.Attribute, t.text[1:])
		if err != nil {
			return nil, err
		}
		f, err := p.expression(sub)
		if err != nil {
			return nil, err
		}
		inner = And{inner, f}
	}
	return Element{path, inner}, nil
}

// elementFilter reads up to the closing bracket, with names that mean the element's.
func (p *parser) elementFilter(path Path) (Filter, error) {
	outer := p.resolve
	defer func() { p.resolve = outer }()
	p.resolve = func(word string) (Path, error) { return elementPath(path.Attribute, word) }
	f, err := p.or()
	if err != nil {
		return nil, err
	}
	return f, p.expect(closeBracket, `"]"`)
}

// elementPath resolves a name inside brackets. A list of plain values has elements {"value": ...}.
func elementPath(a *Attribute, name string) (Path, error) {
	sub, err := subAttribute(a, name)
	if err != nil {
		return Path{}, err
	}
	if sub == nil {
		sub = &Attribute{Name: "value", Type: a.Type, CaseExact: a.CaseExact}
	}
	return Path{Attribute: sub}, nil
}

// expression reads the operator and the value after a path.
func (p *parser) expression(path Path) (Filter, error) {
	t := p.next()
	if t.kind == wordToken && strings.EqualFold(t.text, "pr") {
		return Present{path}, nil
	}
	if a := path.leaf(); a.Type == Complex && a.Lookup("value") != nil && path.Sub == nil {
		path.Sub = a.Lookup("value") // emails co "x" means emails.value (RFC 7644 §3.4.2.2)
	}
	op, ok := operator(t.text)
	if t.kind != wordToken || !ok {
		return nil, fmt.Errorf("expected an operator such as eq, found %s", t)
	}
	value, err := literal(path, op, p.next())
	if err != nil {
		return nil, err
	}
	return Comparison{path, op, value}, nil
}

// literal gives the value the type of the attribute, so that comparing needs no guesses.
func literal(path Path, op Operator, t token) (any, error) {
	leaf := path.leaf()
	ordered := op != Equal && op != NotEqual
	if t.kind == wordToken && strings.EqualFold(t.text, "null") && !ordered {
		return nil, nil
	}
	switch leaf.Type {
	case Complex:
		return nil, fmt.Errorf("%s is complex: name one of its sub-attributes", path)
	case Boolean:
		v, err := canonicalBoolean(path.String(), t.text)
		if err != nil || ordered {
			return nil, fmt.Errorf("%s is a boolean: compare it with eq or ne and true or false", path)
		}
		return v, nil
	}
	if leaf.Type == Binary && op.orders() {
		return nil, fmt.Errorf("%s is binary: it has no order, so compare it with another operator than gt, ge, lt or le", path)
	}
	if t.kind != stringToken {
		return nil, fmt.Errorf("%s is compared with a string in double quotes, found %s", path, t)
	}
	if leaf.Type == DateTime {
		moment, err := time.Parse(time.RFC3339, t.text)
		if err != nil || ordered && !op.orders() {
			return nil, fmt.Errorf("%s is compared by eq, ne, gt, ge, lt or le with a time such as 2026-01-31T12:00:00Z", path)
		}
		return moment, nil
	}
	return t.text, nil
}
