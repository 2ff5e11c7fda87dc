package domain_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/bench/domain"
	"syncd/internal/bench/openldap"
)

// serve serves a domain inside of the test and returns what it says about itself.
func serve(t *testing.T, o domain.Options) domain.Info {
	t.Helper()
	if err := openldap.Installed(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	o.Dir = t.TempDir()
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		err := domain.Serve(ctx, o, writer)
		writer.CloseWithError(err)
		served <- err
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var info domain.Info
	if err := json.Unmarshal([]byte(line[strings.IndexByte(line, '{'):]), &info); err != nil {
		t.Fatal(err)
	}
	return info
}

func connect(t *testing.T, info domain.Info) *ldap.Conn {
	t.Helper()
	pem, err := os.ReadFile(info.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c, err := ldap.DialURL(info.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: pool}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	password, err := os.ReadFile(info.Password)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(info.User, string(password)); err != nil {
		t.Fatal(err)
	}
	return c
}

// values are the attributes of an entry, each with its values in a sorted list.
type values map[string][]string

// read reads entries in pages, by their distinguished names in lower case.
func read(t *testing.T, c *ldap.Conn, base, filter string, attributes ...string) map[string]values {
	t.Helper()
	extended := ldap.NewControlString(ldap.ControlTypeMicrosoftExtendedDN, true, "\x30\x03\x02\x01\x01")
	paging := ldap.NewControlPaging(500)
	all := map[string]values{}
	for {
		r, err := c.Search(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, 0, 0, 0, false, filter, attributes, []ldap.Control{extended, paging}))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Entries {
			dn := strings.ToLower(e.DN[strings.LastIndexByte(e.DN, ';')+1:])
			all[dn] = values{}
			for _, a := range e.Attributes {
				if list := slices.Sorted(slices.Values(a.Values)); len(list) > 0 && a.Name != "objectClass" {
					all[dn][a.Name] = list
				}
			}
		}
		answer, ok := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok {
			t.Fatal("a page without its control")
		}
		if len(answer.Cookie) == 0 {
			return all
		}
		paging.SetCookie(answer.Cookie)
	}
}

// What OpenLDAP answers is what Active Directory answers, large groups with the range of their first members included.
func TestPagesAreThoseOfActiveDirectory(t *testing.T) {
	const live = "(|(sAMAccountType=805306368)(objectClass=contact)(objectClass=group))"
	info := serve(t, domain.Options{Users: 1900, Groups: []int{20, 1800}})
	c := connect(t, info)
	attributes := []string{
		"name", "cn", "objectGUID", "objectSid", "sAMAccountName", "sAMAccountType", "userPrincipalName", "displayName", "mail", "proxyAddresses", "manager", "uSNChanged",
		"whenChanged", "userAccountControl", "accountExpires", "telephoneNumber", "description", "isCriticalSystemObject", "primaryGroupID", "ou", "l", "streetAddress",
	}
	// Only who asks for members is answered by OpenLDAP.
	truth := read(t, c, info.BaseDN, live, attributes...)
	for dn, members := range read(t, c, info.BaseDN, "(objectClass=group)", "objectGUID", "member;range=0-1499") {
		for name, list := range members {
			if strings.HasPrefix(name, "member") {
				truth[dn][strings.Replace(name, "member;range=0-*", "member", 1)] = list
			}
		}
	}
	pages := read(t, c, info.BaseDN, live, append(attributes, "member")...)
	if len(pages) < info.Objects || len(pages) < 1900 {
		t.Errorf("%d entries of %d objects", len(pages), info.Objects)
	}
	for _, all := range []map[string]values{truth, pages} {
		delete(all, "cn=svc-syncd,cn=users,"+strings.ToLower(info.BaseDN)) // signing in has changed it meanwhile
	}
	if d := cmp.Diff(truth, pages); d != "" {
		t.Errorf("Active Directory (-) and OpenLDAP (+) differ:\n%.3000s", d)
	}
	if list := pages[strings.ToLower(info.Groups[1].DN)]["member;range=0-1499"]; len(list) != 1500 {
		t.Errorf("the large group shows %d members at first", len(list))
	}
}
