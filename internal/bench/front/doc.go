// Package front stands before two servers that hold the same directory, and looks like one domain controller: whatever asks for pages of
// entries is answered by OpenLDAP, which is fast, and everything else by the embedded Active Directory, which knows how to: sign in, the
// root DSE, DirSync, tombstones, ranges, names by GUID.
//
// Both sides of a comparison read through it, over TLS, so its cost is in both.
//
// A request for pages is rewritten: its base is told by name, controls that OpenLDAP lacks are taken out, and the first values of an
// attribute that Active Directory would truncate are asked for under a name that OpenLDAP can store (see Stored); in the answer that name
// is turned back.
//
// Where it hurts: requests of one connection are served one after the other; what changes in the embedded Active Directory later does not
// show in the pages.
package front
