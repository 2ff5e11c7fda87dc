package adsim

import (
	"errors"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Config says what the directory is like. The zero value of every field but the passwords and the rights has a sensible meaning.
type Config struct {
	BaseDN  string // default DC=corp,DC=example
	DNSName string // of this domain controller, default dc1 in the domain of BaseDN

	AdminPassword   directory.Secret // of CN=Administrator,CN=Users,<base>
	ServicePassword directory.Secret // of CN=svc-syncd,CN=Users,<base>

	Rights Rights // of the service account

	PageSize     int // MaxPageSize: entries in one answer, default 1000
	RangeSize    int // MaxValRange: values of one attribute in one entry, default 1500
	DirSyncBatch int // entries in one DirSync answer, default 1000

	Seed uint64 // of objectGUIDs and the domain's SID
	// InvocationID names this domain controller's database; zero takes one from Seed. Of two controllers of one domain each has its own.
	InvocationID directory.Anchor
	// Received tells the USN at which this database had received everything that the database of another domain controller had at a USN of
	// its own, as the vector in a real DirSync cookie does; false for a database that it knows nothing of. nil knows of none.
	Received       func(invocation directory.Anchor, usn uint64) (local uint64, known bool)
	RecycleBin     bool // deleted objects can be restored whole
	ExchangeSchema bool // mailNickname, extensionAttribute1 and their like exist

	Now func() time.Time // default time.Now
	Log *zap.Logger      // default: nothing is logged
}

// Rights are what a least-privileged account may be granted.
type Rights struct {
	GetChanges bool // DS-Replication-Get-Changes on the domain: DirSync without the ObjectSecurity flag
	SeeDeleted bool // list and read on CN=Deleted Objects: tombstones show
}

// The limits of a domain controller's default query policy (MS-ADTS 3.1.1.3.4.6).
const (
	defaultPageSize     = 1000
	defaultRangeSize    = 1500
	defaultDirSyncBatch = 1000
)

// DefaultConfig is a domain with both rights granted. The passwords are still to be set.
func DefaultConfig() Config {
	return Config{Rights: Rights{GetChanges: true, SeeDeleted: true}}.withDefaults()
}

func (c Config) withDefaults() Config {
	if c.BaseDN == "" {
		c.BaseDN = "DC=corp,DC=example"
	}
	if c.DNSName == "" {
		c.DNSName = "dc1." + dnsDomain(c.BaseDN)
	}
	if c.PageSize == 0 {
		c.PageSize = defaultPageSize
	}
	if c.RangeSize == 0 {
		c.RangeSize = defaultRangeSize
	}
	if c.DirSyncBatch == 0 {
		c.DirSyncBatch = defaultDirSyncBatch
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Validate names every field that cannot work.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	wrong := func(field, problem, remedy string) {
		errs = append(errs, &directory.FieldError{Field: field, Problem: problem, Remedy: remedy})
	}
	if _, err := ldap.ParseDN(c.BaseDN); err != nil || dnsDomain(c.BaseDN) == "" {
		wrong("BaseDN", "is not a domain's distinguished name", "write it like DC=corp,DC=example")
	}
	if host, domain, ok := strings.Cut(c.DNSName, "."); !ok || host == "" || !strings.EqualFold(domain, dnsDomain(c.BaseDN)) {
		wrong("DNSName", "is not a name in the domain "+dnsDomain(c.BaseDN), "write it like dc1."+dnsDomain(c.BaseDN))
	}
	if c.AdminPassword == "" {
		wrong("AdminPassword", "is empty", "choose a password")
	}
	if c.ServicePassword == "" {
		wrong("ServicePassword", "is empty", "choose a password")
	}
	for field, n := range map[string]int{"PageSize": c.PageSize, "RangeSize": c.RangeSize, "DirSyncBatch": c.DirSyncBatch} {
		if n < 0 {
			wrong(field, "is negative", "use 0 for the default, or a positive number")
		}
	}
	return errors.Join(errs...)
}

// dnsDomain is the DNS name that belongs to DC=corp,DC=example, "" when the DN has anything but domain components.
func dnsDomain(base string) string {
	dn, err := ldap.ParseDN(base)
	if err != nil {
		return ""
	}
	names := make([]string, 0, len(dn.RDNs))
	for _, r := range dn.RDNs {
		if len(r.Attributes) != 1 || !strings.EqualFold(r.Attributes[0].Type, "DC") {
			return ""
		}
		names = append(names, r.Attributes[0].Value)
	}
	return strings.Join(names, ".")
}
