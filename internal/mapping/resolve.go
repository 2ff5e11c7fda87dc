package mapping

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"syncd/internal/directory"
)

// resolver walks through an expression. It gathers the attributes that it reads, writes their names as the environment spells them,
// and finds what the language here does not allow.
type resolver struct {
	language *language
	text     string
	to       directory.Attribute // that the expression fills
	callees  map[ast.Node]bool   // names that are functions
	reads    []variable
	mistake  error // the first one
}

func newResolver(l *language, text string, to directory.Attribute) *resolver {
	return &resolver{language: l, text: text, to: to, callees: map[ast.Node]bool{}}
}

// look walks through a tree that nothing has been compiled from yet.
func (r *resolver) look(tree *ast.Node) error {
	if n := ast.Find(*tree, isStatement); n != nil {
		r.wrong(n, "variables and sequences are not part of the language here", "write one expression")
		return r.mistake
	}
	ast.Walk(tree, callees(r.callees))
	ast.Walk(tree, r)
	return r.mistake
}

// callees notes which names are called: expr-lang walks to a name before it comes to the call.
type callees map[ast.Node]bool

func (c callees) Visit(node *ast.Node) {
	if call, ok := (*node).(*ast.CallNode); ok {
		c[call.Callee] = true
	}
}

// Visit implements ast.Visitor.
func (r *resolver) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if !r.callees[n] {
			spelling, problem, remedy := r.language.vocabulary.known(n.Value)
			if r.wrong(n, problem, remedy); problem == "" {
				n.Value = r.read(spelling, false)
			}
		}
	case *ast.CallNode:
		r.call(node, n)
	case *ast.BinaryNode:
		if n.Operator == ".." {
			r.wrong(n, "ranges are not part of the language here", "list the values")
		}
		if _, constant := n.Right.(*ast.StringNode); n.Operator == "matches" && !constant {
			r.wrong(n, "the pattern behind matches must be written out", `write it like title matches "^Dr"`)
		}
	case *ast.PredicateNode:
		if ast.Find(n.Node, isPredicate) != nil {
			r.wrong(n, "a loop inside a loop is not part of the language here", "ask one question of the list")
		}
	}
}

func isStatement(n ast.Node) bool {
	switch n.(type) {
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		return true
	}
	return false
}

func isPredicate(n ast.Node) bool {
	_, is := n.(*ast.PredicateNode)
	return is
}

// call checks a call and puts in what the function reads by itself.
func (r *resolver) call(node *ast.Node, n *ast.CallNode) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		r.wrong(n, "only functions can be called", "they are "+strings.Join(r.language.names(), ", "))
		return
	}
	switch callee.Value {
	case "attr", "values":
		r.attribute(node, n, callee.Value == "values")
	case "replace":
		r.pattern(n)
	case "domain", "ou":
		n.Arguments = slices.Insert(n.Arguments, 0, ast.Node(&ast.IdentifierNode{Value: r.read(nameOfObject, false)}))
	case "photo":
		if r.to != directory.Photo {
			r.wrong(n, "photo makes a picture, and only the attribute photo holds one", "write a rule for photo")
		}
		limit, constant := argument[*ast.IntegerNode](n, 0)
		if !constant || len(n.Arguments) != 1 || limit.Value < 1 || limit.Value > maxPhoto {
			r.wrong(n, fmt.Sprintf("photo needs the most bytes that a picture may have, 1 to %d", maxPhoto), "write photo(65536)")
			return
		}
		n.Arguments = slices.Insert(n.Arguments, 0, ast.Node(&ast.IdentifierNode{Value: r.read(nameOfPhoto, false)}))
	default:
		r.unknown(callee)
	}
}

// attribute turns attr("x") and values("x") into the variable that they stand for.
func (r *resolver) attribute(node *ast.Node, n *ast.CallNode, list bool) {
	name, constant := argument[*ast.StringNode](n, 0)
	if !constant || len(n.Arguments) != 1 {
		r.wrong(n, "attr and values need the name of one attribute, written out", `write attr("ms-DS-cloudExtensionAttribute1")`)
		return
	}
	spelling, problem, remedy := r.language.vocabulary.asked(name.Value)
	if r.wrong(n, problem, remedy); problem == "" {
		ast.Patch(node, &ast.IdentifierNode{Value: r.read(spelling, list)})
	}
}

// pattern compiles the pattern of replace.
func (r *resolver) pattern(n *ast.CallNode) {
	pattern, constant := argument[*ast.StringNode](n, 1)
	if !constant || len(n.Arguments) != 3 {
		r.wrong(n, "replace needs a text, a pattern that is written out, and what comes in its place", `write replace(title, "\\s+", " ")`)
		return
	}
	if _, known := r.language.patterns[pattern.Value]; known {
		return
	}
	compiled, err := regexp.Compile(pattern.Value)
	if err != nil {
		r.wrong(n, err.Error(), "write it in the syntax of https://github.com/google/re2/wiki/Syntax")
		return
	}
	r.language.patterns[pattern.Value] = compiled
}

func (r *resolver) unknown(callee *ast.IdentifierNode) {
	names := r.language.names()
	if slices.Contains(names, callee.Value) {
		return
	}
	remedy := "the functions are " + strings.Join(names, ", ")
	if near := closest(callee.Value, names); near != "" {
		remedy = "did you mean " + near + "? Else " + remedy
	}
	r.wrong(callee, "there is no function "+callee.Value, remedy)
}

// characters finds where an expression takes a text apart by bytes: letters that have several would break. It looks when the types of
// everything are known.
type characters struct{ *resolver }

func (c characters) Visit(node *ast.Node) {
	const problem, remedy = "a text has no numbered parts here", "write substring(title, 0, 2) for its first two characters"
	switch n := (*node).(type) {
	case *ast.SliceNode:
		if n.Node.Type().Kind() == reflect.String {
			c.wrong(n, problem, remedy)
		}
	case *ast.MemberNode:
		if _, field := n.Property.(*ast.StringNode); !field && n.Node.Type().Kind() == reflect.String {
			c.wrong(n, problem, remedy)
		}
	}
}

func argument[T ast.Node](n *ast.CallNode, i int) (node T, ok bool) {
	if i < len(n.Arguments) {
		node, ok = n.Arguments[i].(T)
	}
	return node, ok
}

// read enters an attribute among those that the expression reads and returns its name in the environment. Blanks cannot
// be in the name of an attribute, so no attribute has the name of a list.
func (r *resolver) read(name string, list bool) string {
	v := variable{key: name, name: name, list: list}
	if list {
		v.key = name + " list"
	}
	if !slices.Contains(r.reads, v) {
		r.reads = append(r.reads, v)
	}
	return v.key
}

// environment is what the compiler learns the types of the variables from.
func (r *resolver) environment() map[string]any {
	env := make(map[string]any, len(r.reads))
	for _, v := range r.reads {
		env[v.key] = ""
		if v.list {
			env[v.key] = []string{}
		}
	}
	return env
}
