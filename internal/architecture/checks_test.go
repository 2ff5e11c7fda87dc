package architecture

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

// check returns one sentence for each broken rule, in the order of the files.
func check(sources []source) []string {
	var broken []string
	for _, s := range sources {
		broken = append(broken, importsOf(s)...)
		broken = append(broken, declarationsOf(s)...)
		broken = append(broken, shapeOf(s)...)
	}
	return append(broken, withoutComment(sources)...)
}

func importsOf(s source) []string {
	if s.pkg == "cmd/syncd" || s.outside {
		return nil
	}
	w, known := wallOf(s.pkg)
	if !known {
		return []string{s.file + ": the package " + s.pkg + " is not in the table of packages: enter it in rules_test.go, with what it may import and why no more"}
	}
	var broken []string
	for _, spec := range s.ast.Imports {
		target := importPath(spec)
		ours, isOurs := strings.CutPrefix(target, module+"/")
		switch {
		case !isOurs && slices.Contains(w.never, target) && !s.isTest:
		case isOurs && !mayImport(w, ours, s.isTest):
		default:
			continue
		}
		broken = append(broken, fmt.Sprintf("%s: %s may not import %s: %s", s.at(spec), s.pkg, target, w.reason))
	}
	return broken
}

func mayImport(w wall, target string, test bool) bool {
	allowed := append([]string{w.path}, w.may...)
	if test {
		allowed = append(allowed, simulators()...)
	}
	return slices.ContainsFunc(allowed, func(parent string) bool { return within(target, parent) })
}

// declarationsOf looks for init functions and for calls that only main may make.
func declarationsOf(s source) []string {
	var broken []string
	names := s.imported()
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				broken = append(broken, s.at(n)+": an init function runs before main can decide anything: call it by name")
			}
		case *ast.SelectorExpr:
			receiver, ok := n.X.(*ast.Ident)
			if ok && !s.isTest {
				broken = append(broken, callOf(s, n, names[receiver.Name])...)
			}
		}
		return true
	})
	return broken
}

func callOf(s source, n *ast.SelectorExpr, pkg string) []string {
	for _, f := range forbiddenCalls() {
		prefix, isPrefix := strings.CutSuffix(f.name, "*")
		named := n.Sel.Name == f.name || isPrefix && strings.HasPrefix(n.Sel.Name, prefix)
		if pkg == f.pkg && named && (f.allowed == "" || !within(s.file, f.allowed)) {
			return []string{fmt.Sprintf("%s: %s.%s: %s", s.at(n), path.Base(pkg), n.Sel.Name, f.reason)}
		}
	}
	return nil
}

func shapeOf(s source) []string {
	var broken []string
	if s.lines > longestFile {
		broken = append(broken, fmt.Sprintf("%s: %d lines are more than a reader keeps in mind: find the second concern and give it a file (the limit is %d)", s.file, s.lines, longestFile))
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.file), ".go"), "_test")
	if slices.Contains(vague(), name) {
		broken = append(broken, s.file+": the name says nothing about what is inside: call the file by its concern")
	}
	return broken
}

// withoutComment names the packages that nobody introduces. Folders of tests alone need no introduction.
func withoutComment(sources []source) []string {
	introduced := make(map[string]bool)
	for _, s := range sources {
		if s.isTest {
			continue
		}
		opening := "Package " + s.ast.Name.Name + " "
		if s.ast.Name.Name == "main" {
			opening = ""
		}
		text := s.ast.Doc.Text()
		introduced[s.pkg] = introduced[s.pkg] || text != "" && strings.HasPrefix(text, opening)
	}
	var broken []string
	for pkg, ok := range introduced {
		if !ok {
			broken = append(broken, pkg+`: no package comment: say in doc.go what it is for, what it promises and where it hurts, beginning with "Package `+path.Base(pkg)+` "`)
		}
	}
	slices.Sort(broken)
	return broken
}
