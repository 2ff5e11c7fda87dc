package ldapsource

import "syncd/internal/directory"

// Config is the `source` section of the configuration file. The comments of its keys, as those of every section, are what docs/configuration.md says.
type Config struct {
	// domain controllers, tried in order: `ldaps://dc1.corp.example`, or `ldap://…` with `tls.start_tls`
	Servers []string `yaml:"servers"`
	// instead of `servers`: the DNS domain whose SRV records (`_ldap._tcp.dc._msdcs.DOMAIN`) name the domain controllers
	Domain string `yaml:"domain"`
	// the top of what is read; without it the server's `defaultNamingContext`
	BaseDN string `yaml:"base_dn"`
	Bind   Bind   `yaml:"bind"`
	TLS    TLS    `yaml:"tls"`
	// how a pass learns what changed: `auto`, `dirsync`, `usn` or `full`; see docs/configuration.md#how-changes-are-found
	Changes Changes `yaml:"changes"`
	Scope   Scope   `yaml:"scope"`
}

// Bind says as whom the source is read.
type Bind struct {
	// `simple` is the only method of this version
	Method string `yaml:"method"`
	// the account: user@domain, `DOMAIN\user` or a distinguished name; see docs/permissions.md
	User string `yaml:"user"`
	// the file with its password in its one line; a name without a folder is that of a credential of systemd, see docs/services.md#secrets
	PasswordFile string `yaml:"password_file"`
}

// TLS says whom to trust.
type TLS struct {
	// PEM file of the authority that signed the domain controllers' certificates; without it the system's authorities count
	CAFile string `yaml:"ca_file"`
	// `true` with `ldap://` servers; a simple bind without TLS is always refused
	StartTLS bool `yaml:"start_tls"`
}

// Changes is how a pass learns what changed.
type Changes string

// The ways to learn what changed.
const (
	ChangesAuto    Changes = "auto"    // the best of the others that the account and the server can do
	ChangesDirSync Changes = "dirsync" // the DirSync control with the right to replicate (MS-ADTS 3.1.1.3.4.1.3)
	ChangesUSN     Changes = "usn"     // polling by uSNChanged (MS-ADTS 3.1.1.1.9)
	ChangesFull    Changes = "full"    // not at all: every pass is a full pass
)

// Scope says which part of the domain is read.
type Scope struct {
	// distinguished names of containers whose objects are synchronised; without any, `base_dn`; they are followed when they are renamed or moved
	Include []string `yaml:"include"`
	// containers inside them that are not; the nearest container above an object decides
	Exclude []string `yaml:"exclude"`
	// an LDAP filter (RFC 4515) that objects must match too
	Filter string `yaml:"filter"`
	// only the members, nested ones too, of these groups, by distinguished name or anchor: for a pilot; without any, everybody. They are followed when
	// they are renamed or moved. Leaving the group is a departure with that evidence; a group that is deleted, not visible or shows no member at all
	// holds everything
	Groups []string `yaml:"groups"`
	// some of `user`, `contact`, `group`
	Kinds []string `yaml:"kinds"`
}

// DefaultConfig holds the default of every key that has one.
func DefaultConfig() Config {
	c := Config{Bind: Bind{Method: bindSimple}, Changes: ChangesAuto}
	for _, k := range directory.Kinds() {
		c.Scope.Kinds = append(c.Scope.Kinds, k.String())
	}
	return c
}

const bindSimple = "simple"
