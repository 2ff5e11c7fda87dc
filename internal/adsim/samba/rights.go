package samba

import (
	"context"
	"regexp"
	"strings"
)

const (
	// getChanges is the control access right DS-Replication-Get-Changes (MS-ADTS 5.1.3.2.1).
	getChanges = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
	daclOnly   = "--controls=sd_flags:1:4" // LDAP_SERVER_SD_FLAGS_OID (MS-ADTS 3.1.1.3.4.1.11): owner and audit list stay
)

// GrantChanges lets the service account read changes by DirSync: DS-Replication-Get-Changes on the head of the domain, and
// not "...-All", which would open the password hashes.
func (d *Domain) GrantChanges(ctx context.Context) error {
	return d.setRight(ctx, d.BaseDN, "OA", "CR", getChanges, true)
}

// RevokeChanges takes back what GrantChanges gave. It holds for connections that are already open.
func (d *Domain) RevokeChanges(ctx context.Context) error {
	return d.setRight(ctx, d.BaseDN, "OA", "CR", getChanges, false)
}

// ShowDeleted lets the service account list and read the deleted objects, without which their tombstones are silently missing
// from what DirSync answers.
func (d *Domain) ShowDeleted(ctx context.Context) error {
	return d.setRight(ctx, "CN=Deleted Objects,"+d.BaseDN, "A", "RPLC", "", true)
}

// HideDeleted takes back what ShowDeleted gave.
func (d *Domain) HideDeleted(ctx context.Context) error {
	return d.setRight(ctx, "CN=Deleted Objects,"+d.BaseDN, "A", "RPLC", "", false)
}

// setRight makes the service account's entry for one right the only one, or removes it.
func (d *Domain) setRight(ctx context.Context, dn, kind, rights, object string, granted bool) error {
	controls := []string{daclOnly, "--controls=show_deleted:1"}
	sddl, err := d.layout.attribute(ctx, dn, "nTSecurityDescriptor", controls...)
	if err != nil {
		return err
	}
	wanted := withoutEntry(sddl, object, d.serviceSID)
	if granted {
		wanted = withEntry(wanted, "("+strings.Join([]string{kind, "", rights, object, "", d.serviceSID}, ";")+")")
	}
	if wanted == sddl {
		return nil
	}
	return d.layout.modify(ctx, "dn: "+dn+"\nchangetype: modify\nreplace: nTSecurityDescriptor\nnTSecurityDescriptor: "+wanted+"\n-\n", controls...)
}

// withEntry puts an entry in front of an access control list in SDDL (MS-DTYP 2.5.1), where explicit entries belong.
func withEntry(sddl, entry string) string {
	if i := strings.IndexByte(sddl, '('); i >= 0 {
		return sddl[:i] + entry + sddl[i:]
	}
	return sddl + entry
}

// withoutEntry drops the explicit entries of a trustee for an object type ("" is none).
func withoutEntry(sddl, object, sid string) string {
	return regexp.MustCompile(`\([^()]*\)`).ReplaceAllStringFunc(sddl, func(entry string) string {
		fields := strings.Split(entry[1:len(entry)-1], ";")
		if len(fields) == 6 && fields[1] == "" && strings.EqualFold(fields[3], object) && fields[5] == sid {
			return ""
		}
		return entry
	})
}
