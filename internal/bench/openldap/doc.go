// Package openldap runs OpenLDAP's slapd as a fast server of entries that look as Active Directory's do.
//
// Real servers of Active Directory that run in a test (Samba, the embedded one) answer slower than syncd reads, so that a measurement
// against them would measure them. slapd serves some 100,000 entries a second. Its schema is written from what is to be stored: the
// classes and attributes have Active Directory's names, and every value is kept as bytes, because references to other objects come in the
// extended form (<GUID=...>;<SID=...>;DN), which no distinguished name's syntax allows.
//
// Where it hurts: it takes Debian's packages slapd and ldap-utils; slapd knows neither DirSync nor tombstones nor names by GUID, which
// package front leaves to the embedded Active Directory.
package openldap
