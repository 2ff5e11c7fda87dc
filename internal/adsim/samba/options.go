package samba

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Options say what domain to start.
type Options struct {
	// Dir takes every file of the domain: an existing folder, usually t.TempDir(). The caller removes it after Stop.
	Dir string
	// Address is the loopback address to serve, for example "127.0.0.40"; empty means the first of 127.0.0.40 to 127.0.0.99
	// that nobody uses.
	Address string
	// Realm is the domain's DNS name, by default CORP.EXAMPLE: the base is then DC=corp,DC=example.
	Realm string
	// LDIF is added before the start, offline and in one transaction. An entry comes after its parent and after its members.
	// An account may be enabled (userAccountControl: 512) without having a password.
	LDIF string
	// Log hears at debug level what is done and how long it takes; nil keeps silent.
	Log *zap.Logger
}

const (
	hostName      = "dc1"
	serviceName   = "svc-syncd"
	defaultRealm  = "CORP.EXAMPLE"
	longestSocket = 107 // sun_path of unix(7), without its terminating zero
)

// layout is everything about a domain that follows from its options.
type layout struct {
	dir, realm, domain, dnsName, baseDN, address string
}

func (o Options) layout() (layout, error) {
	l := layout{dir: o.Dir, realm: strings.ToUpper(o.Realm), address: o.Address}
	if l.realm == "" {
		l.realm = defaultRealm
	}
	if !regexp.MustCompile(`^[A-Z0-9-]{1,15}(\.[A-Z0-9-]+)+$`).MatchString(l.realm) {
		return l, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is not a realm", o.Realm),
			Remedy: "use a DNS name of at least two labels, the first of at most 15 characters, such as CORP.EXAMPLE",
		}
	}
	if a, err := netip.ParseAddr(l.address); l.address != "" && (err != nil || !a.Is4() || !a.IsLoopback()) {
		return l, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is not an IPv4 loopback address", l.address),
			Remedy: "use one such as 127.0.0.40, or leave it empty",
		}
	}
	if longest := len(l.file("private", "ldap_priv", "ldapi")); !filepath.IsAbs(l.dir) || longest > longestSocket {
		return l, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the folder %q is relative, or too long for the sockets that Samba puts into it", l.dir),
			Remedy: "give the absolute path of a folder, with at most 80 characters",
		}
	}
	labels := strings.Split(strings.ToLower(l.realm), ".")
	l.domain = strings.ToUpper(labels[0])
	l.dnsName = hostName + "." + strings.Join(labels, ".")
	l.baseDN = "DC=" + strings.Join(labels, ",DC=")
	return l, nil
}

// file is a path below the domain's folder.
func (l layout) file(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}
