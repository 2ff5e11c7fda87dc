package dit

import (
	"fmt"
	"strings"
)

// syntax is how the values of an attribute are written and compared (MS-ADTS 3.1.1.2.2.2).
type syntax uint8

const (
	text    syntax = iota // Unicode string, compared without case
	octets                // bytes
	guid                  // 16 bytes
	binSID                // a security identifier
	integer               // 32 or 64 bits, decimal
	boolean               // TRUE or FALSE
	instant               // generalized time, whole seconds
	name                  // a distinguished name
	class                 // the name of an object class
	opaque                // text that is stored and shown, compared byte by byte
)

// AttributeType is one attribute of the schema (MS-ADTS 3.1.1.2.3). Its exported fields never change after New.
type AttributeType struct {
	Name string // in the schema's spelling, which answers use

	id      uint16
	syntax  syntax
	single  bool
	system  bool // only the directory itself writes it
	hidden  bool // written, never read: passwords
	asked   bool // constructed, comes only when asked for by name
	local   bool // not replicated: never in DirSync
	shared  bool // few distinct values: stored once
	forward bool // a linked attribute
	back    *AttributeType
	links   *AttributeType // set on back links: the forward link that they mirror

	get getter // computed instead of stored
}

// Single reports whether the attribute has at most one value.
func (a *AttributeType) Single() bool { return a.single }

// schema is the dictionary of attributes and classes; it never changes once built.
type schema struct {
	attributes []*AttributeType
	byName     map[string]*AttributeType // folded
	classes    map[string]*objectClass   // folded
	computed   []*AttributeType          // those with a getter that come without being asked for
	backs      []*AttributeType
}

func newSchema(exchange bool) *schema {
	s := &schema{byName: map[string]*AttributeType{}, classes: map[string]*objectClass{}}
	table := attributeTable
	classes := classTable
	if exchange {
		table += exchangeAttributes
		classes += exchangeClasses
	}
	links := map[string]*AttributeType{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		s.attribute(fields, links)
	}
	for back, forward := range links {
		b := s.byName[fold(back)]
		b.links, forward.back = forward, b
		s.backs = append(s.backs, b)
	}
	s.compute()
	for line := range strings.Lines(classes) {
		if strings.TrimSpace(line) != "" {
			s.class(line)
		}
	}
	return s
}

// attribute takes one line of the table: name, syntax, then flags.
func (s *schema) attribute(fields []string, links map[string]*AttributeType) {
	a := &AttributeType{Name: fields[0], id: uint16(len(s.attributes))}
	a.syntax = syntaxOf(fields[1])
	for _, flag := range fields[2:] {
		switch flag {
		case "single":
			a.single = true
		case "system":
			a.system = true
		case "hidden":
			a.hidden = true
		case "asked":
			a.asked = true
		case "local":
			a.local = true
		case "shared":
			a.shared = true
		default:
			back, ok := strings.CutPrefix(flag, "link=")
			if !ok {
				panic(fmt.Sprintf("the attribute table has the unknown flag %q for %s", flag, a.Name))
			}
			a.forward = true
			links[back] = a
		}
	}
	s.attributes = append(s.attributes, a)
	s.byName[fold(a.Name)] = a
}

func syntaxOf(word string) syntax {
	for i, known := range []string{"text", "octets", "guid", "sid", "integer", "boolean", "time", "dn", "class", "opaque"} {
		if word == known {
			return syntax(i)
		}
	}
	panic(fmt.Sprintf("the attribute table has the unknown syntax %q", word))
}

// lookup finds an attribute by name in any case, nil when the schema does not have it.
func (s *schema) lookup(name string) *AttributeType {
	if a, ok := s.byName[name]; ok {
		return a
	}
	return s.byName[fold(name)]
}
