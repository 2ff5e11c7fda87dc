package tenant

import (
	"context"
	"fmt"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// Detail is a contact or a group with its attributes.
type Detail struct {
	Listed
	Facts       []Fact
	Description string
	Revision    Revision // for EditGroup
}

// DetailOf reads a contact or a group, a deleted one included. found is false where there is none.
func (t *Tenant) DetailOf(ctx context.Context, id string) (d Detail, found bool, err error) {
	err = t.Read(ctx, func(r *Reader) error {
		d, found, err = r.detail(ctx, id)
		return err
	})
	if err != nil {
		return Detail{}, false, fmt.Errorf("read %s: %w", id, err)
	}
	return d, found, nil
}

func (r *Reader) detail(ctx context.Context, id string) (d Detail, there bool, err error) {
	fields := contactFields()
	record, there, err := r.anyRecord(ctx, directory.Contact, id)
	if err == nil && !there {
		fields = groupFacts()
		record, there, err = r.anyRecord(ctx, directory.Group, id)
	}
	if err != nil || !there {
		return d, false, err
	}
	lines, err := r.listedAt(ctx, []found{{seq: record.seq}})
	if err != nil {
		return d, false, err
	}
	d.Listed, d.Description = lines[0], record.Document.Text(directory.SchemaOnPremises, "description")
	if d.Revision, err = r.revision(ctx, record); err != nil {
		return d, false, err
	}
	d.Facts, err = shown(record.Type, record.Document, fields, d.Synced)
	return d, err == nil, err
}

// MembersPage is a page of a group's members.
type MembersPage struct {
	Members []Link
	Next    string
	Partial string // see UserPage
}

// GroupMembers lists the direct members of a group: by name, but in groups of more than 5,000 in the order in which they came into the directory.
// A group that does not exist has none.
func (t *Tenant) GroupMembers(ctx context.Context, group string, q ListQuery) (page MembersPage, err error) {
	search := scim.Fold(strings.TrimSpace(q.Search))
	err = t.Read(ctx, func(r *Reader) error {
		way, err := r.membersRoute(ctx, group, search)
		if err != nil {
			return err
		}
		list, partial, err := r.walkRoute(ctx, way, search, q.After, limitOf(q.Limit))
		if err != nil {
			return err
		}
		page.Members, err = r.linksAt(ctx, list.rows)
		page.Next, page.Partial = list.next.String(), partial
		return err
	})
	if err != nil {
		return MembersPage{}, fmt.Errorf("list the members of %s: %w", group, err)
	}
	return page, nil
}

func (r *Reader) membersRoute(ctx context.Context, group, search string) (route, error) {
	var seq int64
	var size int
	if _, err := r.row(ctx, "SELECT seq, n FROM resource JOIN crew ON grp = seq WHERE id = ?", []any{group}, &seq, &size); err != nil {
		return route{}, err
	}
	p := phase{
		from: "member e CROSS JOIN resource r ON r.seq = e.member", alone: "member e", seq: "e.member",
		fixed: []clause{{"e.grp = ?", []any{seq}}},
	}
	if size <= r.tenant.bounds.sorted {
		p.order, p.alone, p.seq = orderOf(ByName, false), "", ""
		p.index = ""
	}
	if search == "" {
		return route{phases: []phase{p}}, nil
	}
	s := listing{kinds: everyKind(), states: []State{Waiting, Enabled, Blocked}, search: search, order: orderOf(ByName, false)}
	if size > r.tenant.bounds.sorted {
		found, err := r.collect(ctx, s.begun(search))
		if err != nil {
			return route{}, err
		}
		if len(found) > 0 && len(found) <= r.tenant.bounds.sorted {
			if p, err = s.sorted(found); err != nil {
				return route{}, err
			}
			p.conditions = []clause{{"EXISTS (SELECT 1 FROM member e WHERE e.grp = ? AND e.member = r.seq)", []any{seq}}}
			return route{phases: []phase{p}}, nil
		}
		p.look = atRows
	}
	either := s.either()
	either.text = "(" + either.text + " OR instr(r.display_name, ?) OR coalesce(instr(r.user_name, ?), 0))"
	either.args = append(either.args, search, search)
	p.conditions = []clause{either}
	return route{phases: []phase{p}}, nil
}

// linksAt reads the links of a page, in its order.
func (r *Reader) linksAt(ctx context.Context, page []found) ([]Link, error) {
	set, places, err := setOf(page)
	if err != nil {
		return nil, err
	}
	rows, err := r.query(ctx, "SELECT "+linkColumns+", o.seq FROM resource o WHERE o.seq IN (SELECT value FROM json_each(?))", set)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := make([]Link, len(page))
	for rows.Next() {
		var seq int64
		l, err := r.tenant.scanLink(rows.Scan, &seq)
		if err != nil {
			return nil, err
		}
		list[places[seq]] = l
	}
	return list, rows.Err()
}
