package limits

import (
	"encoding/json"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// operation is one operation of a PATCH (RFC 7644 §3.5.2).
type operation struct {
	Op    string
	Path  string
	Value any
}

// operations reads those of a PATCH, none where it is no PATCH: the directory says what is wrong with it.
func operations(body []byte) []operation {
	var message struct{ Operations []operation }
	if json.Unmarshal(body, &message) != nil {
		return nil
	}
	return message.Operations
}

// memberChanges counts what a PATCH does to the members of a group.
type memberChanges struct {
	added, removed int
	adding         int  // operations that add
	whole          bool // it replaces or removes all of them
	other          bool // it changes something else too
}

func countMembers(list []operation) memberChanges {
	var c memberChanges
	for _, o := range list {
		path, given := o.Path, o.Value
		if object, ok := given.(map[string]any); ok && path == "" {
			path, given = "members", value(object, "members")
			c.other = c.other || given == nil || len(object) > 1
			if given == nil {
				continue
			}
		}
		name, filter, filtered := strings.Cut(path, "[")
		if !strings.EqualFold(name, "members") && !strings.EqualFold(name, "members.value") {
			c.other = true
			continue
		}
		n := length(given)
		switch strings.ToLower(o.Op) {
		case "add":
			c.added += n
			c.adding++
		case "replace":
			c.added += n
			c.whole = true
		case "remove":
			c.whole = c.whole || !filtered && n == 0
			if filtered {
				n = 1 + strings.Count(strings.ToLower(filter), " or ")
			}
			c.removed += max(n, 1)
		}
	}
	return c
}

func length(v any) int {
	switch v := v.(type) {
	case nil:
		return 0
	case []any:
		return len(v)
	}
	return 1
}

// checkPatch counts the members that a PATCH of a group changes, and refuses more than the service takes.
func (h *handler) checkPatch(r *request) error {
	if !r.is(directory.Group) {
		return nil
	}
	c := countMembers(operations(r.body))
	r.members = c
	m := &h.profile.Members
	switch {
	case c.added+c.removed == 0 && !c.whole:
		return nil
	case m.NoWhole && c.whole:
		return scim.Bad(scim.InvalidValue, "all members cannot be replaced or removed at once; name them")
	case over(c.added, m.Added):
		return scim.Bad(scim.InvalidValue, "a PATCH may add %d members, this one adds %d", m.Added, c.added)
	case over(c.removed, m.Removed):
		return scim.Bad(scim.InvalidValue, "a PATCH may remove %d member(s), this one removes %d", m.Removed, c.removed)
	case over(c.added+c.removed, m.Changed):
		return scim.Bad(scim.InvalidValue, "a PATCH may change %d memberships, this one changes %d", m.Changed, c.added+c.removed)
	case m.Alone && (c.added > 0 && c.removed > 0 || c.other):
		return scim.Bad(scim.InvalidValue, "members are added, or removed, in a PATCH that does nothing else")
	case m.Alone && c.adding > 1:
		return scim.Bad(scim.InvalidValue, "members are added in one operation of a PATCH")
	}
	return nil
}

func over(n, bound int) bool { return bound > 0 && n > bound }
