package cloudtarget

import (
	"crypto/rand"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// noName stands for a part of a name that a service insists on and Active Directory does not have.
const noName = "-"

// learnRequired notes what a creation must have, as the service's schemas tell (RFC 7643 §7): attributes that syncd masters, also where an
// extension of the service has one under its own name, and a password.
func (rt *resourceType) learnRequired(schemas map[string][]schemaAttribute) {
	rt.required, rt.elsewhere, rt.password = nil, nil, false
	for _, urn := range append([]string{rt.schema}, rt.extensions...) {
		for _, a := range schemas[strings.ToLower(urn)] {
			if !a.Required || a.Mutability == "readOnly" {
				continue
			}
			if urn == rt.schema && strings.EqualFold(a.Name, "password") {
				rt.password = true
				continue
			}
			rt.require(urn, a)
		}
	}
}

// require finds the attributes that are meant: those at the place, or, in an extension that is not among syncd's, the one of the same name.
func (rt *resourceType) require(urn string, required schemaAttribute) {
	for _, a := range directory.Masters() {
		p := placeOf(a)
		home := p.Schema
		if home == "" {
			home = rt.schema
		}
		switch {
		case strings.EqualFold(home, urn) && p.parent == "" && strings.EqualFold(p.leaf, required.Name):
		case strings.EqualFold(home, urn) && strings.EqualFold(p.parent, required.Name) && p.element == "" && requiresPart(required, p.leaf):
		case a == directory.WorkEmail && urn == rt.schema && strings.EqualFold(p.parent, required.Name):
		case p.Schema == directory.SchemaOnPremises && !rt.holds(p.Schema) && urn != rt.schema && urn != directory.SchemaEnterprise && strings.EqualFold(p.leaf, required.Name):
			if rt.elsewhere == nil {
				rt.elsewhere = make(map[directory.Attribute]place)
			}
			p.Schema, p.Path = urn, urn+":"+p.leaf
			rt.elsewhere[a] = p
		default:
			continue
		}
		rt.required = append(rt.required, a)
	}
}

func requiresPart(required schemaAttribute, name string) bool {
	return slices.ContainsFunc(required.Sub, func(part schemaAttribute) bool { return part.Required && strings.EqualFold(part.Name, name) })
}

// place is where this service has an attribute.
func (rt *resourceType) place(a directory.Attribute) place {
	if p, ok := rt.elsewhere[a]; ok {
		return p
	}
	return placeOf(a)
}

// invents reports whether something may be filled in for an attribute that cannot be told from a value of Active Directory's.
func (rt *resourceType) invents(a directory.Attribute) bool {
	return slices.Contains(rt.required, a) && (a == directory.MailNickname || a == directory.WorkEmail)
}

// filledIn reports whether values are what complete fills in.
func (rt *resourceType) filledIn(a directory.Attribute, values []string) bool {
	return slices.Contains(rt.required, a) && !rt.invents(a) && slices.Equal(values, []string{noName})
}

// complete is a resource with something in the place of what the service insists on and Active Directory does not have. What nothing can
// stand for stays absent, and the service's own words say so.
func (rt *resourceType) complete(r *directory.Resource) *directory.Resource {
	out := r
	for _, a := range rt.required {
		text := standIn(a, r)
		if text == "" || r.First(a) != "" {
			continue
		}
		if out == r {
			out = &directory.Resource{}
			*out = *r
			out.Values = slices.Clone(r.Values)
		}
		at, _ := slices.BinarySearchFunc(out.Values, a, func(v directory.Value, a directory.Attribute) int { return int(v.Attribute) - int(a) })
		out.Values = slices.Insert(out.Values, at, directory.Value{Attribute: a, Values: []string{text}})
	}
	return out
}

// standIn is what may stand for an attribute, "" for nothing.
func standIn(a directory.Attribute, r *directory.Resource) string {
	login := r.First(directory.UserName)
	local, _, address := strings.Cut(login, "@")
	switch {
	case a == directory.GivenName || a == directory.FamilyName || a == directory.DisplayName:
		return noName
	case a == directory.WorkEmail && address:
		return login
	case a == directory.MailNickname:
		return nickname(local)
	}
	return ""
}

// nickname leaves out what no mail alias may have.
func nickname(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune(`@()\[]";:<>,`, r) {
			return -1
		}
		return r
	}, s)
}

// newPassword is one that nobody knows: people of a synchronised directory sign in elsewhere. It has letters of both cases, a digit and a sign,
// as services ask for.
func newPassword() directory.Secret { return directory.Secret("aA1-" + rand.Text()) }
