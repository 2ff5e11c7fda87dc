package dit

import (
	"crypto/subtle"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// The reasons for which Active Directory refuses a logon, as its message names them (MS-ERREF 2.2).
const (
	badPassword   = 0x52e
	isDisabled    = 0x533
	isExpired     = 0x701
	mustChange    = 0x773
	isLocked      = 0x775
	logonTemplate = "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data %x, v1db1"
)

// SetPassword gives an account a password. It is for setting up: over LDAP one writes unicodePwd.
func (t *Tree) SetPassword(e *Entry, password directory.Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passwords[e] = password
}

// Authenticate checks a simple bind (MS-ADTS 5.1.1.1.1) and notes the logon. The name is a DN, a user principal name, DOMAIN\account
// or an account name. An unknown name and a wrong password look alike.
func (t *Tree) Authenticate(name string, password directory.Secret) (*Entry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.principal(name)
	if e == nil || e.state != live {
		return nil, refuse(ldap.LDAPResultInvalidCredentials, logonTemplate, badPassword)
	}
	secret, ok := t.passwords[e]
	if !ok || subtle.ConstantTimeCompare([]byte(secret.Reveal()), []byte(password.Reveal())) != 1 {
		t.countFailure(e)
		return nil, refuse(ldap.LDAPResultInvalidCredentials, logonTemplate, badPassword)
	}
	if reason := t.barred(e); reason != 0 {
		return nil, refuse(ldap.LDAPResultInvalidCredentials, logonTemplate, reason)
	}
	t.noteLogon(e)
	return e, nil
}

// principal finds the account behind a bind name (MS-ADTS 5.1.1.1.1).
func (t *Tree) principal(name string) *Entry {
	if e, err := t.Resolve(name); err == nil {
		return e
	}
	if e := t.byUPN[fold(name)]; e != nil {
		return e
	}
	if domain, account, ok := strings.Cut(name, `\`); ok {
		if !strings.EqualFold(domain, t.options.NetBIOSName) && !strings.EqualFold(domain, t.DNSDomain()) {
			return nil
		}
		return t.bySAM[fold(account)]
	}
	if account, domain, ok := strings.Cut(name, "@"); ok {
		if !strings.EqualFold(domain, t.DNSDomain()) && !strings.EqualFold(domain, t.options.NetBIOSName) {
			return nil
		}
		return t.bySAM[fold(account)]
	}
	return t.bySAM[fold(name)]
}

// barred says why an account with the right password may not log on, 0 when it may.
func (t *Tree) barred(e *Entry) int {
	now := t.options.Now()
	expires := t.number(e, "accountExpires")
	nowTicks := now.Unix()*1e7 + 116444736000000000
	switch {
	case t.number(e, "lockoutTime") != 0:
		return isLocked
	case t.number(e, "userAccountControl")&accountDisabled != 0:
		return isDisabled
	case expires != 0 && expires < nowTicks:
		return isExpired
	case t.number(e, "pwdLastSet") == 0:
		return mustChange
	}
	return 0
}

// noteLogon writes what a logon leaves behind. lastLogonTimestamp replicates, so an account shows up in its own deltas.
func (t *Tree) noteLogon(e *Entry) {
	now := fileTime(t.options.Now())
	t.touch(e)
	e.set(t.Attribute("lastLogonTimestamp").id, NewValues(now), t.usn)
	e.set(t.Attribute("lastLogon").id, NewValues(now), t.usn)
	e.set(t.Attribute("logonCount").id, NewValues(strconv.FormatInt(t.number(e, "logonCount")+1, 10)), t.usn)
	e.set(t.Attribute("badPwdCount").id, NewValues("0"), t.usn)
}

// countFailure is local to this domain controller and replicates to nobody.
func (t *Tree) countFailure(e *Entry) {
	e.set(t.Attribute("badPwdCount").id, NewValues(strconv.FormatInt(t.number(e, "badPwdCount")+1, 10)), t.usn)
	e.set(t.Attribute("badPasswordTime").id, NewValues(fileTime(t.options.Now())), t.usn)
}

// MemberOf reports whether the account is in the group, directly, nested, or as its primary group. It needs the lock.
func (t *Tree) MemberOf(e, group *Entry) bool {
	for _, g := range t.groupsOf(e) {
		if g == group {
			return true
		}
	}
	return false
}

// DNSDomain is the domain's DNS name, for example corp.example.
func (t *Tree) DNSDomain() string {
	names := make([]string, 0, len(t.suffix))
	for _, step := range t.suffix {
		names = append(names, step.value)
	}
	return strings.Join(names, ".")
}

// NetBIOSName is the domain's short name, for example CORP.
func (t *Tree) NetBIOSName() string { return t.options.NetBIOSName }
