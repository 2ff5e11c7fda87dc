package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncd/internal/directory"
)

func configFault(mistakes []string) error {
	return &directory.Fault{Class: directory.Usage, Cause: strings.Join(mistakes, "\n  ")}
}

// loadErrors words the errors of the YAML reader: unknown and repeated keys, wrong types, broken syntax. Values are never
// repeated: one may be a secret in the wrong place. manual is the page that describes the file.
func loadErrors(path, manual string, err error) []string {
	if many, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		var lines []string
		for _, e := range many.Errors {
			lines = append(lines, loadError(path, manual, e))
		}
		return lines
	}
	if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		return []string{loadError(path, manual, one)}
	}
	return []string{path + ": " + err.Error()}
}

var (
	unknownKey = regexp.MustCompile(`^field (.+) not found in type`)
	wrongType  = regexp.MustCompile("^cannot construct !!(\\w+)(?: `.*`)? into (.+)$")
	typeNames  = strings.NewReplacer("[]string", "a list of texts", "map[string]string", "names with texts", "int", "a number",
		"float64", "a number", "bool", "true or false", "string", "a text", "seq", "a list", "map", "a section", "str", "a text", "float", "a number")
)

func loadError(path, manual string, e *yaml.LoadError) string {
	where := path
	if e.Mark.Line > 0 {
		where = fmt.Sprintf("%s:%d", path, e.Mark.Line)
	}
	if m := unknownKey.FindStringSubmatch(e.Message); m != nil {
		return where + ": there is no key " + m[1] + " here; " + manual + " lists the keys of each section"
	}
	if m := wrongType.FindStringSubmatch(e.Message); m != nil {
		want := typeNames.Replace(m[2])
		if strings.Contains(m[2], ".") {
			want = "a section with keys"
		}
		return where + ": this must be " + want + ", not " + typeNames.Replace(m[1])
	}
	if strings.Contains(e.Message, "no documents") {
		return path + ": the file is empty; " + manual + " has an example"
	}
	return where + ": " + e.Message + "; correct it there, or in the line before"
}

// fieldErrors puts file and line before the errors of validate.
func fieldErrors(path string, text []byte, err error) []string {
	var document yaml.Node
	// The text has been loaded before, so the only thing that can fail here is finding a line, and then none is named.
	_ = yaml.Load(text, &document)
	var lines []string
	for _, e := range flatten(err) {
		f, ok := errors.AsType[*directory.FieldError](e)
		if !ok {
			lines = append(lines, path+": "+e.Error())
			continue
		}
		where := path
		if line := lineOf(&document, strings.Split(f.Field, ".")); line > 0 {
			where = fmt.Sprintf("%s:%d", path, line)
		}
		lines = append(lines, where+": "+f.Error())
	}
	return lines
}

// whereIs is "file:line" of a key; "" where the file does not have it.
func whereIs(path string, text []byte, key string) string {
	var document yaml.Node
	if err := yaml.Load(text, &document); err != nil {
		return ""
	}
	names := strings.Split(key, ".")
	line := lineOf(&document, names)
	if line == 0 || line == lineOf(&document, names[:len(names)-1]) && len(names) > 1 {
		return ""
	}
	return fmt.Sprintf("%s:%d", path, line)
}

// lineOf finds the line of a key, or of the nearest key above it that the file has; 0 where there is none.
func lineOf(n *yaml.Node, path []string) int {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	line := 0
	for _, key := range path {
		name, _, _ := strings.Cut(key, "[")
		found := false
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				line, n, found = n.Content[i].Line, n.Content[i+1], true
				break
			}
		}
		if !found {
			break
		}
	}
	return line
}
