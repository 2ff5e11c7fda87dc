// Package mapping decides what is in scope and what it looks like online.
//
// It is pure: an object, a scope and the time go in, a resource or a verdict with its evidence comes out. Everything is brought
// into one canonical form (blanks trimmed, empty values dropped, addresses sorted), because a resource is compared with what the
// online directory acknowledged, and what has two forms would differ for ever.
//
// Where it hurts: the text of a distinguished name is compared here, and only here, to learn whether an object lies below a
// container. Both names come from the same domain controller in the same pass, so they are written alike.
package mapping
