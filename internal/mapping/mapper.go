package mapping

import (
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
)

// Version changes whenever the built-in flows give another result for the same object, so that a full pass follows an upgrade.
const Version = 1

// Mapper maps objects within one scope. It is safe for concurrent use.
type Mapper struct{ scope Scope }

// New returns a mapper for a scope.
func New(scope Scope) *Mapper { return &Mapper{scope: scope} }

// Map returns the resource of an object in scope, or, for one that is not, the evidence why; the evidence is Unexplained where
// too little of the object can be read to say anything. With the evidence comes a resource only for an account that exists and may
// not be used on premises: it says that much and nothing else. now decides whether an account has expired. The resource's manager is the anchor that Active Directory names, whether or not that person is in scope.
func (m *Mapper) Map(o *directory.Object, now time.Time) (*directory.Resource, *directory.Evidence) {
	if out := m.scope.verdict(o); out != nil {
		return leaver(o, now), out
	}
	r := &directory.Resource{Anchor: o.Anchor, Kind: o.Kind, Enabled: true}
	switch o.Kind {
	case directory.User:
		var readable bool
		if r.Enabled, r.Expires, readable = accountState(o.Attributes, now); !readable {
			return nil, &directory.Evidence{Cause: directory.Unexplained, Detail: "its userAccountControl cannot be read"}
		}
		r.Manager = o.Manager
		r.Values = apply(userFlows, o)
		r.Values = append(r.Values, directory.Value{
			Attribute: directory.OnPremisesAccountEnabled, Values: []string{boolean(r.Enabled)},
		})
	case directory.Contact:
		r.Manager = o.Manager
		r.Values = apply(contactFlows, o)
	case directory.Group:
		r.Values = apply(groupFlows, o)
	}
	slices.SortFunc(r.Values, func(a, b directory.Value) int { return int(a.Attribute) - int(b.Attribute) })
	return r, nil
}

// leaver is what is to be known of an account outside the scope: that it is disabled or expired; else nil.
func leaver(o *directory.Object, now time.Time) *directory.Resource {
	if o.Deleted || o.Kind != directory.User {
		return nil
	}
	if enabled, _, readable := accountState(o.Attributes, now); enabled || !readable {
		return nil
	}
	return &directory.Resource{Anchor: o.Anchor, Kind: o.Kind}
}

// flow fills one online attribute from an object; an empty result leaves the attribute out.
type flow struct {
	to   directory.Attribute
	from func(o *directory.Object) []string
}

func apply(flows []flow, o *directory.Object) []directory.Value {
	values := make([]directory.Value, 0, len(flows)+1)
	for _, f := range flows {
		if v := f.from(o); len(v) > 0 {
			values = append(values, directory.Value{Attribute: f.to, Values: v})
		}
	}
	return values
}

// first returns a flow of the first attribute among names that is not blank.
func first(names ...string) func(o *directory.Object) []string {
	return func(o *directory.Object) []string {
		for _, name := range names {
			if v := clean(o.Attributes.First(name)); v != "" {
				return []string{v}
			}
		}
		return nil
	}
}

// clean trims blanks and writes line ends as \n (addresses of several lines come with \r\n).
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
