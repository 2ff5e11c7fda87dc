package tenant

import (
	"context"
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Member is the other end of a relation: a direct member of a group, a group of a user, or a manager.
type Member struct {
	Value   string // id
	Display string
	Type    *scim.ResourceType

	seq int64
}

// Document is the member as an element of "members", without its address.
func (m Member) Document() scim.Document {
	return scim.Document{"value": m.Value, "type": m.Type.Name, "display": m.Display}
}

// Members passes every direct member of a group to each, one at a time, the oldest resource first.
func (r *Reader) Members(ctx context.Context, group *Record, each func(Member) error) error {
	return r.relations(ctx, "SELECT o.seq, o.id, o.kind, coalesce(json_extract(o.body, '$.displayName'), json_extract(o.body, '$.userName'), '')"+
		" FROM member m JOIN resource o ON o.seq = m.member WHERE m.grp = ? ORDER BY m.member", group, each)
}

// MemberIDs is Members without the names: these are in the documents of the members, and reading them would be most of the work.
func (r *Reader) MemberIDs(ctx context.Context, group *Record, each func(Member) error) error {
	return r.relations(ctx, "SELECT o.seq, o.id, o.kind, '' FROM member m JOIN resource o ON o.seq = m.member WHERE m.grp = ? ORDER BY m.member", group, each)
}

// Groups passes every group that has a resource as its direct member to each.
func (r *Reader) Groups(ctx context.Context, member *Record, each func(Member) error) error {
	return r.relations(ctx, "SELECT o.seq, o.id, o.kind, coalesce(json_extract(o.body, '$.displayName'), '')"+
		" FROM member m JOIN resource o ON o.seq = m.grp WHERE m.member = ? ORDER BY m.grp", member, each)
}

func (r *Reader) relations(ctx context.Context, query string, of *Record, each func(Member) error) error {
	rows, err := r.query(ctx, query, of.seq)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m Member
		var kind directory.Kind
		if err := rows.Scan(&m.seq, &m.Value, &kind, &m.Display); err != nil {
			return fmt.Errorf("read memberships: %w", err)
		}
		m.Type = r.tenant.catalogue.ByKind(kind)
		if err := each(m); err != nil {
			return err
		}
	}
	return rows.Err()
}

// patchMembersAlone changes memberships without reading the group's document.
func (w *Writer) patchMembersAlone(ctx context.Context, kind *scim.ResourceType, id string, operations []scim.Operation, expected Precondition) (*Record, error) {
	group, err := w.head(ctx, kind, id)
	if err != nil {
		return nil, err
	}
	if err := expected.check(group); err != nil {
		return nil, err
	}
	changed := false
	for _, op := range operations {
		one, err := w.patchMembers(ctx, group, op)
		if err != nil {
			return nil, err
		}
		changed = changed || one
	}
	return group, w.touch(ctx, group, changed)
}

// patchMembers applies one operation on members and reports whether it changed anything.
func (w *Writer) patchMembers(ctx context.Context, group *Record, op scim.Operation) (bool, error) {
	given, _ := op.Value.([]any)
	switch {
	case op.Path.Filter != nil && op.Verb == scim.Remove && op.Path.Sub == nil:
		return w.removeMatching(ctx, group, op.Path.Filter)
	case op.Path.Filter != nil || op.Path.Sub != nil:
		return false, scim.Bad(scim.Mutability, "members are added and removed, not changed: %s", op.Path)
	case op.Verb == scim.Add:
		return w.addMembers(ctx, group, given)
	case op.Verb == scim.Remove && op.Value != nil:
		return w.removeGiven(ctx, group, given)
	}
	return w.replaceMembers(ctx, group, given)
}

// addMembers adds members by id. One that is there already changes nothing; one that does not exist is refused.
func (w *Writer) addMembers(ctx context.Context, group *Record, members []any) (bool, error) {
	moved := move{group: group.seq, joined: true}
	for _, member := range members {
		seq, err := w.memberSeq(ctx, member)
		if err != nil {
			return false, err
		}
		added, err := w.exec(ctx, "INSERT OR IGNORE INTO member (grp, member) VALUES (?, ?)", group.seq, seq)
		if err != nil {
			return false, fmt.Errorf("add a member: %w", err)
		}
		if added > 0 {
			moved.count(seq)
		}
	}
	return w.moved(moved), nil
}

func (w *Writer) memberSeq(ctx context.Context, member any) (int64, error) {
	object, _ := member.(map[string]any)
	id, _ := object["value"].(string)
	if id == "" {
		return 0, scim.Bad(scim.InvalidValue, "a member needs a value: the id of a user, contact or group")
	}
	var seq int64
	var kind directory.Kind
	found, err := w.row(ctx, "SELECT seq, kind FROM resource WHERE id = ? AND deleted IS NULL", []any{id}, &seq, &kind)
	if err != nil {
		return 0, fmt.Errorf("look up a member: %w", err)
	}
	if !found {
		return 0, scim.Bad(scim.InvalidValue, "there is no user, contact or group with the id %q, so it cannot be a member", id)
	}
	is := w.tenant.catalogue.ByKind(kind).Name
	if said, _ := object["type"].(string); said != "" && !strings.EqualFold(said, is) {
		return 0, scim.Bad(scim.InvalidValue, "the member %s is a %s, not a %s; leave its type out, or say what it is", id, is, said)
	}
	return seq, nil
}

// removeGiven removes members by id; one that is no member changes nothing.
func (w *Writer) removeGiven(ctx context.Context, group *Record, members []any) (bool, error) {
	moved := move{group: group.seq}
	for _, member := range members {
		object, _ := member.(map[string]any)
		var seq int64
		removed, err := w.row(ctx, "DELETE FROM member WHERE grp = ? AND member = (SELECT seq FROM resource WHERE id = ?) RETURNING member",
			[]any{group.seq, object["value"]}, &seq)
		if err != nil {
			return false, fmt.Errorf("remove a member: %w", err)
		}
		if removed {
			moved.count(seq)
		}
	}
	return w.moved(moved), nil
}

// removeMatching removes the members that a filter selects. The form that clients send, value eq "ID", costs one row.
func (w *Writer) removeMatching(ctx context.Context, group *Record, filter scim.Filter) (bool, error) {
	if c, ok := filter.(scim.Comparison); ok && c.Path.Attribute.Name == "value" && c.Operator == scim.Equal && c.Value != nil {
		return w.removeGiven(ctx, group, []any{map[string]any{"value": c.Value}})
	}
	return w.removeWhere(ctx, group, func(m Member) bool { return filter.Matches(m.Document()) })
}

// replaceMembers makes the members exactly those that are given.
func (w *Writer) replaceMembers(ctx context.Context, group *Record, members []any) (bool, error) {
	wanted := make(map[int64]bool, len(members))
	for _, member := range members {
		seq, err := w.memberSeq(ctx, member)
		if err != nil {
			return false, err
		}
		wanted[seq] = true
	}
	removed, err := w.removeWhere(ctx, group, func(m Member) bool { return !wanted[m.seq] })
	if err != nil {
		return false, err
	}
	added, err := w.addMembers(ctx, group, members)
	return removed || added, err
}

// removeWhere collects numbers, not members: what it holds is eight bytes for each that goes.
func (w *Writer) removeWhere(ctx context.Context, group *Record, goes func(Member) bool) (bool, error) {
	var seqs []int64
	err := w.Members(ctx, group, func(m Member) error {
		if goes(m) {
			seqs = append(seqs, m.seq)
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	moved := move{group: group.seq}
	for _, seq := range seqs {
		if _, err := w.exec(ctx, "DELETE FROM member WHERE grp = ? AND member = ?", group.seq, seq); err != nil {
			return false, fmt.Errorf("remove a member: %w", err)
		}
		moved.count(seq)
	}
	return w.moved(moved), nil
}
