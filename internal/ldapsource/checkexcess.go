package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// powerful are groups whose members can do more than read, by the last part of their security identifiers (MS-DTYP 2.4.2.4).
func powerful() map[string]string {
	return map[string]string{
		"-512": "Domain Admins", "-516": "Domain Controllers", "-518": "Schema Admins", "-519": "Enterprise Admins",
		"-520": "Group Policy Creator Owners", "-526": "Key Admins", "-527": "Enterprise Key Admins",
		"S-1-5-32-544": "Administrators", "S-1-5-32-548": "Account Operators", "S-1-5-32-549": "Server Operators",
		"S-1-5-32-550": "Print Operators", "S-1-5-32-551": "Backup Operators",
	}
}

// getChangesAll lets an account read password hashes (DS-Replication-Get-Changes-All, MS-ADTS 5.1.3.2.1).
const getChangesAll = "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"

// Excess looks at what the account can do and need not, and at how long its password lasts.
func (c *Checkup) Excess(ctx context.Context) {
	if c.account.unread != nil || c.account.dn == "" {
		why := "it may be of another domain"
		if c.account.unread != nil {
			why = c.account.unread.Error()
		}
		for _, name := range []string{checkExcess, checkPassword} {
			c.warn(name, fmt.Sprintf("the account %s cannot be read: %s", c.account.user, why), "see by hand that it is a plain account with a password that does not expire")
		}
		return
	}
	c.excess(ctx)
	c.lasting()
}

func (c *Checkup) excess(ctx context.Context) {
	a := &c.account
	groups := a.powers()
	switch all, err := c.replicatesAll(ctx); {
	case len(groups) > 0:
		c.warn(checkExcess, fmt.Sprintf("member of %s: syncd needs far less", strings.Join(groups, ", ")), a.leave(groups))
	case err != nil:
		c.failed(checkExcess, err)
	case all:
		c.warn(checkExcess, fmt.Sprintf("%s may replicate everything (DS-Replication-Get-Changes-All), password hashes too", a.called()), a.revokeAll())
	case a.guarded:
		c.warn(checkExcess, a.called()+" is or was a protected account (adminCount is 1): its rights are those of an administrator",
			a.clearAdminCount())
	default:
		c.fine(checkExcess, "none: %s is in no privileged group", a.called())
	}
}

// powers names the powerful groups that the account is in, nested ones included.
func (a *account) powers() []string {
	var list []string
	for _, sid := range a.groups {
		for suffix, name := range powerful() {
			if sid == suffix || suffix[0] == '-' && strings.HasPrefix(sid, "S-1-5-21-") && strings.HasSuffix(sid, suffix) {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

// leave is how the account gets out of groups.
func (a *account) leave(groups []string) string {
	commands := make([]string, 0, len(groups))
	for _, g := range groups {
		if a.samba {
			commands = append(commands, fmt.Sprintf(`samba-tool group removemembers "%s" %s`, g, a.name()))
		} else {
			commands = append(commands, fmt.Sprintf(`Remove-ADGroupMember -Identity "%s" -Members %s`, g, a.name()))
		}
	}
	return strings.Join(commands, "; ") + " (it may be in some of them by another group)"
}

func (a *account) revokeAll() string {
	if a.samba {
		return asRoot + rewriteACL(a.domain, fmt.Sprintf("s/(OA;;CR;%s;;%s)//", getChangesAll, a.sid))
	}
	return fmt.Sprintf(`dsacls %s /R "%s", and then: %s`, quoted(a.domain), a.called(), a.grantReplication())
}

func (a *account) clearAdminCount() string {
	if a.samba {
		return fmt.Sprintf("use another account that never was an administrator, or take the mark away: samba-tool user edit %s, and delete the line adminCount", a.name())
	}
	return fmt.Sprintf("use another account that never was an administrator, or take the mark away: Set-ADUser %s -Clear adminCount", a.name())
}

// replicatesAll reads the access control list of the domain's head. Where it cannot be read, the account has no such right that it knows
// of.
func (c *Checkup) replicatesAll(ctx context.Context) (bool, error) {
	// The value is the DER of SEQUENCE { INTEGER 4 }: the discretionary list alone, which needs no privilege (MS-ADTS 3.1.1.3.4.1.11).
	list := ldap.NewControlString(ldap.ControlTypeMicrosoftSDFlags, true, "\x30\x03\x02\x01\x04")
	e, err := c.session.read(ctx, c.account.domain, anyObject, []string{"nTSecurityDescriptor"}, list)
	if ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultUnavailableCriticalExtension) {
		return false, nil
	}
	if err != nil {
		return false, c.session.fault(ctx, err, "reading the rights on the domain")
	}
	if e == nil {
		return false, nil
	}
	entries, _ := grants(e.GetRawAttributeValue("nTSecurityDescriptor")) // what is none grants nothing
	return c.account.holds(entries, getChangesAll), nil
}

// holds reports whether a list gives the account, or a group of it, a control access right.
func (a *account) holds(list []grant, right string) bool {
	wanted, err := directory.ParseAnchor(right)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(list, func(g grant) bool {
		of := g.sid == a.sid || slices.Contains(a.groups, g.sid)
		control := g.mask&rightControl != 0 && (g.right.IsZero() || g.right == wanted)
		return of && (control || g.mask&rightGenericAll != 0 && g.right.IsZero())
	})
}
