package adsim

import (
	"fmt"
	"strings"
	"time"

	"syncd/internal/adsim/wire"
)

// rootDSE answers a search of the empty base (MS-ADTS 3.1.1.3.2), the only one that needs no bind.
func (c *connection) rootDSE(id int64, s wire.Search) {
	b := &c.out
	message, op := b.Message(id, wire.TagSearchEntry)
	b.Text("")
	attributes := b.Open(0x30)
	for _, a := range c.server.rootAttributes() {
		if !asked(s.Attributes, a.name) {
			continue
		}
		mark, set := c.openAttribute(a.name)
		if !s.TypesOnly {
			for _, v := range a.values {
				b.Text(v)
			}
		}
		b.Close(set)
		b.Close(mark)
	}
	b.Close(attributes)
	b.Close(op)
	b.Close(message)
	c.done(id, wire.Result{})
}

func asked(names []string, name string) bool {
	for _, n := range names {
		if n == "*" || strings.EqualFold(n, name) {
			return true
		}
	}
	return len(names) == 0
}

type rootAttribute struct {
	name   string
	values []string
}

// The functional level of Windows Server 2016, the highest until Windows Server 2025 (MS-ADTS 6.1.4.2).
const functionalLevel = "7"

func (s *Server) rootAttributes() []rootAttribute {
	base, host := s.config.BaseDN, s.config.DNSName
	name, domain, _ := strings.Cut(host, ".")
	var usn uint64
	var settings string
	s.tree.View(func() { usn, settings = s.tree.USN(), s.tree.Settings.DN() })
	_, server, _ := strings.Cut(settings, ",")
	configuration := "CN=Configuration," + base
	return []rootAttribute{
		{"currentTime", []string{s.config.Now().Add(s.faults().ClockAhead).UTC().Truncate(time.Second).Format("20060102150405.0Z")}},
		{"subschemaSubentry", []string{"CN=Aggregate,CN=Schema," + configuration}},
		{"dsServiceName", []string{settings}},
		{"serverName", []string{server}},
		{"namingContexts", []string{base, configuration, "CN=Schema," + configuration}},
		{"defaultNamingContext", []string{base}},
		{"rootDomainNamingContext", []string{base}},
		{"configurationNamingContext", []string{configuration}},
		{"schemaNamingContext", []string{"CN=Schema," + configuration}},
		{"supportedControl", s.supportedControls()},
		{"supportedLDAPVersion", []string{"3", "2"}},
		{"supportedLDAPPolicies", []string{"MaxPageSize", "MaxValRange"}},
		{"supportedExtension", []string{startTLS, whoAmI}},
		{"supportedCapabilities", []string{"1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791", "1.2.840.113556.1.4.1935", "1.2.840.113556.1.4.2080"}},
		{"highestCommittedUSN", []string{fmt.Sprint(usn)}},
		{"dnsHostName", []string{host}},
		{"ldapServiceName", []string{domain + ":" + strings.ToLower(name) + "$@" + strings.ToUpper(domain)}},
		{"isSynchronized", []string{"TRUE"}},
		{"isGlobalCatalogReady", []string{"TRUE"}},
		{"domainFunctionality", []string{functionalLevel}},
		{"forestFunctionality", []string{functionalLevel}},
		{"domainControllerFunctionality", []string{functionalLevel}},
	}
}

func (s *Server) supportedControls() []string {
	list := []string{
		wire.ControlPaged, wire.ControlSDFlags, wire.ControlShowDeleted, wire.ControlShowRecycled, wire.ControlExtendedDN,
		wire.ControlLazyCommit, wire.ControlTreeDelete, wire.ControlDomainScope, wire.ControlSearchOptions,
	}
	if !s.faults().NoDirSync {
		list = append(list, wire.ControlDirSync)
	}
	return list
}
