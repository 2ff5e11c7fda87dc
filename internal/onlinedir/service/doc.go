// Package service is SCIM 2.0 over HTTP (RFC 7644) for one tenant: authentication by bearer token, resources, queries, Bulk, /Me and
// discovery. docs/online-directory.md says what it offers.
//
// It promises that every answer is a SCIM message, errors included, each with a sentence that says what to do; that an answer is
// complete in memory before a byte is sent, so no transaction ever waits for a client; and that the memory of an answer is
// bounded: bodies by MaxPayload, pages by a number of resources and of bytes (a page may be shorter than asked; itemsPerPage says so).
//
// Where it hurts: a group is answered with all its members unless the client excludes them; a bulk holds the write lock from its
// first operation to its last; and sorting by what has no index costs a look at every resource that matches.
package service
