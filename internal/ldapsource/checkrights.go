package ldapsource

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

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
		return fmt.Sprintf("as root on the domain controller: %s", a.sambaShowDeleted(container))
	}
	return fmt.Sprintf(`as a domain administrator: dsacls %[1]s /takeownership && dsacls %[1]s /G "%[2]s:LCRP"`, quoted(container), a.called())
}

// sambaShowDeleted adds an entry to the access control list: samba-tool does not find the container, because it is a deleted object itself.
func (a *account) sambaShowDeleted(container string) string {
	const database = "-H $(samba-tool testparm --suppress-prompt --parameter-name='private dir' 2>/dev/null)/sam.ldb"
	return fmt.Sprintf(`ldbsearch %[1]s --show-deleted --controls=sd_flags:1:4 -s base -b %[2]s nTSecurityDescriptor | `+
		`sed -n -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' -e 's/.*nTSecurityDescriptor: \([^(]*\)\([^\n]*\).*/dn: %[3]s\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: \1(A;;RPLC;;;%[4]s)\2/p' | `+
		`ldbmodify %[1]s --controls=show_deleted:1 --controls=sd_flags:1:4`, database, quoted(container), container, a.sid)
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
		c.fine(checkTombstones, "deleted objects are kept for %s; no pass has been made yet", kept)
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

// expiry is when the account's password expires; zero for never. known is false where Active Directory does not tell.
func (a *account) expiry() (at time.Time, known bool) {
	const neverExpires, epoch = 0x10000, 116444736000000000 // MS-ADTS 2.2.16; 1970 in ticks of 100 ns since 1601
	if flags, err := strconv.ParseInt(a.flags, 10, 64); err == nil && flags&neverExpires != 0 {
		return time.Time{}, true
	}
	ticks, err := strconv.ParseInt(a.expires, 10, 64)
	if err != nil || ticks <= 0 {
		return time.Time{}, false
	}
	if ticks == 1<<63-1 {
		return time.Time{}, true
	}
	return time.Unix(0, 0).Add(time.Duration(ticks-epoch) * 100).UTC(), true
}

// quoted is an argument in double quotes, as both kinds of shell take it.
func quoted(dn string) string { return `"` + strings.ReplaceAll(dn, `"`, `\"`) + `"` }
