package explain

import (
	"slices"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// attributes lists what the object should have online, and what it has, each with its origin.
func (x *Explainer) attributes(e *Explanation, kind directory.Kind, should *directory.Resource) error {
	var online directory.Resource
	if e.Snapshot != nil {
		entry, _, err := x.Memory.Entry(e.Anchor)
		if err != nil {
			return err
		}
		online = entry.Resource
	}
	if should == nil {
		should = &directory.Resource{}
	}
	for _, a := range directory.Masters() {
		values, has := should.Get(a), online.Get(a)
		if len(values) == 0 && (len(has) == 0 || len(should.Values) == 0) {
			continue
		}
		one := Attribute{
			Name: mapping.NameOf(a), Values: append([]string{}, values...), From: append([]string{}, x.Rules.Reads(kind, a)...), Online: append([]string{}, has...),
			Same: slices.Equal(values, has),
		}
		if a == directory.Photo { // a picture says nothing in a terminal, and is long
			one.Values, one.Online = shortened(one.Values), shortened(one.Online)
		}
		if a == directory.OnPremisesDistinguishedName {
			one.From = []string{"distinguishedName"}
		}
		if one.Rule = x.ruleOf(kind, one.Name); one.Rule != "" {
			one.Where = x.Where(one.Rule)
		}
		e.Attributes = append(e.Attributes, one)
	}
	return nil
}

// ruleOf is the key of the rule that fills an attribute; "" where the built-in mapping does.
func (x *Explainer) ruleOf(kind directory.Kind, name string) string {
	section := map[directory.Kind]map[string]string{directory.User: x.Mapping.User, directory.Contact: x.Mapping.Contact, directory.Group: x.Mapping.Group}[kind]
	if _, ok := section[name]; !ok {
		return ""
	}
	return "mapping." + kind.String() + "." + name
}

const longestPicture = 40 // characters of its data URI

func shortened(values []string) []string {
	for i, v := range values {
		if len(v) > longestPicture {
			values[i] = v[:longestPicture] + "…"
		}
	}
	return values
}
