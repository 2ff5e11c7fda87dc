//go:build !mutant_subtree_unread

package ldapsource

import (
	"context"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// subtree reads everything below a renamed or moved container again: all those names changed, and with them who is in scope, while
// Active Directory reports a change of the container alone.
func (d *delta) subtree(ctx context.Context, container directory.Container) error {
	s := d.session
	q := query{op: "page", base: baseOf(container.Anchor), filter: s.source.liveFilter(), attributes: s.rereadAttributes()}
	err := s.objects(ctx, q, s.claimed(ctx), func(p *entry) error { return consumer(d.object(&p.object)) })
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil // deleted since: the next delta has the tombstones
	}
	return err
}
