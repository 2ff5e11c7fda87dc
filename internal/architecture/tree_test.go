package architecture

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A source is one parsed Go file.
type source struct {
	file    string // slash-separated, below the module's root
	pkg     string // its folder
	isTest  bool
	outside bool // of an external test package
	lines   int
	ast     *ast.File
	set     *token.FileSet
}

// parseTree reads every Go file below the root. Folders that the go tool ignores are left out.
func parseTree(tree fs.FS) ([]source, error) {
	var sources []source
	set := token.NewFileSet()
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "vendor" || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(base) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(set, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		sources = append(sources, source{
			file: name, pkg: path.Dir(name), ast: parsed, set: set, lines: bytes.Count(text, []byte("\n")),
			isTest:  strings.HasSuffix(base, "_test.go"),
			outside: strings.HasSuffix(parsed.Name.Name, "_test"),
		})
		return nil
	})
	return sources, err
}

// imported maps the local names of a file's imports to their paths.
func (s source) imported() map[string]string {
	names := make(map[string]string)
	for _, spec := range s.ast.Imports {
		target := importPath(spec)
		name := path.Base(target)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = target
	}
	return names
}

func importPath(spec *ast.ImportSpec) string {
	target, err := strconv.Unquote(spec.Path.Value)
	if err != nil { // the parser let it pass as a string literal
		return spec.Path.Value
	}
	return target
}

func (s source) at(n ast.Node) string {
	return s.file + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}
