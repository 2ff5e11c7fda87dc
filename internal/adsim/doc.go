// Package adsim is a small Active Directory that speaks LDAP v3 to any client: the directory of `syncd demo`, of the unit tests and
// of the benchmarks.
//
// It promises to be no kinder than a real domain controller. Simple binds need TLS; MaxPageSize and MaxValRange bite; paging cookies
// belong to one connection; DirSync comes in batches, names only what changed, and shows tombstones only to an account that may see
// them; a group does not show up in a delta because a member was deleted. Where Samba AD was found to behave differently from what is
// published, Samba's answer was taken. Equal seeds give equal directories, identities included.
//
// Where it hurts: everything is in memory and ends with the process; there is no access control beyond administrators, everybody
// else, and the two rights of the service account; the schema holds what people, groups, contacts and their containers need; SASL is
// refused; searches of one connection run one after the other. Package dit holds the directory itself, wire the protocol, company a
// generated enterprise to fill it with.
package adsim
