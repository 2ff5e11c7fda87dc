// Package ldapsource reads Active Directory: everything (Session.Full), or what changed since a watermark (Session.Delta), and
// looks single objects up so that a departure can be proved (Session.Lookup).
//
// # Promises
//
//   - A read is whole or it is an error. A page counts only when its response control has arrived, so a dropped connection, a
//     time-out or a cancelled context is never mistaken for the end of the directory.
//   - Objects are known by anchor. Distinguished names are carried along for people and for scope, never used as keys; the
//     containers of the scope are followed by anchor as well, so a renamed unit stays in scope.
//   - What a delta reports is the state at the moment of reading, not a replay of changes, so passes converge.
//   - At most one page is in memory. A delta keeps the anchors and memberships that changed, some 50 bytes each.
//   - Referrals are never followed: whoever they point to would be given the password.
//   - A simple bind is made inside TLS or not at all.
//
// # Where it hurts
//
// A Session is one connection and serves one goroutine. When the context of a call ends, the connection is closed, because the
// LDAP library cannot cancel a request; the Session is then good for nothing but Close. Objects of one read may be older or newer
// than each other: whatever changes meanwhile is reported by the next delta, because the DirSync cookie is taken before the first
// page. DirSync (MS-ADTS 3.1.1.3.4.1.3) works at the root of a naming context only, so a delta reports objects outside the scope
// too; mapping decides what is in scope.
package ldapsource
