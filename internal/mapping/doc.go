// Package mapping decides what is in scope and what it looks like online.
//
// It is pure: an object, a scope and the time go in, a verdict comes out: a resource, or the evidence that the object is out of scope, or
// the reason why it cannot be sent as it is. Built-in flows fill the attributes, configured expressions take the place of some of
// them, and everything is brought into one canonical form, because a resource is compared with what the online directory
// acknowledged, and what has two forms would differ for ever. What has no canonical form is cut, left out or refuses its object, by
// the table in docs/mapping.md, and never in silence.
//
// A mistake in an expression is found when it is compiled; one that fails for some object refuses that object and no other. An
// expression reads nothing but the object, and ends: there are no variables, no ranges and no loops inside loops.
//
// Where it hurts: the text of a distinguished name is compared here, and only here, to learn whether an object lies below a
// container. Both names come from the same domain controller in the same pass, so they are written alike. And an attribute that is
// missing is not always an attribute that is empty: a lost right to read looks the same, so where something would depart for it, the
// scope asks whether anybody can read it.
package mapping
