package wizard_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/wizard"
)

// fake is a world in which the password and the token are "right". What else it does follows from the answers, so that a script shows it all:
// the passwords "locked" and "expired" are refused for that, an address with "later" does not let synchronisation write at first, a file below
// /readonly cannot be written, and a daemon runs where the old configuration says so in a comment.
type fake struct {
	running bool
	asked   int // how often the online directory was
	written []wizard.File
}

func (*fake) LocalDomain() string { return "corp.example" }

func (*fake) Controllers(_ context.Context, domain string) ([]string, error) {
	if domain != "corp.example" {
		return nil, &directory.Fault{Class: directory.Unreachable, Cause: "DNS names no domain controller of " + domain, Remedy: "name one"}
	}
	return []string{"ldaps://dc1.corp.example", "ldaps://dc2.corp.example"}, nil
}

func (*fake) Presented(_ context.Context, s *wizard.Source) (*wizard.Presented, error) {
	shown := &wizard.Presented{
		Server:      "ldaps://dc1.corp.example",
		Certificate: wizard.Certificate{Subject: "CN=dc1.corp.example", Issuer: "CN=Corp CA", Fingerprint: "5E:0A:11:C3:7D:42:98:B6:1F:E0:55:2A:90:7C:D4:38:6B:01:AF:E9:23:84:5C:F7:1D:B2:60:9E:47:C8:35:0F", Days: 212},
		Authority:   wizard.Certificate{Subject: "CN=Corp CA", Issuer: "CN=Corp CA", Fingerprint: "7C:41:F0:9A:2E:B8:63:D5:04:17:CE:8F:3B:A6:59:E2:70:1C:94:DD:46:2B:F8:85:13:6E:A9:C0:57:32:BD:08", Days: 2212},
		PEM:         []byte("the authority\n"),
		Trusted:     s.CAFile != "" || len(s.Authority) > 0,
	}
	if len(s.Servers) > 0 && strings.Contains(s.Servers[0], "old") {
		shown.Problem = &directory.Fault{Class: directory.Unreachable, Cause: "the certificate of " + s.Servers[0] + " is not valid", Remedy: "renew it"}
		shown.Trusted = false
		return shown, nil
	}
	shown.Unknown = !shown.Trusted
	shown.Problem = &directory.Fault{Class: directory.Unreachable, Cause: "the certificate of ldaps://dc1.corp.example is not signed by an authority that is trusted here"}
	return shown, nil
}

func (*fake) TryAccount(_ context.Context, s *wizard.Source) error {
	switch s.Password {
	case "right":
		return nil
	case "locked":
		return &wizard.Refused{Why: "the account is locked out"}
	case "expired":
		return &wizard.Refused{Why: "its password has expired"}
	}
	return &wizard.Refused{Why: "the name or the password is wrong"}
}

// tooMuch is a remedy to be copied, longer than a line.
var tooMuch = `as root: samba-tool group removemembers "Domain Admins" admin@corp.example` + strings.Repeat(" && true", 80)

func (*fake) Rights(_ context.Context, s *wizard.Source, report func(directory.Finding)) error {
	report(directory.Finding{Level: directory.Fine, Name: "replication right", Found: "DirSync shows every change"})
	if strings.Contains(s.User, "admin") {
		report(directory.Finding{Level: directory.Warning, Name: "excess rights", Found: "member of Domain Admins: syncd needs far less", Remedy: tooMuch})
	}
	return nil
}

func (*fake) Units(context.Context, *wizard.Source) ([]wizard.Unit, error) {
	const base = ",DC=corp,DC=example"
	return []wizard.Unit{
		{DN: "OU=Contractors" + base, People: 310},
		{DN: "OU=Empty" + base},
		{DN: "OU=Groups" + base, Groups: 48},
		{DN: "OU=Staff" + base, People: 11602, Contacts: 86},
		{DN: "OU=Sales,OU=Staff" + base, Depth: 1, People: 4100},
		{DN: "OU=North,OU=Sales,OU=Staff" + base, Depth: 2, People: 900},
		{DN: "OU=\x1b[31mRed,OU=Sales,OU=Staff" + base, Depth: 2, People: 1},
		{DN: "OU=Legal\\, Tax,OU=Staff" + base, Depth: 1, People: 40},
	}, nil
}

func (f *fake) Online(_ context.Context, o *wizard.Online) (*wizard.Company, error) {
	f.asked++
	if o.Token != "right" {
		return nil, &directory.Fault{Class: directory.Unreachable, Cause: o.URL + " does not accept the token", Remedy: "give a current token"}
	}
	return &wizard.Company{Name: "Contoso", SyncDisabled: strings.Contains(o.URL, "later") && f.asked == 1}, nil
}

func (*fake) Preview(_ context.Context, config string, _ []wizard.File) (*wizard.Preview, error) {
	if strings.Contains(config, "busy") {
		return &wizard.Preview{Barred: "the running syncd has the state open"}, nil
	}
	if strings.Contains(config, "elsewhere") {
		return &wizard.Preview{Read: 11650, Created: 11650, Findings: []directory.Finding{
			{Level: directory.Warning, Name: "UPN suffixes", Found: "2 people have names of corp.local, which is not verified online: their names become mailNickname@contoso.example", Remedy: "verify the domain online"},
			{Level: directory.Failure, Name: "addresses", Found: "101 people or groups have an address of corp.local, which is not verified online: they would be refused", Remedy: "verify the domain online; `syncd check --data` lists them"},
		}}, nil
	}
	return &wizard.Preview{
		Read: 11650, Created: 11647, Memberships: 38114, Refused: 3,
		Examples: []string{"create user priya.patel@corp.example: the address p.patel@corp.example is already used by Paul Patel"},
	}, nil
}

func (f *fake) Write(files []wizard.File) error {
	for _, file := range files {
		if strings.HasPrefix(file.Path, "/readonly/") {
			return &directory.Fault{Cause: "the configuration cannot be written, and everything is as it was", Remedy: "run this as an account that may write there", Err: fs.ErrPermission}
		}
	}
	if f.written != nil {
		return errors.New("written twice")
	}
	f.written = files
	return nil
}

func (f *fake) DaemonRuns(context.Context, string) bool { return f.running }
