// Package service is SCIM 2.0 over HTTP (RFC 7644) for one tenant: authentication by bearer token, resources, queries, Bulk, /Me and
// discovery. docs/online-directory.md says what it offers.
//
// It promises that every answer is a SCIM message, errors included, each with a sentence that says what to do; that an answer is
// complete in memory before a byte is sent, so no transaction ever waits for a client; and that the memory of an answer is
// bounded: bodies by MaxPayload, pages by a number of resources and of bytes (a page may be shorter than asked; itemsPerPage says so).
//
// One endpoint is this directory's own: POST /Passes takes the report of a pass of synchronisation, so that administrators see here how it
// goes. What /Tenant tells about the company names it ("passes": "/Passes"). The body is bounded as every body is, and
// nothing else may be in it:
//
//	{"schemas": ["urn:syncd:params:scim:api:messages:1.0:PassReport"],
//	 "pass": ID, "kind": "full"|"delta", "status": "done"|"refused"|"held"|"failed", "read": N, "created": N, "updated": N, "blocked": N,
//	 "departed": N, "edges_added": N, "edges_removed": N, "unchanged": N, "refused": N, "held": N, "seconds": S, "message": "...",
//	 "started": TIME, "ended": TIME, "trigger": "schedule", "server": "dc1.corp.example", "dry_run": false,
//	 "class": "failed"|"usage"|"held"|"unreachable",
//	 "problems": [{"anchor": ID, "other": ID, "name": "Ann Lee", "reason": "...", "since": TIME}, ...]}
//
// problems are the first 1,000 objects that could not be made here ("other" is the second party, of a membership for example). A report
// takes the place of one of the same pass; the answer is 204.
//
// Where it hurts: a group is answered with all its members unless the client excludes them, and a page holds at least one resource, whatever
// its size: a group of half a million members is an answer of 70 MB, needs three times that in memory, and takes seconds, in which it keeps one
// of the readers (excludedAttributes=members avoids it); a bulk holds the write lock from its first operation to its last; and sorting by what
// has no index costs a look at every resource that matches.
package service
