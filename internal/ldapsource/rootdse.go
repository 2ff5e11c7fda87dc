package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// rootDSE is what the domain controller says about itself (MS-ADTS 3.1.1.3.2).
type rootDSE struct {
	defaultNC  string
	configNC   string
	schemaNC   string
	contexts   []string
	controls   []string
	settings   string // the DN of its NTDS Settings object
	invocation directory.Anchor
	highestUSN uint64
	readAt     time.Time // just before it was read
}

// supports reports whether the domain controller lists a control.
func (r *rootDSE) supports(oid string) bool { return slices.Contains(r.controls, oid) }

// identify reads who the server is and refuses what is no domain controller of Active Directory.
func (s *Session) identify(ctx context.Context) error {
	if err := s.refresh(ctx); err != nil {
		return err
	}
	if s.root.defaultNC == "" || s.root.settings == "" {
		return unreachable(nil, fmt.Sprintf("%s is no domain controller of Active Directory", s.server),
			"name domain controllers in source.servers")
	}
	e, err := s.read(ctx, s.root.settings, "(objectClass=*)", []string{"invocationId"})
	if err != nil {
		return s.fault(ctx, err, "reading its own settings")
	}
	if e != nil {
		if id, err := directory.AnchorFromBytes(e.GetRawAttributeValue("invocationId")); err == nil {
			s.root.invocation = id
		}
	}
	return nil
}

// refresh reads the root DSE again, so that highestCommittedUSN is the one from before the read that follows.
func (s *Session) refresh(ctx context.Context) error {
	now := s.source.options.Now().UTC().Truncate(time.Second)
	start := time.Now()
	e, err := s.read(ctx, "", "(objectClass=*)", []string{
		"defaultNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts", "supportedControl", "dsServiceName",
		"dnsHostName", "highestCommittedUSN",
	})
	s.source.observe("root", start)
	if err != nil {
		return s.fault(ctx, err, "reading its root entry")
	}
	if e == nil {
		return unreachable(nil, fmt.Sprintf("%s shows no root entry", s.server), "name domain controllers in source.servers")
	}
	usn, err := strconv.ParseUint(e.GetAttributeValue("highestCommittedUSN"), 10, 64)
	if err != nil {
		usn = 0 // no domain controller: identify says so
	}
	s.root = rootDSE{
		defaultNC:  e.GetAttributeValue("defaultNamingContext"),
		configNC:   e.GetAttributeValue("configurationNamingContext"),
		schemaNC:   e.GetAttributeValue("schemaNamingContext"),
		contexts:   e.GetAttributeValues("namingContexts"),
		controls:   e.GetAttributeValues("supportedControl"),
		settings:   e.GetAttributeValue("dsServiceName"),
		invocation: s.root.invocation,
		highestUSN: usn,
		readAt:     now,
	}
	if name := e.GetAttributeValue("dnsHostName"); name != "" {
		s.server = name
	}
	return nil
}

// domain is the naming context that holds the base DN: DirSync works only at its root (MS-ADTS 3.1.1.3.4.1.3).
func (s *Session) domain() string {
	base, err := ldap.ParseDN(s.base)
	if err != nil {
		return s.root.defaultNC
	}
	longest, found := 0, s.root.defaultNC
	for _, context := range s.root.contexts {
		if dn, err := ldap.ParseDN(context); err == nil && len(dn.RDNs) > longest && within(dn, base) {
			longest, found = len(dn.RDNs), context
		}
	}
	return found
}
