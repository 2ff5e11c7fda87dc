package ldapsource

import "syncd/internal/directory"

// Config is the `source` section of the configuration file.
type Config struct {
	// Servers are tried in order: ldaps://host[:port], or ldap://host[:port] with tls.start_tls. Empty: the servers that DNS
	// names for Domain (SRV records of _ldap._tcp.dc._msdcs.DOMAIN).
	Servers []string `yaml:"servers"`
	Domain  string   `yaml:"domain"`
	// BaseDN is the top of what is read; empty: the server's defaultNamingContext.
	BaseDN  string  `yaml:"base_dn"`
	Bind    Bind    `yaml:"bind"`
	TLS     TLS     `yaml:"tls"`
	Changes Changes `yaml:"changes"`
	Scope   Scope   `yaml:"scope"`
}

// Bind says as whom the source is read.
type Bind struct {
	Method       string `yaml:"method"` // only "simple" in this version
	User         string `yaml:"user"`   // user@domain, DOMAIN\user or a distinguished name
	PasswordFile string `yaml:"password_file"`
}

// TLS says whom to trust. An empty CAFile means the certificate authorities of the system.
type TLS struct {
	CAFile   string `yaml:"ca_file"`
	StartTLS bool   `yaml:"start_tls"`
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

// Scope says which part of the domain is read. Include and Exclude are distinguished names of containers; an empty Include
// means the base DN. Filter is an LDAP filter (RFC 4515) that objects must match besides. Groups are distinguished names or anchors:
// where any is given, only their members count, nested ones included. Kinds are user, contact and group.
type Scope struct {
	Include []string `yaml:"include"`
	Exclude []string `yaml:"exclude"`
	Filter  string   `yaml:"filter"`
	Groups  []string `yaml:"groups"`
	Kinds   []string `yaml:"kinds"`
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
