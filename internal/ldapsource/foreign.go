package ldapsource

import "strings"

// foreignContainer holds the stand-ins of accounts from other domains (MS-ADTS 6.1.1.4.10); each is named by its SID.
const foreignContainer = "CN=ForeignSecurityPrincipals"

// foreign is how a member is called that belongs to another domain than the one given by its distinguished name: the SID that its
// stand-in has for a name, or its own distinguished name. It is "" for a member of the domain.
func foreign(domain, dn string) string {
	rest, ok := cutSuffixFold(dn, ","+domain)
	if !ok {
		if strings.EqualFold(dn, domain) {
			return ""
		}
		return dn
	}
	if name, ok := cutSuffixFold(rest, ","+foreignContainer); ok {
		if sid, ok := cutPrefixFold(name, "CN="); ok {
			return sid
		}
		return name
	}
	if strings.HasPrefix(strings.ToUpper(lastStep(rest)), "DC=") {
		return dn // of a child domain, whose name ends with this one's
	}
	return ""
}

// lastStep is the last part of a name, after the last comma that is none of a value.
func lastStep(dn string) string {
	for i := len(dn) - 1; i > 0; i-- {
		if dn[i] == ',' && dn[i-1] != '\\' {
			return dn[i+1:]
		}
	}
	return dn
}

func cutSuffixFold(s, suffix string) (string, bool) {
	at := len(s) - len(suffix)
	if at < 0 || !strings.EqualFold(s[at:], suffix) {
		return s, false
	}
	return s[:at], true
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
