// Package wire reads LDAP requests and writes LDAP answers (RFC 4511): what stands between a connection's bytes and the embedded
// Active Directory.
//
// It promises never to panic, whatever the bytes: Decode returns an error for everything that is not a request. Answers go through
// Buffer, which appends to one slice and fills in lengths afterwards, because a search over a large directory is little else.
//
// Where it hurts: requests are decoded through a tree of packets, which costs memory in proportion to the request; MaxRequest
// bounds it, as MaxReceiveBuffer does in Active Directory.
package wire
