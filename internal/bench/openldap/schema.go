package openldap

import (
	"fmt"
	"slices"
	"strings"
)

// Schema is what the entries consist of.
type Schema struct {
	Classes    []Class  // parents first
	Attributes []string // in the spelling that answers use
}

// Class is an object class and the one above it, "top" at the end.
type Class struct{ Name, Parent string }

// oid is a place below the numbers for experiments, which no registered schema uses.
const oid = "1.3.6.1.4.1.99999.7"

// config is a slapd.conf(5) with the schema in it.
func (s Schema) config(dir, suffix string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "pidfile %[1]s/slapd.pid\nargsfile %[1]s/slapd.args\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n", dir)
	n := 0
	for _, name := range s.Attributes {
		if slices.ContainsFunc(known(), func(k string) bool { return strings.EqualFold(k, name) }) {
			continue
		}
		n++
		match, syntax := "octetStringMatch", "40"
		if name == "ou" || name == "dc" { // they name entries
			match, syntax = "caseIgnoreMatch", "15"
		}
		fmt.Fprintf(&b, "attributetype ( %s.1.%d NAME '%s' EQUALITY %s SYNTAX 1.3.6.1.4.1.1466.115.121.1.%s )\n", oid, n, name, match, syntax)
	}
	for i, c := range s.Classes {
		if c.Name == "top" {
			continue
		}
		fmt.Fprintf(&b, "objectclass ( %s.2.%d NAME '%s' SUP %s STRUCTURAL )\n", oid, i+1, c.Name, c.Parent)
	}
	// prtotal: whoever pages may read everything. maxsize: the file is sparse.
	fmt.Fprintf(&b, "sizelimit size.soft=unlimited size.hard=unlimited size.prtotal=unlimited\ntimelimit unlimited\n"+
		"database mdb\nsuffix %q\ndirectory %s\nmaxsize 34359738368\ndbnosync\nindex objectClass eq\n", suffix, dir)
	return b.String()
}

// known are the attributes that slapd brings along.
func known() []string {
	return []string{"objectClass", "cn", "name", "description", "uid", "userPassword", "seeAlso", "distinguishedName"}
}
