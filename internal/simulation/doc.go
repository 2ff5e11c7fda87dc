// Package simulation lives through random histories of a company with the whole of syncd, and holds it to the ten laws of the design.
//
// Everything runs for real but the network: reader, mapping, planner, state file, online client and the pass itself, against the
// embedded Active Directory and the simulated online directory. Connections are pipes in memory, and time is that of a
// testing/synctest bubble, so a year passes in milliseconds. A history is a list of events, drawn from a seed: people join, marry,
// move and leave, units are renamed, rights are lost, administrators work online, requests are lost before or after they were
// carried out, and the process is killed between any two steps. What has to be online is computed from the forest itself, in
// oracle_test.go, and shares no code with the product.
//
// It promises that a failing seed prints its history, shrunk to what it takes to fail, and the command that plays it again. Where it
// hurts: the online directory's ids are random and Go's maps have no order, so a failure that hangs on either may take several tries
// to come back. The package holds nothing but tests; see `make simulate` and `make simulate-mutants`.
package simulation
