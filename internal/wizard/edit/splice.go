package edit

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// splice replaces a scalar, or a list in brackets.
func (d *document) splice(old *yaml.Node, value any, inBraces bool) error {
	start, err := d.offset(old)
	if err != nil {
		return err
	}
	rest := strings.Join(d.lines[old.Line-1:], "")
	var end int
	if old.Kind == yaml.SequenceNode {
		end, err = bracketsEnd(rest, start)
	} else {
		end, err = scalarEnd(rest, start, old.Style, inBraces)
	}
	if err != nil {
		return err
	}
	changed := rest[:start] + flow(value) + rest[end:]
	d.lines = append(d.lines[:old.Line-1:old.Line-1], strings.SplitAfter(changed, "\n")...)
	return nil
}

// replaceItems replaces the lines of a list with dashes.
func (d *document) replaceItems(key, old *yaml.Node, value any) error {
	first, last := old.Content[0], old.Content[len(old.Content)-1]
	for _, item := range old.Content {
		if item.Kind != yaml.ScalarNode || item.Line == key.Line {
			return errors.New("a list of more than single values")
		}
	}
	list, ok := value.([]string)
	head, tail := d.lines[:first.Line-1:first.Line-1], d.lines[last.Line:]
	if !ok || len(list) == 0 { // no dashes: the value goes behind the key
		d.lines = append(head, tail...)
		return d.after(key, " "+flow(value))
	}
	dash := strings.IndexByte(d.lines[first.Line-1], '-')
	if dash < 0 || strings.TrimSpace(d.lines[first.Line-1][:dash]) != "" {
		return errors.New("a list whose dashes stand elsewhere")
	}
	d.lines = append(append(head, items(list, dash)...), tail...)
	return nil
}

// scalarEnd is where a scalar ends that begins at start. In brackets a plain one ends at a comma too.
func scalarEnd(text string, start int, style yaml.Style, inBrackets bool) (int, error) {
	switch {
	case style&yaml.DoubleQuotedStyle != 0:
		for i := start + 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
		return 0, errors.New("a quote that does not end")
	case style&yaml.SingleQuotedStyle != 0:
		for i := start + 1; i < len(text); i++ {
			if text[i] != '\'' {
				continue
			}
			if i+1 < len(text) && text[i+1] == '\'' {
				i++
				continue
			}
			return i + 1, nil
		}
		return 0, errors.New("a quote that does not end")
	}
	return plainEnd(text, start, inBrackets), nil
}

func plainEnd(text string, start int, inBrackets bool) int {
	end := start
	for i := start; i < len(text) && text[i] != '\n' && text[i] != '\r'; i++ {
		if text[i] == '#' && i > start && (text[i-1] == ' ' || text[i-1] == '\t') {
			break
		}
		if text[i] == ':' && (i+1 == len(text) || strings.IndexByte(" \t\r\n", text[i+1]) >= 0) {
			break
		}
		if inBrackets && strings.IndexByte(",[]{}", text[i]) >= 0 {
			break
		}
		if text[i] != ' ' && text[i] != '\t' {
			end = i + 1
		}
	}
	return end
}

// bracketsEnd is where the list in brackets ends that begins at start. Quotes and comments in it may hold brackets.
func bracketsEnd(text string, start int) (int, error) {
	depth := 0
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		case c == '"' || c == '\'':
			style := yaml.DoubleQuotedStyle
			if c == '\'' {
				style = yaml.SingleQuotedStyle
			}
			end, err := scalarEnd(text, i, style, true)
			if err != nil {
				return 0, err
			}
			i = end - 1
		case c == '#' && (text[i-1] == ' ' || text[i-1] == '\n' || text[i-1] == '\t'):
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		}
	}
	return 0, errors.New("a bracket that does not close")
}

// block is a path of keys with its value as lines.
func block(path []string, value any, indent int) []string {
	pad := strings.Repeat(" ", indent)
	if len(path) > 1 {
		return append([]string{pad + path[0] + ":\n"}, block(path[1:], value, indent+2)...)
	}
	if list, ok := value.([]string); ok && len(list) > 0 {
		return append([]string{pad + path[0] + ":\n"}, items(list, indent+2)...)
	}
	return []string{pad + path[0] + ": " + flow(value) + "\n"}
}

func items(list []string, indent int) []string {
	lines := make([]string, 0, len(list))
	for _, s := range list {
		lines = append(lines, strings.Repeat(" ", indent)+"- "+scalar(s)+"\n")
	}
	return lines
}

// flow is a value in one line.
func flow(value any) string {
	switch v := value.(type) {
	case bool:
		return strconv.FormatBool(v)
	case []string:
		quotedItems := make([]string, 0, len(v))
		for _, s := range v {
			quotedItems = append(quotedItems, quoted(s))
		}
		return "[" + strings.Join(quotedItems, ", ") + "]"
	case string:
		return scalar(v)
	}
	return ""
}

// bare is what is certain to be a text without quotes.
var bare = regexp.MustCompile(`^(/|[A-Za-z]+://|[A-Za-z]+[.@=-])[A-Za-z0-9_./@:=,-]*[A-Za-z0-9_/]$`)

func scalar(s string) string {
	if bare.MatchString(s) && !strings.Contains(s, ": ") {
		return s
	}
	return quoted(s)
}

// quoted is a text in double quotes: what JSON writes, YAML reads.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil { // a string can always be encoded
		return `""`
	}
	return strings.TrimRight(b.String(), "\n")
}
