package ldapsource

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// account is what Active Directory tells about the account that syncd binds with. Everything but user may be empty.
type account struct {
	user    string // as the configuration calls it
	dn      string
	sam     string // CORP\name
	sid     string
	domain  string // the naming context in which the rights are given
	samba   bool   // its domain controller is one, and its tools are other ones
	flags   string // userAccountControl
	expires string // msDS-UserPasswordExpiryTimeComputed
	ends    string // accountExpires
	guarded bool   // adminCount is 1
	groups  []string
	unread  error // why the account could not be read
}

// called is how people call the account.
func (a *account) called() string { return cmp.Or(a.sam, a.user) }

// name is the account's sAMAccountName, or what of its configured name may be it.
func (a *account) name() string {
	_, name, found := strings.Cut(a.sam, `\`)
	if !found {
		name, _, _ = strings.Cut(a.user, "@")
	}
	return name
}

// learnAccount reads who the session is bound as.
func (c *Checkup) learnAccount(ctx context.Context) {
	s := c.session
	a := &c.account
	a.user = s.source.cfg.Bind.User
	stop := s.during(ctx)
	s.settle()
	who, err := s.link.conn.WhoAmI(nil) // RFC 4532
	stop()
	if err == nil {
		a.sam, _ = strings.CutPrefix(who.AuthzID, "u:")
	}
	if root, err := s.read(ctx, "", anyObject, []string{"vendorName"}); err == nil && root != nil {
		a.samba = strings.Contains(root.GetAttributeValue("vendorName"), "Samba")
	}
	if s.base == "" {
		s.base = cmp.Or(s.source.cfg.BaseDN, s.root.defaultNC)
	}
	a.domain = s.domain()
	if a.unread = s.findOwnAccount(ctx); a.unread != nil || s.ownGUID.IsZero() {
		return
	}
	e, err := s.read(ctx, baseOf(s.ownGUID), anyObject, []string{
		"objectSid", "sAMAccountName", "userAccountControl", "adminCount", "tokenGroups", "accountExpires", "msDS-UserPasswordExpiryTimeComputed",
	})
	if err != nil || e == nil {
		a.unread = cmp.Or(err, fmt.Errorf("%s does not show the account", s.server))
		return
	}
	a.dn = e.DN
	a.sid = sidText(e.GetRawAttributeValue("objectSid"))
	a.flags, a.expires = e.GetAttributeValue("userAccountControl"), e.GetEqualFoldAttributeValue("msDS-UserPasswordExpiryTimeComputed")
	a.ends = e.GetAttributeValue("accountExpires")
	a.guarded = e.GetAttributeValue("adminCount") == "1"
	for _, sid := range e.GetRawAttributeValues("tokenGroups") {
		a.groups = append(a.groups, sidText(sid))
	}
	if a.sam == "" {
		a.sam = netbios(s.root.defaultNC) + `\` + e.GetAttributeValue("sAMAccountName")
	}
}

// netbios guesses the short name of a domain, where the server does not say it: the first part of its DNS name.
func netbios(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 {
		return dn
	}
	return strings.ToUpper(parsed.RDNs[0].Attributes[0].Value)
}
