//go:build unix

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// key is a row of docs/configuration.md: what the code says about one key of the configuration file.
type key struct{ name, kind, value, meaning string }

// TestConfigurationDocs holds the tables of docs/configuration.md to the code: its keys, types, defaults, and the comments of the fields. With
// -update it writes them. The example that is shipped has every key.
func TestConfigurationDocs(t *testing.T) {
	keys := configKeys(t, "", reflect.ValueOf(defaultConfig()))
	const file = "../../docs/configuration.md"
	page := readFile(t, file)
	for _, heading := range []string{"source", "target", "mapping", "schedule", "safety", "state, control, metrics, log"} {
		before, section, found := strings.Cut(page, "\n## "+heading+"\n\n")
		if !found {
			t.Fatalf("%s has lost its section %q", file, heading)
		}
		end := strings.Index(section+"\n", "\n\n")
		want := tableOf(keys, strings.Split(heading, ", "))
		if d := cmp.Diff(want, section[:end]); d != "" && !*update {
			t.Errorf("%s, %s: `make docs` writes it:\n%s", file, heading, d)
		}
		page = before + "\n## " + heading + "\n\n" + want + section[end:]
	}
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var example yaml.Node
	text := strings.ReplaceAll(readFile(t, "../../deploy/syncd.example.yaml"), "# domain:", "domain:")
	if err := yaml.Load([]byte(text), &example); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		path := strings.Split(k.name, ".")
		if parent := lineOf(&example, path[:len(path)-1]); lineOf(&example, path) == parent && k.name != "mapping.contact" && k.name != "mapping.group" {
			t.Errorf("deploy/syncd.example.yaml does not have %s", k.name)
		}
	}
}

// tableOf writes the rows of some sections. Where it is one, its name is not repeated.
func tableOf(keys []key, sections []string) string {
	var b strings.Builder
	b.WriteString("| key | type | default | meaning |\n|---|---|---|---|")
	for _, section := range sections {
		for _, k := range keys {
			name, ok := strings.CutPrefix(k.name, section+".")
			if !ok {
				continue
			}
			if len(sections) > 1 {
				name = k.name
			}
			fmt.Fprintf(&b, "\n| `%s` | %s | %s | %s |", name, k.kind, k.value, k.meaning)
		}
	}
	return strings.ReplaceAll(b.String(), "|  |", "| |")
}

// configKeys lists the keys below a section, with their defaults.
func configKeys(t *testing.T, prefix string, section reflect.Value) []key {
	t.Helper()
	comments := fieldComments(t, section.Type())
	var keys []key
	for i := range section.NumField() {
		field, value := section.Type().Field(i), section.Field(i)
		if !field.IsExported() { // no key of the file
			continue
		}
		name := prefix + field.Tag.Get("yaml")
		if value.Kind() == reflect.Struct {
			keys = append(keys, configKeys(t, name+".", value)...)
			continue
		}
		if comments[field.Name] == "" {
			t.Errorf("%s of %s has no comment for the manual", field.Name, section.Type())
		}
		keys = append(keys, key{name, kindName(t, value.Kind()), defaultText(value), comments[field.Name]})
	}
	return keys
}

func kindName(t *testing.T, kind reflect.Kind) string {
	t.Helper()
	names := map[reflect.Kind]string{
		reflect.String: "text", reflect.Int: "number", reflect.Float64: "number", reflect.Bool: "yes or no", reflect.Slice: "list", reflect.Map: "names with texts",
	}
	if names[kind] == "" {
		t.Errorf("there is no word for %s", kind)
	}
	return names[kind]
}

// defaultText is a default as the file would have it, empty where it is nothing.
func defaultText(value reflect.Value) string {
	switch {
	case value.Kind() == reflect.Slice && value.Len() > 0:
		return "`" + strings.ReplaceAll(fmt.Sprint(value.Interface()), " ", ", ") + "`"
	case value.Kind() == reflect.Bool || !value.IsZero() && value.Kind() != reflect.Map:
		return fmt.Sprintf("`%v`", value.Interface())
	}
	return ""
}

// manualLink is how a comment names a page of the manual.
var manualLink = regexp.MustCompile(`docs/([a-z-]+\.md)(#[a-z-]+)?`)

// fieldComments are the comments of a structure's fields, as the manual has them.
func fieldComments(t *testing.T, structure reflect.Type) map[string]string {
	t.Helper()
	dir := "."
	if inside, ok := strings.CutPrefix(structure.PkgPath(), "syncd/internal/"); ok {
		dir = "../../internal/" + inside
	}
	comments := map[string]string{}
	for _, file := range parseFolder(t, dir) {
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || spec.Name.Name != structure.Name() {
				return true
			}
			for _, field := range spec.Type.(*ast.StructType).Fields.List {
				text := strings.Join(strings.Fields(field.Doc.Text()), " ")
				text = manualLink.ReplaceAllString(text, "[$1]($1$2)")
				for _, name := range field.Names {
					comments[name.Name] = strings.ReplaceAll(text, "[configuration.md](configuration.md#", "[below](#")
				}
			}
			return false
		})
	}
	return comments
}

// parseFolder parses the source of a package, without its tests.
func parseFolder(t *testing.T, dir string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+e.Name(), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
