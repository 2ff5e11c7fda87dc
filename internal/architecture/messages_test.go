package architecture

import (
	"cmp"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A message is what an operator may read: a *directory.Fault or a *directory.FieldError of the source. What is only known when syncd runs is "…".
type message struct{ pkg, at, status, says, remedy string }

const dynamic = "…"

// exits are the exit statuses of the classes of faults; that of a class which the source does not name where the fault is made depends.
var exits = map[string]string{"": "1", "Failed": "1", "Usage": "2", "Held": "4", "Unreachable": "5", dynamic: dynamic}

// messagesOf collects the messages of the source, each once for its package, sorted.
func messagesOf(sources []source) []message {
	packages := map[string][]source{}
	for _, s := range sources {
		if !s.isTest && printed(s.pkg) {
			packages[s.pkg] = append(packages[s.pkg], s)
		}
	}
	var all []message
	for pkg, files := range packages {
		p := newProse(pkg, files)
		for _, s := range p.sites {
			all = append(all, p.expand(s)...)
		}
	}
	slices.SortFunc(all, func(a, b message) int {
		return cmp.Or(strings.Compare(a.pkg, b.pkg), strings.Compare(a.status, b.status), strings.Compare(a.says, b.says), strings.Compare(a.remedy, b.remedy))
	})
	return slices.CompactFunc(all, func(a, b message) bool {
		return a.pkg == b.pkg && a.status == b.status && a.says == b.says && a.remedy == b.remedy
	})
}

// printed reports whether operators see the messages of a package: those of the tests' servers and tools they do not.
func printed(pkg string) bool {
	for _, inside := range []string{"internal/adsim", "internal/simulation", "internal/bench", "internal/release", "internal/architecture"} {
		if within(pkg, inside) {
			return false
		}
	}
	return true
}

// prose is the texts of one package: its constants, its calls and the places that make messages.
type prose struct {
	pkg    string
	consts map[string]ast.Expr
	calls  map[string][]call
	sites  []site
}

// A scope is a function, and what its parameters are in one call of it.
type scope struct {
	name   string
	params map[string]int
	body   *ast.BlockStmt
	outer  *scope // around a function literal
	args   map[string]argument
}

type argument struct {
	expr ast.Expr
	in   *scope
}

type call struct {
	args []ast.Expr
	in   *scope
}

// A site makes a message.
type site struct {
	at                          string
	class, field, cause, remedy ast.Expr
	in                          *scope
}

func newProse(pkg string, files []source) *prose {
	p := &prose{pkg: pkg, consts: map[string]ast.Expr{}, calls: map[string][]call{}}
	for _, f := range files {
		for _, decl := range f.ast.Decls {
			switch d := decl.(type) {
			case *ast.GenDecl:
				p.constants(d)
			case *ast.FuncDecl:
				if d.Body != nil {
					p.function(f, &scope{name: d.Name.Name, params: paramsOf(d.Type), body: d.Body})
				}
			}
		}
	}
	return p
}

func (p *prose) constants(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.CONST && len(v.Values) == len(v.Names) {
			for i, name := range v.Names {
				p.consts[name.Name] = v.Values[i]
			}
		}
	}
}

func paramsOf(f *ast.FuncType) map[string]int {
	params, n := map[string]int{}, 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			params[name.Name] = n
			n++
		}
	}
	return params
}

// function notes the calls and the sites of a function, and of the function literals inside it under the names that they get.
func (p *prose) function(f source, s *scope) {
	named := map[*ast.FuncLit]string{}
	ast.Inspect(s.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, right := range n.Rhs {
				if lit, ok := right.(*ast.FuncLit); ok && i < len(n.Lhs) {
					named[lit] = nameOf(n.Lhs[i])
				}
			}
			p.assignment(f, n, s)
		case *ast.FuncLit:
			p.function(f, &scope{name: named[n], params: paramsOf(n.Type), body: n.Body, outer: s})
			return false
		case *ast.CallExpr:
			if name := nameOf(n.Fun); name != "" {
				p.calls[name] = append(p.calls[name], call{n.Args, s})
			}
		case *ast.CompositeLit:
			p.literal(f, n, s)
		case *ast.BlockStmt:
			p.assigned(f, n.List, s)
		case *ast.CaseClause:
			p.assigned(f, n.Body, s)
		}
		return true
	})
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literal notes directory.Fault{...} and directory.FieldError{...}.
func (p *prose) literal(f source, lit *ast.CompositeLit, s *scope) {
	name := nameOf(lit.Type)
	if name != "Fault" && name != "FieldError" {
		return
	}
	fields := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			fields[nameOf(kv.Key)] = kv.Value
		}
	}
	made := site{at: f.at(lit), class: fields["Class"], cause: fields["Cause"], remedy: fields["Remedy"], in: s}
	if name == "FieldError" {
		made.class, made.cause, made.field = ast.NewIdent("Usage"), fields["Problem"], fields["Field"]
		if made.field == nil && made.cause != nil { // the key is put before it where the expression is compiled
			made.field = ast.NewIdent(dynamic)
		}
	}
	if made.cause != nil {
		p.sites = append(p.sites, made)
	}
}

// assignment notes fault.Cause, fault.Remedy = a, b.
func (p *prose) assignment(f source, n *ast.AssignStmt, s *scope) {
	if len(n.Lhs) == 2 && len(n.Rhs) == 2 && isField(n.Lhs[0], "Cause") && isField(n.Lhs[1], "Remedy") {
		p.sites = append(p.sites, site{at: f.at(n), class: classIn(s.body), cause: n.Rhs[0], remedy: n.Rhs[1], in: s})
	}
}

// assigned notes fault.Cause = a; fault.Remedy = b.
func (p *prose) assigned(f source, list []ast.Stmt, s *scope) {
	for i := 0; i+1 < len(list); i++ {
		cause, ok := list[i].(*ast.AssignStmt)
		remedy, too := list[i+1].(*ast.AssignStmt)
		if !ok || !too || len(cause.Lhs) != 1 || len(remedy.Lhs) != 1 || !isField(cause.Lhs[0], "Cause") || !isField(remedy.Lhs[0], "Remedy") {
			continue
		}
		class := classIn(s.body)
		if i > 0 {
			if before, ok := list[i-1].(*ast.AssignStmt); ok && isField(before.Lhs[0], "Class") {
				class = before.Rhs[0]
			}
		}
		p.sites = append(p.sites, site{at: f.at(cause), class: class, cause: cause.Rhs[0], remedy: remedy.Rhs[0], in: s})
	}
}

func isField(e ast.Expr, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && s.Sel.Name == name
}

// classIn is the class of the fault that a function makes before it says what it is about.
func classIn(body *ast.BlockStmt) (class ast.Expr) {
	ast.Inspect(body, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == "Class" && class == nil {
			class = kv.Value
		}
		return true
	})
	return class
}

// expand makes the messages of a site: one for each call that decides about its texts.
func (p *prose) expand(s site) []message {
	var all []message
	for _, in := range p.bound(s.in, []ast.Expr{s.class, s.field, s.cause, s.remedy}, 0) {
		status, known := exits[p.className(s.class, in)]
		if !known {
			status = dynamic
		}
		causes, remedies := p.texts(s.cause, in, 0), p.texts(s.remedy, in, 0)
		for i, says := range causes {
			remedy := strings.Join(remedies, "; or: ")
			if len(causes) > 1 && len(causes) == len(remedies) {
				remedy = remedies[i]
			}
			if remedy = squeeze(remedy); remedy == dynamic {
				remedy = "as it says"
			}
			if letters := regexp.MustCompile(`\pL`); !letters.MatchString(says) && (remedy == "" || remedy == "as it says") {
				continue // it passes on what another one says
			}
			if s.field != nil {
				says = p.keyOf(s, in) + ": " + says
			}
			all = append(all, message{p.pkg, s.at, status, squeeze(says), remedy})
		}
	}
	return all
}

// keyOf is the key of the configuration file that a FieldError is about, with its section, as operators see it.
func (p *prose) keyOf(s site, in *scope) string {
	sections := map[string]string{
		"internal/ldapsource": "source.", "internal/cloudtarget": "target.", "internal/mapping": "mapping.", "internal/store": "state.",
		"internal/syncer": dynamic + ".", "internal/control": dynamic + ".",
	}
	field := strings.Join(p.texts(s.field, in, 0), " or ")
	if p.pkg == "cmd/syncd" && !strings.Contains(field, ".") {
		return "log." + field
	}
	return sections[p.pkg] + field
}

// squeeze joins what is dynamic, and makes one line of it.
func squeeze(text string) string {
	return regexp.MustCompile(`…( ?…)+`).ReplaceAllString(strings.Join(strings.Fields(text), " "), dynamic)
}

func (p *prose) className(e ast.Expr, in *scope) string {
	if id, ok := e.(*ast.Ident); ok {
		if a, ok := in.argument(id.Name); ok {
			return p.className(a.expr, a.in)
		}
	}
	if _, ok := e.(*ast.CallExpr); ok {
		return dynamic
	}
	return nameOf(e)
}

func (s *scope) argument(name string) (argument, bool) {
	for ; s != nil; s = s.outer {
		if a, ok := s.args[name]; ok {
			return a, true
		}
	}
	return argument{}, false
}
