// Package ldapsource reads Active Directory: everything (Session.Full), or what changed since a watermark (Session.Delta), and
// looks single objects up so that a departure can be proved (Session.Lookup).
//
// # Promises
//
//   - A read is whole or it is an error. A page counts only when its response control has arrived, so a dropped connection, a
//     time-out or a cancelled context is never mistaken for the end of the directory.
//   - Every full read takes the best way to learn of changes that the server and the account can do, and says why it is no better one
//     (Session.Strategy): DirSync with the right to replicate, DirSync of what the account may read, polling by uSNChanged.
//   - A delta is proved. A domain controller that was restored, reverted or left behind, a cookie that is accepted but wrong, and
//     tombstones that may have expired each end it with a reason, and a full read follows.
//   - Objects are known by anchor: objectGUID, or mS-DS-ConsistencyGuid where that is configured. Distinguished names are carried along
//     for people and for scope, never used as keys; the containers and groups of the scope are followed by objectGUID, so a renamed unit
//     stays in scope, and one that is gone keeps everything back.
//   - What a delta reports is the state at the moment of reading, not a replay of changes, so passes converge.
//   - At most two pages are in memory, the one that is worked on and the next, which the server prepares meanwhile. A delta keeps the anchors and memberships that changed, some 50 bytes each; anchors that are no
//     objectGUID, and the members of scoping groups, are kept for the time of a pass.
//   - Referrals are never followed: whoever they point to would be given the password.
//   - A simple bind is made inside TLS or not at all.
//
// # Where it hurts
//
// A Session is one connection and serves one goroutine. When the context of a call ends, the connection is closed, because the
// LDAP library cannot cancel a request; the Session is then good for nothing but Close. Objects of one read may be older or newer
// than each other: whatever changes meanwhile is reported by the next delta, because the DirSync cookie is taken before the first
// page. DirSync (MS-ADTS 3.1.1.3.4.1.3) works at the root of a naming context only, so a delta reports objects outside the scope
// too; mapping decides what is in scope. Polling does not know what of an object changed: it reads changed groups whole, and again
// what is below a changed container. mS-DS-ConsistencyGuid has no index: with it for an anchor, each hundred objects that a delta
// looks at cost the server a walk through the domain.
//
// A watermark remembers one domain controller. Of two that take turns, one that was reverted while the other served is noticed only
// if its highestCommittedUSN or the object that changed last tells.
package ldapsource
