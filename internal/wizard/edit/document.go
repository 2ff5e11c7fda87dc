package edit

import (
	"errors"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// document is a YAML file as nodes and as lines, which keep their ends.
type document struct {
	lines []string
	root  *yaml.Node // its mapping; nil in a file that says nothing
}

func parse(text []byte) *document {
	d := &document{lines: strings.SplitAfter(string(text), "\n")}
	if last := len(d.lines) - 1; d.lines[last] == "" {
		d.lines = d.lines[:last]
	} else {
		d.lines[last] += "\n"
	}
	var n yaml.Node
	if err := yaml.Load(text, &n); err == nil && n.Kind == yaml.DocumentNode && len(n.Content) == 1 && n.Content[0].Kind == yaml.MappingNode {
		d.root = n.Content[0]
	}
	return d
}

func (d *document) text() []byte { return []byte(strings.Join(d.lines, "")) }

// find follows a path as far as the file has it. key and value are the last pair that it found, inBraces says that it stands in {...}, and rest
// is what is missing below.
func (d *document) find(path []string) (key, value *yaml.Node, inBraces bool, rest []string) {
	at := d.root
	for i, name := range path {
		k, v := pair(at, name)
		if k == nil {
			return key, value, inBraces, path[i:]
		}
		inBraces = inBraces || at.Style&yaml.FlowStyle != 0
		key, value, at = k, v, v
	}
	return key, value, inBraces, nil
}

func pair(m *yaml.Node, name string) (key, value *yaml.Node) {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}

// replace returns the text with another value, and the line (from 1) where it is.
func (d *document) replace(path []string, value any) (text []byte, line int, err error) {
	key, old, inBraces, rest := d.find(path)
	if key == nil { // not even its section
		d.lines = append(d.lines, block(path, value, 0)...)
		return d.text(), len(d.lines), nil
	}
	line = key.Line
	if old.Kind == yaml.AliasNode || old.Anchor != "" {
		return nil, line, errors.New("YAML anchor")
	}
	if len(rest) > 0 {
		err = d.insert(key, old, rest, value)
		return d.text(), line, err
	}
	switch {
	case isNothing(old):
		err = d.after(key, " "+flow(value))
	case old.Kind == yaml.ScalarNode && old.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0:
		err = d.splice(old, value, inBraces)
	case old.Kind == yaml.SequenceNode && old.Style&yaml.FlowStyle != 0:
		err = d.splice(old, value, inBraces)
	case old.Kind == yaml.SequenceNode:
		err = d.replaceItems(key, old, value)
	default:
		err = errors.New("neither a value in one line nor a list")
	}
	return d.text(), line, err
}

// insert adds what is missing below a key that exists.
func (d *document) insert(key, section *yaml.Node, rest []string, value any) error {
	switch {
	case isNothing(section): // "key:" and no more
	case section.Kind != yaml.MappingNode:
		return errors.New("not a section")
	case section.Style&yaml.FlowStyle != 0:
		return d.insertFlow(section, rest, value)
	}
	indent := key.Column - 1 + 2
	if section.Kind == yaml.MappingNode && len(section.Content) > 0 {
		indent = section.Content[0].Column - 1
	}
	added := block(rest, value, indent)
	at := key.Line // the number of the key's line is the index of the next one
	d.lines = append(d.lines[:at:at], append(added, d.lines[at:]...)...)
	return nil
}

// insertFlow adds a pair in front of those of {...}.
func (d *document) insertFlow(section *yaml.Node, rest []string, value any) error {
	if len(rest) != 1 {
		return errors.New("a section in braces")
	}
	start, err := d.offset(section)
	if err != nil {
		return err
	}
	line := d.lines[section.Line-1]
	added := rest[0] + ": " + flow(value)
	if len(section.Content) > 0 {
		added += ", "
	}
	d.lines[section.Line-1] = line[:start+1] + added + line[start+1:]
	return nil
}

// after puts text behind "key:".
func (d *document) after(key *yaml.Node, added string) error {
	start, err := d.offset(key)
	if err != nil {
		return err
	}
	line := d.lines[key.Line-1]
	end, err := scalarEnd(line, start, key.Style, false)
	if err != nil {
		return err
	}
	colon := strings.IndexByte(line[end:], ':')
	if colon < 0 {
		colon = strings.IndexByte(line[start:], ':')
		end = start
	}
	if colon < 0 {
		return errors.New("its colon stands elsewhere")
	}
	at := end + colon + 1
	d.lines[key.Line-1] = line[:at] + added + line[at:]
	return nil
}

// offset is where a node begins in its line, in bytes: columns count characters.
func (d *document) offset(n *yaml.Node) (int, error) {
	if n.Line < 1 || n.Line > len(d.lines) {
		return 0, errors.New("its line is unknown")
	}
	line, at := d.lines[n.Line-1], 0
	for range n.Column - 1 {
		_, size := utf8.DecodeRuneInString(line[at:])
		if size == 0 {
			return 0, errors.New("its column is unknown")
		}
		at += size
	}
	return at, nil
}

// isNothing reports whether a value is empty: no text at all stands for it.
func isNothing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" && n.Value == ""
}
