package cloudtarget

import (
	"context"
	"errors"
)

// follow walks from cursor to cursor (RFC 9865 §2), "" being where the list begins. The list ends where no cursor follows. It is also the last
// hope for a service that shows the same page for every startIndex.
func (l *listing) follow(ctx context.Context, cursor string) error {
	seen := make(map[string]bool)
	for {
		p, err := l.ask(ctx, "cursor="+escape(cursor))
		switch {
		case errors.Is(err, errTooLong) && l.count > 1:
			// The size of pages may not change on the way, as no other part of the question may.
			l.count /= 2
			cursor, seen = "", make(map[string]bool)
			continue
		case err != nil:
			return err
		case !l.s.cursors && p.Next == "" && len(seen) == 0 && (p.Total == nil || *p.Total > len(p.Resources)):
			return l.broken("shows the same page again and again")
		}
		for _, doc := range p.Resources {
			if err := l.pass(doc); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		if cursor = p.Next; seen[cursor] {
			return l.broken("leads back to where it has been")
		}
		seen[cursor] = true
	}
}
