package adsim_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
)

func TestBindNames(t *testing.T) {
	w := start(t, nil)
	for _, name := range []string{
		"CN=svc-syncd," + users, "cn=SVC-SYNCD,cn=users,dc=corp,dc=example", "svc-syncd@corp.example", "SVC-SYNCD@CORP.EXAMPLE",
		`CORP\svc-syncd`, "svc-syncd",
	} {
		c := w.dial(name, password)
		who, err := c.WhoAmI(nil)
		if err != nil || who.AuthzID != `u:CORP\svc-syncd` {
			t.Errorf("bound as %s, WhoAmI says %v, %v", name, who, err)
		}
	}
}

func TestRefusedBinds(t *testing.T) {
	w := start(t, nil)
	w.create("CN=Off,"+users, "user", "sAMAccountName", "off", "userPrincipalName", "off@corp.example", "userAccountControl", "512")
	set := func(dn, attribute, value string) {
		w.modify(dn, func(m *ldap.ModifyRequest) { m.Replace(attribute, []string{value}) })
	}
	utf16 := func(s string) string { return strings.Join(strings.Split(`"`+s+`"`, ""), "\x00") + "\x00" }
	set("CN=Off,"+users, "unicodePwd", utf16("secret"))
	w.dial("off@corp.example", "secret")
	for _, c := range []struct{ what, name, password, attribute, value, data string }{
		{"a wrong password", "off@corp.example", "Secret", "", "", "data 52e"},
		{"an unknown name", "nobody@corp.example", "secret", "", "", "data 52e"},
		{"another domain", `OTHER\off`, "secret", "", "", "data 52e"},
		{"disabled", "off@corp.example", "secret", "userAccountControl", "514", "data 533"},
		{"expired", "off@corp.example", "secret", "accountExpires", "132000000000000000", "data 701"},
		{"locked", "off@corp.example", "secret", "lockoutTime", "132000000000000000", "data 775"},
		{"new password needed", "off@corp.example", "secret", "pwdLastSet", "0", "data 773"},
	} {
		if c.attribute != "" {
			set("CN=Off,"+users, c.attribute, c.value)
		}
		err := w.connect().Bind(c.name, c.password)
		if !ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials) || !strings.Contains(err.Error(), c.data) {
			t.Errorf("%s: %v, want %s", c.what, err, c.data)
		}
		switch c.attribute {
		case "userAccountControl":
			set("CN=Off,"+users, c.attribute, "512")
		case "accountExpires", "lockoutTime":
			set("CN=Off,"+users, c.attribute, "0")
		}
	}
}

// Without TLS no password travels; StartTLS makes the connection fit for one.
func TestPlainConnection(t *testing.T) {
	w := start(t, nil)
	c, err := ldap.DialURL(w.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	wantCode(t, "a bind in clear", c.Bind(adminDN, password), ldap.LDAPResultStrongAuthRequired)
	if err := c.StartTLS(w.trust()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a bind inside TLS", c.Bind(adminDN, password), 0)
	wantCode(t, "StartTLS again", c.StartTLS(w.trust()), ldap.ErrorNetwork) // go-ldap itself refuses
}

func TestAnonymous(t *testing.T) {
	w := start(t, nil)
	c := w.connect()
	r := w.search(c, "", ldap.ScopeBaseObject, "(objectClass=*)", []string{"defaultNamingContext", "dnsHostName"})
	if got := r.Entries[0].GetAttributeValue("defaultNamingContext"); got != base || len(r.Entries[0].Attributes) != 2 {
		t.Errorf("rootDSE says %q and %d attributes", got, len(r.Entries[0].Attributes))
	}
	_, err := find(c, base, ldap.ScopeBaseObject, "(objectClass=*)", nil)
	wantCode(t, "a search before a bind", err, ldap.LDAPResultOperationsError)
	if err == nil || !strings.Contains(err.Error(), "a successful bind must be completed") {
		t.Errorf("its message is %v", err)
	}
	wantCode(t, "a bind without a password", c.UnauthenticatedBind(adminDN), 0)
	_, err = find(c, base, ldap.ScopeBaseObject, "(objectClass=*)", nil)
	wantCode(t, "a search after it", err, ldap.LDAPResultOperationsError)
}

func TestSASLAndUnknownOperations(t *testing.T) {
	w := start(t, nil)
	c := w.dial(adminDN, password)
	wantCode(t, "SASL", c.ExternalBind(), ldap.LDAPResultAuthMethodNotSupported)
	wantCode(t, "the connection after it", c.Bind(adminDN, password), 0)
	_, err := c.Extended(&ldap.ExtendedRequest{Name: "1.2.3.4"})
	wantCode(t, "an unknown extended operation", err, ldap.LDAPResultProtocolError)
	_, err = find(c, base, ldap.ScopeBaseObject, "(objectClass=*)", nil, ldap.NewControlString("1.2.3.4", true, ""))
	wantCode(t, "an unknown critical control", err, ldap.LDAPResultUnavailableCriticalExtension)
	_, err = find(c, base, ldap.ScopeBaseObject, "(objectClass=*)", nil, ldap.NewControlString("1.2.3.4", false, ""))
	wantCode(t, "an unknown control that is not critical", err, 0)
}

func TestRootDSENamesTheDatabase(t *testing.T) {
	w := start(t, nil)
	root := w.search(w.service, "", ldap.ScopeBaseObject, "(objectClass=*)", nil).Entries[0]
	settings := w.search(w.service, root.GetAttributeValue("dsServiceName"), ldap.ScopeBaseObject, "(objectClass=*)", []string{"invocationId"})
	if id := settings.Entries[0].GetRawAttributeValue("invocationId"); len(id) != 16 {
		t.Errorf("the invocationId is %x", id)
	}
	if root.GetAttributeValue("dnsHostName") != "dc1.corp.example" || !strings.HasSuffix(root.GetAttributeValue("currentTime"), ".0Z") {
		t.Errorf("rootDSE: %v", root)
	}
	r := w.search(w.service, "CN=Configuration,"+base, ldap.ScopeWholeSubtree, "(tombstoneLifetime=*)", []string{"tombstoneLifetime"})
	if len(r.Entries) != 1 || r.Entries[0].GetAttributeValue("tombstoneLifetime") != "180" {
		t.Errorf("the tombstone lifetime: %v", r.Entries)
	}
}

func TestConfigIsChecked(t *testing.T) {
	err := adsim.Config{BaseDN: "OU=x", DNSName: "dc1.else.example", PageSize: -1}.Validate()
	for _, field := range []string{"BaseDN", "DNSName", "AdminPassword", "ServicePassword", "PageSize"} {
		if err == nil || !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}
