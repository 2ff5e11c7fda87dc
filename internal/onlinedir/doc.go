// Package onlinedir is the simulated online directory: a company's users, contacts and groups behind SCIM 2.0, with an admin
// centre. It stands in for the real service in the demo, in tests and for trying syncd out, and is strict where real
// services are: accounts arrive inactive, names and addresses are unique, synchronisation must be enabled before it may write.
//
// It promises to keep what it acknowledged through a restart and a kill. It is a folder with one SQLite database and holds no
// table in memory. Several processes may open the same folder: `syncd directory token` works while a server runs.
//
// The parts: scim is the protocol's language, tenant the data and its rules, service is SCIM over HTTP, admin is what a browser
// sees; foreign runs programs that nobody here wrote against all of that, in tests. This package puts them together.
//
// Where it hurts: one writer at a time; every write waits for the disk.
package onlinedir
