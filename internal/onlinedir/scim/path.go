package scim

import (
	"fmt"
	"strings"
)

// Path names what a filter compares, what a PATCH changes or what a projection keeps (RFC 7644 §3.5.2, figure 7), resolved
// against a resource type: names are canonical.
type Path struct {
	Extension *Schema    // nil for the core schema and the common attributes
	Attribute *Attribute // nil when the path is the extension as a whole
	Filter    Filter     // selects elements of a multi-valued attribute, else nil
	Sub       *Attribute // nil when the path ends at the attribute
	Absent    bool       // in a query over several types: another type has the attribute, this one does not
}

// String is the canonical spelling, without the filter's text.
func (p Path) String() string {
	var b strings.Builder
	if p.Extension != nil {
		b.WriteString(p.Extension.ID)
		if p.Attribute != nil {
			b.WriteByte(':')
		}
	}
	if p.Attribute != nil {
		b.WriteString(p.Attribute.Name)
	}
	if p.Filter != nil {
		b.WriteString("[...]")
	}
	if p.Sub != nil {
		b.WriteString("." + p.Sub.Name)
	}
	return b.String()
}

// leaf is the attribute whose values the path yields.
func (p Path) leaf() *Attribute {
	if p.Sub != nil {
		return p.Sub
	}
	return p.Attribute
}

// ParsePath reads the path of a PATCH operation. What is wrong with it is an invalidPath.
func (t *ResourceType) ParsePath(s string) (Path, error) {
	path, err := t.parsePath(s)
	if err != nil {
		return Path{}, Bad(InvalidPath, "path %s: %s", clip(s), err)
	}
	return path, nil
}

func (t *ResourceType) parsePath(s string) (Path, error) {
	p := parser{lexer: lexer{text: s}, resolve: t.resolve}
	word := p.next()
	if word.kind != wordToken {
		return Path{}, fmt.Errorf("expected an attribute, found %s", word)
	}
	path, err := t.resolve(word.text)
	if err != nil {
		return Path{}, err
	}
	token := p.next()
	if token.kind == openBracket {
		if path.Attribute == nil || !path.Attribute.Multi || path.Sub != nil {
			return Path{}, fmt.Errorf("%s is not multi-valued: brackets select elements of a list", path)
		}
		if path.Filter, err = p.elementFilter(path); err != nil {
			return Path{}, err
		}
		token = p.next()
		if token.kind == wordToken && strings.HasPrefix(token.text, ".") {
			if path.Sub, err = subAttribute(path.Attribute, token.text[1:]); err != nil {
				return Path{}, err
			}
			token = p.next()
		}
	}
	if token.kind != endToken {
		return Path{}, fmt.Errorf("unexpected %s", token)
	}
	return path, nil
}

// resolve reads [URN ":"] attribute ["." sub] or an extension's URN alone.
func (t *ResourceType) resolve(word string) (Path, error) {
	name := word
	var path Path
	for _, s := range append([]*Schema{t.Schema}, t.Extensions...) {
		if len(word) < len(s.ID) || !strings.EqualFold(word[:len(s.ID)], s.ID) {
			continue
		}
		if s != t.Schema {
			path.Extension = s
		}
		rest := word[len(s.ID):]
		if rest == "" && path.Extension != nil {
			return path, nil
		}
		if !strings.HasPrefix(rest, ":") {
			return Path{}, fmt.Errorf("%s must be followed by a colon and an attribute", s.ID)
		}
		name = rest[1:]
		break
	}
	if strings.Contains(name, ":") {
		return Path{}, fmt.Errorf("%s has no schema of that name", t.Name)
	}
	name, sub, dotted := strings.Cut(name, ".")
	if path.Extension != nil {
		path.Attribute = path.Extension.Lookup(name)
	} else {
		path.Attribute = t.Attribute(name)
	}
	if path.Attribute == nil {
		return Path{}, fmt.Errorf("%s has no attribute %s", t.Name, clip(name))
	}
	if !dotted {
		return path, nil
	}
	var err error
	path.Sub, err = subAttribute(path.Attribute, sub)
	return path, err
}

// subAttribute finds a sub-attribute. The elements of a list of plain values are called "value" in paths.
func subAttribute(a *Attribute, name string) (*Attribute, error) {
	if sub := a.Lookup(name); sub != nil {
		return sub, nil
	}
	if a.plain() && a.Multi && strings.EqualFold(name, "value") {
		return nil, nil
	}
	return nil, fmt.Errorf("%s has no sub-attribute %s", a.Name, clip(name))
}

// clip quotes what a client sent, in bounds.
func clip(s string) string {
	const most = 120
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return fmt.Sprintf("%q", s)
}
