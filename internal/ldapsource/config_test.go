package ldapsource

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func validConfig(t *testing.T) Config {
	t.Helper()
	c := DefaultConfig()
	c.Servers = []string{"ldaps://dc1.corp.example", "ldaps://[::1]:10636/"}
	c.BaseDN = "DC=corp,DC=example"
	c.Bind.User = "svc-syncd@corp.example"
	c.Bind.PasswordFile = file(t, "ad.password", "secret with space \n")
	c.Scope.Include = []string{"ou=staff,dc=CORP,dc=example"}
	c.Scope.Filter = "(&(department=*)(!(title=x)))"
	return c
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestValidate(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   []string // field and problem of each error
	}{
		{"valid", func(*Config) {}, nil},
		{"domain", func(c *Config) { c.Servers, c.Domain = nil, "corp.example" }, nil},
		{"full", func(c *Config) { c.Changes = ChangesFull }, nil},
		{"empty", func(c *Config) { *c = Config{} }, []string{
			"servers: no domain controller is named", `bind.method: "" is not available in this version`, "bind.user: no account is named",
			"bind.password_file: no file is named", `changes: "" is not a way to learn about changes`, "scope.kinds: the list is empty, so nothing would be read",
		}},
		{"servers", func(c *Config) { c.Servers = []string{"dc1", "ldap://dc1", "ldaps://u:p@dc1", "https://dc1"} }, []string{
			`servers[0]: "dc1" is not the address of a domain controller`, "servers[1]: ldap://dc1 would send the password in clear text",
			`servers[2]: the address must not hold a name or a password`, `servers[3]: "https://dc1" is not the address of a domain controller`,
		}},
		{"start_tls", func(c *Config) { c.Servers, c.TLS.StartTLS = []string{"ldap://dc1", "ldaps://dc1"}, true }, []string{
			"servers[1]: ldaps://dc1 already begins with TLS, so start_tls cannot follow",
		}},
		{"names", func(c *Config) { c.Domain, c.BaseDN = "ldap://corp", "corp.example" }, []string{
			`domain: "ldap://corp" is not a DNS domain name`, `base_dn: "corp.example" is not a distinguished name`,
		}},
		{"files", func(c *Config) { c.Bind.PasswordFile, c.TLS.CAFile = missing, missing }, []string{
			"tls.ca_file: the CA file cannot be read: open " + missing + ": no such file or directory",
			"bind.password_file: " + missing + " cannot be read: no such file or directory",
		}},
		{"ways", func(c *Config) {
			c.Bind.Method, c.Changes, c.Scope.Groups = "gssapi", "polling", []string{"CN=Team,DC=corp,DC=example", "Team"}
		}, []string{
			`bind.method: "gssapi" is not available in this version`, `changes: "polling" is not a way to learn about changes`,
			`scope.groups[1]: "Team" is neither a distinguished name nor an anchor`,
		}},
		{"scope", func(c *Config) {
			c.Scope = Scope{Include: []string{"Staff", "OU=Staff,DC=other"}, Exclude: []string{""}, Filter: "department=Sales", Kinds: []string{"user", "printer"}}
		}, []string{
			`scope.include[0]: "Staff" is not a distinguished name`, "scope.include[1]: OU=Staff,DC=other is not below the base DN DC=corp,DC=example",
			`scope.exclude[0]: "" is not a distinguished name`, `scope.filter: "department=Sales" is not an LDAP filter`, `scope.kinds[1]: "printer" is not a kind of object`,
		}},
	} {
		cfg := validConfig(t)
		c.change(&cfg)
		if diff := cmp.Diff(c.want, problems(t, cfg.Validate())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestFilesThatHoldNothing(t *testing.T) {
	c := validConfig(t)
	c.Bind.PasswordFile = file(t, "empty", "\n")
	c.TLS.CAFile = file(t, "ca.pem", "no certificate")
	want := []string{"tls.ca_file: the CA file " + c.TLS.CAFile + " holds no PEM certificate", "bind.password_file: " + c.Bind.PasswordFile + " is empty, or begins with an empty line"}
	if diff := cmp.Diff(want, problems(t, c.Validate())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// problems takes the joined error apart and insists on a remedy in each.
func problems(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		t.Fatalf("%T %v is no joined error", err, err)
	}
	var list []string
	for _, e := range joined.Unwrap() {
		f, ok := errors.AsType[*directory.FieldError](e)
		if !ok || f.Remedy == "" {
			t.Errorf("%T %v is no FieldError with a remedy", e, e)
			continue
		}
		list = append(list, f.Field+": "+f.Problem)
	}
	return list
}

func TestNewRefusesBadCanaries(t *testing.T) {
	_, err := New(validConfig(t), Options{Canaries: []string{"2cf1d4b9-0000-0000-0000-000000000000", "CN=x,DC=corp", "somebody"}})
	if directory.ClassOf(err) != directory.Usage {
		t.Errorf("%v", err)
	}
}
