//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
)

const (
	fails = directory.Failure
	warns = directory.Warning
)

var loopback = []net.IP{net.IPv4(127, 0, 0, 1)}

// certified gives the domain controller another certificate for one test.
func (w *checkWorld) certified(t *testing.T, names []string, addresses []net.IP, left time.Duration) string {
	t.Helper()
	if err := w.server.Certify(names, addresses, time.Now().Add(left)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.server.Certify([]string{"dc1.corp.example"}, loopback, time.Now().AddDate(1, 0, 0)); err != nil {
			t.Error(err)
		}
	})
	return ""
}

func faultsOfServers() []planted {
	const day = 24 * time.Hour
	return []planted{
		{"a name that DNS does not know", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.url, "ldaps://dc9.corp.invalid")
		}, "DNS", fails, "dc9.corp.invalid is unknown to DNS", "source.servers", exitUnreachable},
		{"a domain without servers in DNS", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "servers: ["+w.ad.url+"]", "domain: corp.invalid")
		}, "DNS", fails, "DNS names no domain controller of corp.invalid", "source.servers", exitUnreachable},
		{"nobody listens", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.url, "ldaps://"+closed(t))
		}, "domain controller", fails, "refused the connection", "check that the host is right", exitUnreachable},
		{"plain LDAP where LDAPS is expected", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.url, strings.Replace(w.server.URL(), "ldap://", "ldaps://", 1))
		}, "domain controller", fails, "", "", exitUnreachable},
		{"one of two domain controllers is gone", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.url, "ldaps://"+closed(t)+", "+w.ad.url)
		}, "domain controller", warns, "refused the connection", "check that the host is right", exitDone},
		{"an authority that is not trusted", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.caFile, writeFile(t, t.TempDir(), "ca.pem", testCA))
		}, "certificate", fails, "is not signed by an authority in", "source.tls.ca_file", exitUnreachable},
		{"a certificate for another name", func(t *testing.T, w *checkWorld) string {
			return w.certified(t, []string{"other.corp.example"}, nil, 300*day)
		}, "certificate", fails, "is for another name (other.corp.example)", "as its certificate does", exitUnreachable},
		{"a certificate that has expired", func(t *testing.T, w *checkWorld) string {
			return w.certified(t, []string{"dc1.corp.example"}, loopback, -day)
		}, "certificate", fails, "has expired", "renew the certificate", exitUnreachable},
		{"a certificate that expires soon", func(t *testing.T, w *checkWorld) string {
			return w.certified(t, []string{"dc1.corp.example"}, loopback, 10*day+time.Hour)
		}, "certificate", warns, "CN=dc1.corp.example by Embedded Active Directory CA for dc1.corp.example, 10 days left", "renew the certificate CN=dc1.corp.example", exitDone},
		{"a clock that is ahead", func(t *testing.T, w *checkWorld) string {
			return w.faulty(t, adsim.Fault{ClockAhead: 10 * time.Minute})
		}, "clock", warns, "dc1.corp.example is 10m", "timedatectl set-ntp true", exitDone},
		{"a clock that is behind", func(t *testing.T, w *checkWorld) string {
			return w.faulty(t, adsim.Fault{ClockAhead: -time.Hour})
		}, "clock", warns, "behind this machine", "w32tm /resync", exitDone},
		{"simple binds are forbidden", func(t *testing.T, w *checkWorld) string {
			return w.faulty(t, adsim.Fault{RefuseSimple: true})
		}, "signing", fails, "refuses simple binds", "take simple binds inside TLS", exitUnreachable},
		{"the server knows no DirSync", func(t *testing.T, w *checkWorld) string {
			return w.faulty(t, adsim.Fault{NoDirSync: true})
		}, "replication right", warns, "does not offer DirSync", "source.servers", exitDone},
		{"the name of a domain controller", func(t *testing.T, w *checkWorld) string {
			host, err := os.Hostname()
			if err != nil {
				t.Fatal(err)
			}
			short, _, _ := strings.Cut(strings.ToUpper(host), ".")
			short = short[:min(len(short), 15)]
			dn := "CN=" + short + ",OU=Domain Controllers," + w.ad.baseDN
			if err := w.server.Add(dn, []dit.Attribute{
				{Name: "objectClass", Values: []string{"computer"}},
				{Name: "sAMAccountName", Values: []string{short + "$"}},
				{Name: "userAccountControl", Values: []string{"532480"}},
				{Name: "primaryGroupID", Values: []string{"516"}},
			}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.remove(t, dn) })
			return ""
		}, "this host", warns, "has the name of a domain controller", "run syncd on a member server", exitDone},
	}
}

func faultsOfAccount() []planted {
	disabled := func(attribute, value string, back ...string) func(*testing.T, *checkWorld) string {
		return func(t *testing.T, w *checkWorld) string { return w.changed(t, attribute, value, back...) }
	}
	return []planted{
		{"a wrong password", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, filepath.Join(w.dir, "ad.password"), writeFile(t, t.TempDir(), "wrong", "wr0ng-secret\n"))
		}, "bind", fails, "the name or the password is wrong", "put the current password of the account into", exitUnreachable},
		{"an account that does not exist", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, w.ad.serviceUser, "nobody@corp.example")
		}, "bind", fails, "refused to let nobody@corp.example in", "source.bind.user", exitUnreachable},
		{"a disabled account", disabled("userAccountControl", "66050", "66048"), "bind", fails, "the account is disabled", "enable the account", exitUnreachable},
		{"an expired account", disabled("accountExpires", "116444736000000000", "0"), "bind", fails, "the account has expired", "clear the expiry date", exitUnreachable},
		{"a password that must be changed", disabled("pwdLastSet", "0", "-1"), "bind", fails, "its password has expired", "set a new password", exitUnreachable},
		{"a password that may expire", disabled("userAccountControl", "512", "66048"), "account password", warns, "and it may", "Set-ADUser svc-syncd -PasswordNeverExpires $true", exitDone},
		{"an account that expires soon", func(t *testing.T, w *checkWorld) string {
			ticks := (time.Now().Add(10*24*time.Hour+time.Hour).Unix() + epochSeconds) * 10_000_000
			return w.changed(t, "accountExpires", fmt.Sprint(ticks), "0")
		}, "account password", warns, `the account CORP\svc-syncd itself expires in 10 days`, "Clear-ADAccountExpiration svc-syncd", exitDone},
		{
			"deleted objects that cannot be seen", func(t *testing.T, w *checkWorld) string {
				return w.rights(t, adsim.Rights{GetChanges: true})
			}, "deleted objects", fails, `CORP\svc-syncd cannot see CN=Deleted Objects,DC=corp,DC=example: deletions would never arrive`,
			`dsacls "CN=Deleted Objects,DC=corp,DC=example" /G "CORP\svc-syncd:LCRP"`, exitFailed,
		},
		{"no right to replicate", func(t *testing.T, w *checkWorld) string {
			return w.rights(t, adsim.Rights{SeeDeleted: true})
		}, "replication right", warns, `CORP\svc-syncd lacks the right to replicate`, `dsacls "DC=corp,DC=example" /G "CORP\svc-syncd:CA;Replicating Directory Changes"`, exitDone},
		{"no right to replicate, and no other way", func(t *testing.T, w *checkWorld) string {
			w.rights(t, adsim.Rights{SeeDeleted: true})
			return w.configured(t, "source:\n", "source:\n  changes: dirsync\n")
		}, "replication right", fails, "and source.changes is dirsync", `/G "CORP\svc-syncd:CA;Replicating Directory Changes"`, exitFailed},
		{"a domain administrator", func(t *testing.T, w *checkWorld) string {
			t.Cleanup(func() { w.set(t, "CN=Domain Admins,CN=Users,"+w.ad.baseDN, "member", w.ad.adminDN) })
			dn := "CN=Domain Admins,CN=Users," + w.ad.baseDN
			w.set(t, dn, "member", w.ad.adminDN, "CN="+adsim.ServiceAccount+",CN=Users,"+w.ad.baseDN)
			return ""
		}, "excess rights", warns, "member of Administrators, Domain Admins: syncd needs far less", `Remove-ADGroupMember -Identity "Domain Admins" -Members svc-syncd`, exitDone},
		{"an account operator", func(t *testing.T, w *checkWorld) string {
			return w.joined(t, "CN=Account Operators,CN=Builtin")
		}, "excess rights", warns, "member of Account Operators", "Remove-ADGroupMember", exitDone},
		{"a former administrator", disabled("adminCount", "1"), "excess rights", warns, "adminCount is 1", "Set-ADUser svc-syncd -Clear adminCount", exitDone},
	}
}

func faultsOfScope() []planted {
	return []planted{
		{"a base DN that does not exist", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "source:\n", "source:\n  base_dn: OU=None,"+w.ad.baseDN+"\n", `["OU=Staff,`+w.ad.baseDN+`", "OU=Partners,`+w.ad.baseDN+`", "OU=Groups,`+w.ad.baseDN+`"]`, "[]")
		}, "base DN", fails, "does not exist", "correct source.base_dn", exitFailed},
		{"a filter about nothing", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "  scope:\n", "  scope:\n    filter: (!(depratment=Sales))\n")
		}, "filter", fails, "depratment", "correct source.scope.filter", exitFailed},
		{"a canary that is gone", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "schedule:\n", "safety:\n  canaries: [\"CN=Canary,"+w.ad.baseDN+"\"]\nschedule:\n")
		}, "canaries", fails, "the canary CN=Canary,DC=corp,DC=example is not visible", "safety.canaries", exitFailed},
		{"a container that does not exist", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "OU=Partners,", "OU=Partner,")
		}, "scope", fails, "OU=Partner,DC=corp,DC=example (scope.include) does not exist", "correct source.scope.include", exitFailed},
		{"an empty scope", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "OU=Staff,", "OU=Empty,", "OU=Groups,", "OU=Empty,")
		}, "scope", fails, "nothing is in scope", "correct source.scope", exitFailed},
		{"a scope without people", func(t *testing.T, w *checkWorld) string {
			return w.configured(t, "OU=Staff,", "OU=Empty,")
		}, "scope", warns, "nobody would be synchronised", "correct source.scope", exitDone},
		{"names of a domain that is not verified", func(t *testing.T, w *checkWorld) string {
			w.set(t, w.small(0), "userPrincipalName", "person0@corp.local")
			t.Cleanup(func() { w.set(t, w.small(0), "userPrincipalName", smallName(0)) })
			return ""
		}, "UPN suffixes", warns, "1 person has a name of corp.local, which is not verified online", "verify the domain online", exitDone},
	}
}
