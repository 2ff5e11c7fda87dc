package mapping

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"

	"syncd/internal/directory"
)

// What one expression may cost. There are no loops but those over the values of an attribute or the parts of a text, and none inside
// another; no variables; and every text is bounded. So an expression ends, and soon.
const (
	maxNodes     = 400       // parts of an expression
	maxText      = 256 << 10 // bytes of a text that it makes
	memoryBudget = 100_000   // elements of the lists that it makes
)

// The attributes that some functions read without being told.
const (
	nameOfObject = "distinguishedName"
	nameOfPhoto  = "thumbnailPhoto"
)

// language is what expressions are written in: expr-lang, less what could run for ever or depends on more than the object, with
// functions of its own. It is used by one goroutine while rules are compiled, and only read after that.
type language struct {
	vocabulary vocabulary
	patterns   map[string]*regexp.Regexp // of the function replace
	functions  []function
}

func newLanguage() *language {
	l := &language{vocabulary: newVocabulary(), patterns: map[string]*regexp.Regexp{}}
	l.functions = l.ownFunctions()
	return l
}

// builtins are the functions of expr-lang that are kept.
func builtins() []string {
	return []string{
		"all", "any", "concat", "count", "filter", "find", "findLast", "hasPrefix", "hasSuffix", "indexOf", "int", "last", "len", "lower", "map",
		"none", "one", "sort", "string", "trim", "trimPrefix", "trimSuffix", "uniq", "upper",
	}
}

// names lists all functions.
func (l *language) names() []string {
	names := append(builtins(), "attr", "values")
	for _, f := range l.functions {
		if f.name != concatenation {
			names = append(names, f.name)
		}
	}
	slices.Sort(names)
	return names
}

func (l *language) options(env map[string]any, r *resolver) []expr.Option {
	options := []expr.Option{expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes), expr.Operator("+", concatenation)}
	for _, name := range builtins() {
		options = append(options, expr.EnableBuiltin(name))
	}
	for _, f := range l.functions {
		options = append(options, expr.Function(f.name, f.run, f.types...))
	}
	if env != nil {
		options = append(options, expr.Env(env), expr.Patch(callees(r.callees)), expr.Patch(r), expr.Patch(characters{r}))
	}
	return options
}

// compile compiles an expression that fills an attribute: first it is looked through for the names that it uses, then it is checked
// and compiled with exactly those.
func (l *language) compile(text string, to directory.Attribute) (*rule, error) {
	if strings.TrimSpace(text) == "" {
		return nil, &directory.FieldError{Problem: "is empty", Remedy: "write an expression; '\"\"' empties the attribute"}
	}
	config := conf.CreateNew()
	for _, option := range l.options(nil, nil) {
		option(config)
	}
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, misplaced(text, err)
	}
	r := newResolver(l, text, to)
	if err := r.look(&tree.Node); err != nil {
		return nil, err
	}
	typed := newResolver(l, text, to)
	program, err := expr.Compile(text, l.options(r.environment(), typed)...)
	if typed.mistake != nil {
		return nil, typed.mistake
	}
	if err != nil {
		return nil, misplaced(text, err)
	}
	p := &rule{program: program, to: to, reads: r.reads}
	return p, wrongResult(program.Node().Type(), to.Info().Shape)
}

// wrongResult refuses an expression that can never give what its attribute holds. What is known only when it runs is checked then.
func wrongResult(t reflect.Type, shape directory.Shape) error {
	remedy := "turn it into text with string(...)"
	switch t.Kind() {
	case reflect.Interface, reflect.String:
		return nil
	case reflect.Bool:
		if shape == directory.Boolean {
			return nil
		}
		remedy = `make a condition of it: ... ? "yes" : "no"`
	case reflect.Slice:
		if shape == directory.List {
			return nil
		}
		remedy = `turn it into text with join(..., ", ") or first(...)`
	}
	return &directory.FieldError{
		Problem: fmt.Sprintf("the expression gives %s, and the attribute holds %s", kindName(t.Kind()), shapeName(shape)), Remedy: remedy,
	}
}

func shapeName(s directory.Shape) string {
	switch s {
	case directory.Boolean:
		return "true or false"
	case directory.List:
		return "a list of texts"
	}
	return "text"
}

func typeName(v any) string {
	if v == nil {
		return "nothing"
	}
	return kindName(reflect.TypeOf(v).Kind())
}

func kindName(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map:
		return "a table"
	case reflect.Func:
		return "a function"
	}
	return "a number"
}
