package ldapsource

import (
	"context"
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// nearEnd is how many days before the end of the tombstone window a warning comes.
const nearEnd = 14

// Rights looks at what the account must be able to do: see the base DN and what was deleted, and follow the changes. It ends where the base
// DN cannot be seen, because everything else is below it.
func (c *Checkup) Rights(ctx context.Context) (onward bool) {
	s := c.session
	if err := s.findBase(ctx); err != nil {
		c.failed(checkBase, err)
		return false
	}
	s.parser.domain = s.domain()
	c.account.domain = s.domain()
	c.fine(checkBase, "%s", s.base)
	c.deleted(ctx)
	c.replication(ctx)
	c.tombstones(ctx)
	return true
}

func (c *Checkup) deleted(ctx context.Context) {
	visible, err := c.session.seesDeleted(ctx)
	c.session.tombstones = visible
	switch container := "CN=Deleted Objects," + c.account.domain; {
	case err != nil:
		c.failed(checkDeleted, err)
	case visible:
		c.fine(checkDeleted, "%s sees %s", c.account.called(), container)
	default:
		c.fail(checkDeleted, fmt.Sprintf("%s cannot see %s: deletions would never arrive", c.account.called(), container), c.account.showDeleted(container))
	}
}

// showDeleted is how the account gets to see what was deleted.
func (a *account) showDeleted(container string) string {
	if a.samba {
		return asRoot + rewriteACL(container, "s/(/(A;;RPLC;;;"+a.sid+")(/")
	}
	return fmt.Sprintf(`as a domain administrator: dsacls %[1]s /takeownership, and then: dsacls %[1]s /G "%[2]s:LCRP"`, quoted(container), a.called())
}

const asRoot = "as root on the domain controller: "

// rewriteACL edits an access control list of Samba with sed. samba-tool cannot: it does not see the container of deleted objects, which is a
// deleted object itself, and its older versions only add entries.
func rewriteACL(dn, edit string) string {
	const database = `-H "$(samba-tool testparm --suppress-prompt --parameter-name='private dir' 2>/dev/null)/sam.ldb" --controls=show_deleted:1 --controls=sd_flags:1:4`
	return fmt.Sprintf(`ldbsearch %[1]s -s base -b %[2]s nTSecurityDescriptor | `+
		`sed -n -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' -e 's/.*nTSecurityDescriptor: \([^\n]*\).*/\1/p' | sed '%[3]s' | `+
		`sed 's/.*/dn: %[4]s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: &/' | ldbmodify %[1]s`, database, quoted(dn), edit, dn)
}

// replication tells how changes will be found, and how they would be found better.
func (c *Checkup) replication(ctx context.Context) {
	s := c.session
	configured := s.source.cfg.Changes
	if configured == ChangesUSN || configured == ChangesFull {
		c.fine(checkRight, "not needed: source.changes is %s", configured)
		return
	}
	_, err := s.best(ctx)
	const lacking = "%s lacks the right to replicate (DS-Replication-Get-Changes) on %s"
	switch {
	case err != nil && lacksRight(err):
		c.fail(checkRight, fmt.Sprintf(lacking+", and source.changes is %s", c.account.called(), c.account.domain, configured), c.account.grantReplication())
	case err != nil:
		c.failed(checkRight, err)
	case s.strategy == directory.DirSync:
		c.fine(checkRight, "%s may replicate %s: DirSync shows every change", c.account.called(), c.account.domain)
	case strings.Contains(s.why, "does not offer DirSync"):
		c.warn(checkRight, s.server+" does not offer DirSync: changes are found by uSNChanged", "name domain controllers of Active Directory in source.servers")
	case s.strategy == directory.DirSyncReadable:
		c.warn(checkRight, fmt.Sprintf(lacking+": only changes that it may read are seen", c.account.called(), c.account.domain), c.account.grantReplication())
	default:
		c.warn(checkRight, fmt.Sprintf(lacking+": changes are found by uSNChanged", c.account.called(), c.account.domain), c.account.grantReplication())
	}
}

// grantReplication is how the account gets the right to replicate, and no more.
func (a *account) grantReplication() string {
	if a.samba {
		return fmt.Sprintf("samba-tool dsacl set --objectdn=%s --car=get-changes --action=allow --trusteedn=%s", quoted(a.domain), quoted(a.dn))
	}
	return fmt.Sprintf(`dsacls %s /G "%s:CA;Replicating Directory Changes"`, quoted(a.domain), a.called())
}

// tombstones compares how long deleted objects are kept with how long ago the last pass was.
func (c *Checkup) tombstones(ctx context.Context) {
	s := c.session
	if err := s.readLifetime(ctx); err != nil {
		c.failed(checkTombstones, err)
		return
	}
	kept := plural(daysOf(s.lifetime), "day")
	if c.ReadAt.IsZero() {
		c.fine(checkTombstones, "deleted objects are kept for %s; no pass is known here yet", kept)
		return
	}
	switch left := daysOf(c.ReadAt.Add(s.lifetime).Sub(s.source.options.Now())); {
	case left < 0:
		c.warn(checkTombstones, fmt.Sprintf("the last pass is more than the %s ago for which deleted objects are kept", kept),
			"run `syncd --now --full`: it finds what is gone, and holds what nothing explains")
	case left < nearEnd:
		c.warn(checkTombstones, fmt.Sprintf("%s left of %s: after that, deletions since the last pass are unknowable", plural(left, "day"), kept), "run `syncd --now`, and see why no pass has ended since")
	default:
		c.fine(checkTombstones, "deletions since the last pass are known for %s", plural(left, "more day"))
	}
}

// quoted is an argument in double quotes, as both kinds of shell take it.
func quoted(dn string) string { return `"` + strings.ReplaceAll(dn, `"`, `\"`) + `"` }
