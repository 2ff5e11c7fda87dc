package directory

import (
	"cmp"
	"slices"
	"time"
)

// Resource is what an object should look like online: the output of mapping, and what the snapshot remembers.
type Resource struct {
	Anchor Anchor
	// GUID is the objectGUID where that is not the anchor, else zero: a tombstone tells no more than that.
	GUID   Anchor
	Kind   Kind
	Values []Value // sorted by Attribute, each once, none empty
	// Manager is the anchor of the manager, zero when none.
	Manager Anchor
	// Enabled says whether a user's account may be used on premises at the moment of mapping (neither disabled nor
	// expired); always true for contacts and groups.
	Enabled bool
	// Expires is the moment at which the account expires, zero for never: passing it changes nothing in Active
	// Directory, so whoever keeps a Resource must look at the clock.
	Expires time.Time
}

// Value is one attribute with its values. Only List attributes have more than one.
type Value struct {
	Attribute Attribute
	Values    []string
}

// Get returns an attribute's values, nil when absent.
func (r *Resource) Get(a Attribute) []string {
	i, ok := slices.BinarySearchFunc(r.Values, a, func(v Value, a Attribute) int { return int(v.Attribute) - int(a) })
	if !ok {
		return nil
	}
	return r.Values[i].Values
}

// First returns an attribute's first value, "" when absent.
func (r *Resource) First(a Attribute) string {
	if v := r.Get(a); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Name is how the resource is called in reports: its display name and, where it differs, its address in angle brackets.
func (r *Resource) Name() string {
	name := r.First(DisplayName)
	login := r.First(UserName)
	if login == "" {
		login = r.First(WorkEmail)
	}
	if name == "" {
		name = login
	}
	if name == "" {
		name = r.First(OnPremisesDistinguishedName)
	}
	if login == "" || login == name {
		return name
	}
	return name + " <" + login + ">"
}

// Identity is the objectGUID of the object that a resource is about.
func (r *Resource) Identity() Anchor { return cmp.Or(r.GUID, r.Anchor) }
