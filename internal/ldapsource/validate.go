package ldapsource

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// Validate reports everything that is wrong with the section, each as a *directory.FieldError in one joined error. It reads the
// password file and the CA file, but opens no connection.
func (c *Config) Validate() error {
	return errors.Join(slices.Concat(c.checkServers(), c.checkBind(), c.checkChanges(), c.checkScope())...)
}

func (c *Config) checkServers() []error {
	var bad []error
	if len(c.Servers) == 0 && c.Domain == "" {
		bad = append(bad, field("servers", "no domain controller is named",
			"list at least one, for example ldaps://dc1.corp.example, or set domain to find them through DNS"))
	}
	for i, s := range c.Servers {
		if problem, remedy := wrongServer(s, c.TLS.StartTLS); problem != "" {
			bad = append(bad, field(fmt.Sprintf("servers[%d]", i), problem, remedy))
		}
	}
	if strings.ContainsAny(c.Domain, "/:@ =,") {
		bad = append(bad, field("domain", fmt.Sprintf("%q is not a DNS domain name", c.Domain), "write it like corp.example"))
	}
	if _, err := ldap.ParseDN(c.BaseDN); err != nil {
		bad = append(bad, field("base_dn", fmt.Sprintf("%q is not a distinguished name", c.BaseDN), "write it like DC=corp,DC=example"))
	}
	if c.TLS.CAFile != "" {
		if _, err := readCertificates(c.TLS.CAFile); err != nil {
			bad = append(bad, field("tls.ca_file", err.Error(), "give a PEM file with the certificate of the authority that signed the domain controllers' certificates"))
		}
	}
	return bad
}

func wrongServer(server string, startTLS bool) (problem, remedy string) {
	u, err := url.Parse(server)
	if err == nil && u.User != nil { // not quoted, for it may hold a password
		return "the address must not hold a name or a password", "write it like ldaps://dc1.corp.example, and name the account in bind.user"
	}
	if err != nil || u.Hostname() == "" || (u.Scheme != schemePlain && u.Scheme != schemeTLS) || strings.Trim(u.Path, "/") != "" {
		return fmt.Sprintf("%q is not the address of a domain controller", server), "write it like ldaps://dc1.corp.example"
	}
	if u.Scheme == schemePlain && !startTLS {
		return fmt.Sprintf("%s would send the password in clear text", server), "use ldaps://, or set tls.start_tls: true"
	}
	if u.Scheme == schemeTLS && startTLS {
		return fmt.Sprintf("%s already begins with TLS, so start_tls cannot follow", server), "use ldap:// with tls.start_tls: true, or ldaps:// without"
	}
	return "", ""
}

func (c *Config) checkBind() []error {
	var bad []error
	if c.Bind.Method != bindSimple {
		bad = append(bad, field("bind.method", fmt.Sprintf("%q is not available in this version", c.Bind.Method), "use simple, which always runs inside TLS"))
	}
	if c.Bind.User == "" {
		bad = append(bad, field("bind.user", "no account is named", "name the account that reads the directory, for example svc-syncd@corp.example"))
	}
	if c.Bind.PasswordFile == "" {
		bad = append(bad, field("bind.password_file", "no file is named", "name the file that holds the password of bind.user"))
	} else if _, err := directory.ReadSecret(c.Bind.PasswordFile); err != nil {
		bad = append(bad, field("bind.password_file", err.Error(), "put the password of bind.user into that file and let the account that syncd runs as read it"))
	}
	return bad
}

func (c *Config) checkChanges() []error {
	switch c.Changes {
	case ChangesAuto, ChangesDirSync, ChangesUSN, ChangesFull:
		return nil
	}
	return []error{field("changes", fmt.Sprintf("%q is not a way to learn about changes", c.Changes), "use auto, dirsync, usn or full")}
}

func (c *Config) checkScope() []error {
	bad := slices.Concat(c.checkContainers("scope.include", c.Scope.Include), c.checkContainers("scope.exclude", c.Scope.Exclude))
	if c.Scope.Filter != "" {
		if _, err := ldap.CompileFilter(c.Scope.Filter); err != nil {
			bad = append(bad, field("scope.filter", fmt.Sprintf("%q is not an LDAP filter", c.Scope.Filter), "write it like (department=Sales)"))
		}
	}
	for i, g := range c.Scope.Groups {
		if _, err := baseNamed(g); err != nil {
			bad = append(bad, field(fmt.Sprintf("scope.groups[%d]", i), fmt.Sprintf("%q is neither a distinguished name nor an anchor", g),
				"write it like CN=Pilot,OU=Groups,DC=corp,DC=example, or give its objectGUID"))
		}
	}
	if len(c.Scope.Kinds) == 0 {
		bad = append(bad, field("scope.kinds", "the list is empty, so nothing would be read", "list user, contact or group, or leave the key out for all three"))
	}
	for i, k := range c.Scope.Kinds {
		if _, err := directory.ParseKind(k); err != nil {
			bad = append(bad, field(fmt.Sprintf("scope.kinds[%d]", i), fmt.Sprintf("%q is not a kind of object", k), "use user, contact or group"))
		}
	}
	return bad
}

// checkContainers refuses what is no distinguished name, and what lies outside the base DN and could never be read.
func (c *Config) checkContainers(name string, list []string) []error {
	var bad []error
	base, _ := ldap.ParseDN(c.BaseDN) // a bad base DN has been reported on its own
	for i, text := range list {
		at := fmt.Sprintf("%s[%d]", name, i)
		dn, err := ldap.ParseDN(text)
		switch {
		case err != nil || len(dn.RDNs) == 0:
			bad = append(bad, field(at, fmt.Sprintf("%q is not a distinguished name", text), "write it like OU=Staff,DC=corp,DC=example"))
		case base != nil && !within(base, dn):
			bad = append(bad, field(at, fmt.Sprintf("%s is not below the base DN %s", text, c.BaseDN), "correct it, or name a base_dn that holds it"))
		}
	}
	return bad
}

// within reports whether dn is base or lies below it.
func within(base, dn *ldap.DN) bool {
	return len(base.RDNs) == 0 || base.EqualFold(dn) || base.AncestorOfFold(dn)
}

func field(name, problem, remedy string) error {
	return &directory.FieldError{Field: name, Problem: problem, Remedy: remedy}
}
