package architecture

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
)

// bound lists a scope once for each call of it, if the expressions depend on its parameters.
func (p *prose) bound(s *scope, exprs []ast.Expr, depth int) []*scope {
	if depth > 3 || s.name == "" || !p.dependsOn(exprs, s) {
		return []*scope{s}
	}
	var all []*scope
	for _, c := range p.calls[s.name] {
		if len(c.args) != len(s.params) || c.in == s {
			continue
		}
		for _, caller := range p.bound(c.in, c.args, depth+1) {
			one := *s
			one.args = map[string]argument{}
			for name, i := range s.params {
				one.args[name] = argument{c.args[i], caller}
			}
			all = append(all, &one)
		}
	}
	if len(all) == 0 {
		return []*scope{s}
	}
	return all
}

// dependsOn reports whether texts are parameters, or sums of them. One inside of a sentence, as fmt.Sprintf puts it there, stays "…".
func (p *prose) dependsOn(exprs []ast.Expr, s *scope) bool {
	found := false
	for _, e := range exprs {
		if e == nil {
			continue
		}
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr, *ast.SelectorExpr:
				return false
			case *ast.Ident:
				_, is := s.params[n.Name]
				found = found || is
			}
			return true
		})
	}
	return found
}

// texts lists what an expression may say.
func (p *prose) texts(e ast.Expr, in *scope, depth int) []string {
	switch e := e.(type) {
	case nil:
		return []string{""}
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.ParenExpr:
		return p.texts(e.X, in, depth)
	case *ast.BinaryExpr:
		return cross(p.texts(e.X, in, depth+1), p.texts(e.Y, in, depth+1))
	case *ast.CallExpr:
		if nameOf(e.Fun) == "Sprintf" {
			return p.formatted(e, in, depth)
		}
	case *ast.Ident:
		if depth < 8 {
			return p.named(e.Name, in, depth)
		}
	}
	return []string{dynamic}
}

func cross(a, b []string) []string {
	var all []string
	for _, x := range a {
		for _, y := range b {
			all = append(all, x+y)
		}
	}
	return all
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*\d*(\.\d+)?[a-zA-Z%]`)

// formatted is what fmt.Sprintf makes of texts.
func (p *prose) formatted(e *ast.CallExpr, in *scope, depth int) []string {
	all, last, n := []string{""}, 0, 0
	format := p.texts(e.Args[0], in, depth+1)[0]
	for _, at := range verb.FindAllStringIndex(format, -1) {
		all = cross(all, []string{format[last:at[0]]})
		last = at[1]
		switch v := format[at[0]:at[1]]; {
		case v == "%%":
			all = cross(all, []string{"%"})
		default:
			if n++; n < len(e.Args) && p.consts[nameOf(e.Args[n])] != nil {
				all = cross(all, p.texts(e.Args[n], in, depth+1))
			} else {
				all = cross(all, []string{dynamic})
			}
		}
	}
	return cross(all, []string{format[last:]})
}

// named is what a name may stand for: an argument, a constant, or whatever is assigned to it.
func (p *prose) named(name string, in *scope, depth int) []string {
	if a, ok := in.argument(name); ok {
		return p.texts(a.expr, a.in, depth+1)
	}
	if e, ok := p.consts[name]; ok {
		return p.texts(e, in, depth+1)
	}
	var all []string
	for s := in; s != nil && len(all) == 0; s = s.outer {
		ast.Inspect(s.body, func(n ast.Node) bool {
			all = append(all, p.values(n, name, in, depth+2)...)
			return true
		})
	}
	if len(all) == 0 {
		return []string{dynamic}
	}
	return all
}

// values are what one statement may make of a name.
func (p *prose) values(n ast.Node, name string, in *scope, depth int) []string {
	var all []string
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if id, ok := left.(*ast.Ident); ok && id.Name == name && n.Tok != token.ADD_ASSIGN && len(n.Lhs) == len(n.Rhs) && !mentions(n.Rhs[i], name) {
				all = append(all, p.texts(n.Rhs[i], in, depth)...)
			}
		}
	case *ast.ValueSpec:
		for i, id := range n.Names {
			if id.Name == name && i < len(n.Values) {
				all = append(all, p.texts(n.Values[i], in, depth)...)
			}
		}
	}
	return slices.DeleteFunc(all, func(text string) bool { return text == "" })
}

func mentions(e ast.Expr, name string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return true
	})
	return found
}
