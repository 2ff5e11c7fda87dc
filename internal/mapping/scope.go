package mapping

import (
	"strings"

	"syncd/internal/directory"
)

// Scope says which objects are synchronised.
type Scope struct {
	// Include and Exclude are containers where they are now. The nearest one above an object decides.
	Include []directory.Container
	Exclude []directory.Container
	Kinds   []directory.Kind
	// OwnAccount is the account that syncd binds with; it is never synchronised. Zero when unknown.
	OwnAccount directory.Anchor
	// Pilot holds everybody whom the scoping groups hold, nested ones included; nil where no scoping group is configured. Groups
	// are the scoping groups, for their names.
	Pilot  map[directory.Anchor]struct{}
	Groups []directory.Container
	// FilterAttributes are the attributes that the configured LDAP filter looks at. They have to be among the object's attributes
	// where it has them.
	FilterAttributes []string
	// Readable reports whether the account of syncd can read an attribute at all, on whatever object. It is asked about an
	// attribute that the filter names and that an object does not show: either it has none, and then the filter's answer
	// counts, or the right to read it was lost, and then the answer is worth nothing. nil means yes to all.
	Readable func(attribute string) bool
}

// The keys of the configuration that decide about the scope.
const (
	KeyInclude = "source.scope.include"
	KeyExclude = "source.scope.exclude"
	KeyGroups  = "source.scope.groups"
	KeyFilter  = "source.scope.filter"
	KeyKinds   = "source.scope.kinds"
)

// verdict returns nil for an object in scope, or the evidence that it is not.
func (s *Scope) verdict(o *directory.Object) *directory.Evidence {
	out, _ := s.ruling(o)
	return out
}

// ruling is the verdict, with the key of the configuration that decided it; "" where none did.
func (s *Scope) ruling(o *directory.Object) (out *directory.Evidence, key string) {
	if o.Deleted {
		return &directory.Evidence{Cause: directory.Tombstone, Detail: lastParent(o)}, ""
	}
	if rule := s.exclusion(o); rule != "" {
		if !s.hasKind(o.Kind) {
			key = KeyKinds
		}
		return &directory.Evidence{Cause: directory.Excluded, Detail: rule}, key
	}
	include, exclude := nearest(s.Include, o.DN), nearest(s.Exclude, o.DN)
	switch {
	case include == nil:
		return &directory.Evidence{Cause: directory.LeftScope, Detail: "now at " + o.DN}, KeyInclude
	case exclude != nil && len(exclude.DN) >= len(include.DN):
		return &directory.Evidence{Cause: directory.LeftScope, Detail: "below the excluded " + exclude.Configured + ", at " + o.DN}, KeyExclude
	}
	if _, in := s.Pilot[o.Anchor]; s.Pilot != nil && !in {
		return &directory.Evidence{Cause: directory.LeftScope, Detail: "no longer a member of " + s.groupNames()}, KeyGroups
	}
	if o.FilterMiss {
		return s.filterMiss(o), KeyFilter
	}
	return nil, ""
}

// exclusion names the rule that keeps an object out wherever it lies, or returns "".
func (s *Scope) exclusion(o *directory.Object) string {
	switch {
	case !s.hasKind(o.Kind):
		return "source.scope.kinds does not list " + o.Kind.String()
	case !s.OwnAccount.IsZero() && (o.Anchor == s.OwnAccount || o.GUID == s.OwnAccount):
		return "the account that syncd itself uses"
	case strings.EqualFold(o.Attributes.First("isCriticalSystemObject"), "TRUE"):
		return "a built-in object of Active Directory (isCriticalSystemObject)"
	case isConflict(o.DN):
		return "a replication conflict (CNF)"
	}
	return ""
}

// filterMiss is the evidence that the configured filter does not match, if it is evidence at all: a filter does not match an
// object of which it cannot see what it asks for (MS-ADTS 3.1.1.3.1.3.1).
func (s *Scope) filterMiss(o *directory.Object) *directory.Evidence {
	if len(s.FilterAttributes) > 0 && o.Kind == directory.User && o.Attributes.First("userAccountControl") == "" {
		return unreadableAccount()
	}
	for _, name := range s.FilterAttributes {
		if s.Readable != nil && !shows(o.Attributes, name) && !s.Readable(name) {
			return &directory.Evidence{
				Cause:  directory.Unexplained,
				Detail: "source.scope.filter does not match, but " + name + " cannot be read on any object: the right to read it may be lost",
			}
		}
	}
	return &directory.Evidence{Cause: directory.Excluded, Detail: "source.scope.filter does not match"}
}

func unreadableAccount() *directory.Evidence {
	return &directory.Evidence{Cause: directory.Unexplained, Detail: "its userAccountControl cannot be read"}
}

// shows reports whether an object has a value of an attribute, whose name a filter may spell in other case.
func shows(a directory.Attributes, name string) bool {
	for known, values := range a {
		if len(values) > 0 && strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

func (s *Scope) groupNames() string {
	names := make([]string, 0, len(s.Groups))
	for _, g := range s.Groups {
		name := g.DN
		if name == "" {
			name = g.Configured
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "source.scope.groups"
	}
	return strings.Join(names, " or ")
}

func (s *Scope) hasKind(k directory.Kind) bool {
	for _, kind := range s.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// isConflict recognises the name that replication gives to the loser of a conflict: "CN=Name\0ACNF:guid" (MS-ADTS 3.1.1.1.6).
func isConflict(dn string) bool {
	return strings.Contains(dn, `\0ACNF:`) || strings.Contains(dn, "\nCNF:")
}

func lastParent(o *directory.Object) string {
	if o.LastKnownParent == "" {
		return "tombstone"
	}
	return "tombstone, last seen in " + o.LastKnownParent
}

// nearest returns the container with the longest name among those that hold dn, or nil.
func nearest(containers []directory.Container, dn string) *directory.Container {
	var best *directory.Container
	for i := range containers {
		c := &containers[i]
		if isBelow(dn, c.DN) && (best == nil || len(c.DN) > len(best.DN)) {
			best = c
		}
	}
	return best
}

// isBelow reports whether dn names something inside container. The comma before the container's name must be a separator: in
// `CN=Smith\, OU=Staff,DC=x` it belongs to the name.
func isBelow(dn, container string) bool {
	cut := len(dn) - len(container)
	if cut < 2 || dn[cut-1] != ',' || !strings.EqualFold(dn[cut:], container) {
		return false
	}
	slashes := 0
	for i := cut - 2; i >= 0 && dn[i] == '\\'; i-- {
		slashes++
	}
	return slashes%2 == 0
}
