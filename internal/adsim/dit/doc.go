// Package dit holds the directory information tree of the embedded Active Directory: its objects, their identities and links,
// and what each write does to them. It knows nothing about the network.
//
// It promises what a replica of Active Directory keeps per object: an update sequence number for every attribute and for every
// value of a linked attribute, tombstones that keep identity and lose content, back links that follow by themselves, and results
// coded as LDAP codes (RFC 4511 §4.1.9). Identities come from a seed, so equal runs produce equal directories.
//
// Where it hurts: everything lives in memory and nothing is ever collected, tombstones included. The schema is the part that
// accounts, groups, contacts and their containers use. Access control is the caller's: whoever can call a method may do it.
// Every accessor of an Entry needs the tree's lock, which View and Update hold.
package dit
