package tenant

import (
	"context"
	"fmt"
	"strings"
)

// move is some members of one group that joined it, or left it.
type move struct {
	group  int64 // seq
	joined bool
	n      int
	first  []int64 // seq of the first of them
}

// mostMovers is how many members an entry names.
const mostMovers = 5

func (m *move) count(member int64) {
	if m.n++; len(m.first) < mostMovers {
		m.first = append(m.first, member)
	}
}

// moved remembers what changed in a group until the transaction ends, and reports whether anything did.
func (w *Writer) moved(m move) bool {
	if m.n > 0 {
		w.moves = append(w.moves, m)
	}
	return m.n > 0
}

// noteMoves writes one entry for each group whose members the transaction changed, however many requests of a bulk were about it.
func (w *Writer) noteMoves(ctx context.Context) error {
	type both struct{ joined, left move }
	groups := make(map[int64]*both)
	var order []int64
	for _, m := range w.moves {
		g := groups[m.group]
		if g == nil {
			g = new(both)
			groups[m.group] = g
			order = append(order, m.group)
		}
		sum := &g.left
		if m.joined {
			sum = &g.joined
		}
		sum.n += m.n
		sum.first = append(sum.first, m.first[:min(len(m.first), mostMovers-len(sum.first))]...)
	}
	for _, seq := range order {
		var id, name string
		var synced bool
		if _, err := w.row(ctx, "SELECT id, "+nameColumn+", external_id IS NOT NULL FROM resource WHERE seq = ?", []any{seq}, &id, &name, &synced); err != nil {
			return fmt.Errorf("read the name of a group: %w", err)
		}
		var said []string
		for _, part := range []struct {
			verb string
			move
		}{{"added", groups[seq].joined}, {"removed", groups[seq].left}} {
			if part.n == 0 {
				continue
			}
			names, err := w.movers(ctx, part.move)
			if err != nil {
				return err
			}
			said = append(said, part.verb+" "+names)
		}
		by := ctx
		if !synced {
			by = byProgram(ctx)
		}
		if err := w.note(by, DidChangeMembers, id, name, strings.Join(said, "; ")); err != nil {
			return err
		}
	}
	return nil
}

// movers is "Ann Lee, Bob Ray and 12 more".
func (w *Writer) movers(ctx context.Context, m move) (string, error) {
	names := make([]string, len(m.first))
	for i, seq := range m.first {
		if _, err := w.row(ctx, "SELECT "+nameColumn+" FROM resource WHERE seq = ?", []any{seq}, &names[i]); err != nil {
			return "", fmt.Errorf("read the name of a member: %w", err)
		}
	}
	list := strings.Join(names, ", ")
	if more := m.n - len(names); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list, nil
}

// nameColumn is nameOf in SQL.
const nameColumn = "coalesce(json_extract(body, '$.displayName'), json_extract(body, '$.userName'), '')"
