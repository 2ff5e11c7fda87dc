package tenant

import (
	"context"
	"fmt"
)

// RemoveDomain forgets a domain, verified or not, with its proof. One that a name or an address of a living user or group is in is a fault that
// names one of them; contacts are elsewhere by nature and keep nothing.
func (t *Tenant) RemoveDomain(ctx context.Context, name string) error {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return err
	}
	name = storedDomain(name)
	return t.Write(ctx, func(w *Writer) error {
		domain, err := w.oneDomain(ctx, name)
		if err != nil {
			return err
		}
		for _, suffix := range []string{domain.Name, domain.Readable} {
			user, value, err := w.whoIsIn(ctx, suffix)
			if err != nil {
				return fmt.Errorf("look for who uses the domain %s: %w", name, err)
			}
			if user != "" {
				return mistake(fmt.Sprintf("the domain %s is in use: %s has %s", domain.Readable, user, value),
					"give everybody in it other names and addresses first, in Active Directory for whom it manages")
			}
		}
		if _, err := w.exec(ctx, "DELETE FROM domain WHERE name = ?", name); err != nil {
			return fmt.Errorf("remove the domain %s: %w", name, err)
		}
		return w.note(ctx, DidRemoveDomain, "", domain.Readable, "")
	})
}

// whoIsIn finds somebody with a name or an address in a domain, and which; empty for nobody. It reads an index to its end where there is
// nobody: half a second for a million people.
func (r *Reader) whoIsIn(ctx context.Context, domain string) (user, value string, err error) {
	for _, query := range []string{
		`SELECT coalesce(json_extract(body, '$.displayName'), user_name), user_name FROM resource
			WHERE kind = 1 AND user_name IS NOT NULL AND substr(user_name, -length(?1)) = ?1 LIMIT 1`,
		`SELECT coalesce(json_extract(r.body, '$.displayName'), r.user_name, r.id), a.address FROM address a JOIN resource r ON r.seq = a.resource
			WHERE substr(a.address, -length(?1)) = ?1 AND r.kind <> 2 LIMIT 1`,
	} {
		found, err := r.row(ctx, query, []any{"@" + domain}, &user, &value)
		if err != nil || found {
			return user, value, err
		}
	}
	return "", "", nil
}
