// Package tenant keeps one company's online directory in SQLite: its users, contacts and groups, their memberships, the recycle
// bin, administrators with their sessions, tokens, the audit log, and the switch that allows synchronisation. The rules that make it a directory live here, below HTTP: accounts
// arrive inactive, an active one has a seat of a licence, names and addresses are unique, what is deleted rests thirty days and comes back with
// its id, and what Active Directory masters no administrator changes.
//
// Whoever does something is in the context (As), may do it or is refused, and stands in the audit log:
//
//	reader                look at everything but the tokens; change the own password
//	user administrator    also people, contacts and groups: activate, edit, delete, restore, licences of people; views
//	global administrator  also administrators, tokens, domains, the seats of licences, the switch of synchronisation, backups
//	synchronisation       what the SCIM service does through Writer, and ReportPass; nothing of the above
//	command line          everything; it is the actor where the context names none
//
// It promises that a change is on the disk when Write returns (write-ahead log, synchronous=FULL), so a kill at any moment loses
// nothing that was acknowledged; that a change either happens as a whole or not at all; and that no call holds a table in
// memory. Several processes may have the same folder open: each write transaction takes the lock at its beginning, and a reader sees
// one moment.
//
// Where it hurts: SQLite has one writer at a time, so one slow Write delays the others; callers must not wait for a network
// inside Read or Write. A resource is one JSON text plus the columns that are searched or must be unique; whoever adds a column
// must fill it in columns.go and raise formatVersion.
package tenant
