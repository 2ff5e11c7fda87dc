package tenant

import (
	"context"
	"fmt"

	"syncd/internal/directory"
)

// Link names another resource.
type Link struct {
	ID, Name, Kind string // Kind is "User", "Contact" or "Group"
	Synced         bool
}

// linkColumns is what scanLink reads of resource o.
const linkColumns = `o.id, coalesce(json_extract(o.body, '$.displayName'), json_extract(o.body, '$.userName'), o.id), o.kind, o.external_id IS NOT NULL`

func (t *Tenant) scanLink(scan func(dest ...any) error, more ...any) (Link, error) {
	var l Link
	var kind directory.Kind
	if err := scan(append([]any{&l.ID, &l.Name, &kind, &l.Synced}, more...)...); err != nil {
		return l, err
	}
	l.Kind = t.catalogue.ByKind(kind).Name
	return l, nil
}

// mostLinked bounds among how many the first ones by name are found.
const mostLinked = 2_000

// links reads the first ones by name that a condition on resource o selects.
func (r *Reader) links(ctx context.Context, condition string, of int64, most int) (list []Link, more bool, err error) {
	rows, err := r.query(ctx, "SELECT "+linkColumns+" FROM (SELECT seq, display_name FROM resource o WHERE "+condition+" LIMIT ?) s JOIN resource o USING (seq)"+
		" ORDER BY s.display_name, o.seq LIMIT ?", of, mostLinked, most+1)
	if err != nil {
		return nil, false, fmt.Errorf("read who belongs to somebody: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		l, err := r.tenant.scanLink(rows.Scan)
		if err != nil {
			return nil, false, fmt.Errorf("read who belongs to somebody: %w", err)
		}
		list = append(list, l)
	}
	if len(list) > most {
		list, more = list[:most], true
	}
	return list, more, rows.Err()
}
