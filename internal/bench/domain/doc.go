// Package domain is a domain of Active Directory with a generated company in it, in a process of its own, for measurements: the embedded
// Active Directory, OpenLDAP with the same entries, and the front that makes one server of both.
//
// Serve is the process's whole work; Start starts it and returns the means to let things happen there.
//
// Where it hurts: a million objects take some 5 GB of memory. What happens later shows in deltas and in single objects, but not in the
// pages of a full read: measure those first.
package domain
