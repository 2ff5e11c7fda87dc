// Package cloudtarget makes changes true in an online directory that speaks SCIM 2.0 (RFC 7643, RFC 7644).
//
// A Target is opened at the start of every pass: it reads its token anew and learns what the service can do. Apply then takes
// batches of changes, all of one operation, and tells for each whether it is acknowledged or refused, and why. Where the
// service offers Bulk (RFC 7644 §3.7) a batch goes as few large requests, elsewhere as single requests, as many side by side
// as bring the most answers, up to Config.Concurrency: a service that thrashes or queues gets fewer, one that says that it is too much half as
// many. Connections are kept, and an answer may be compressed with gzip, which net/http asks for and undoes; the bound of its size is that of
// what it unfolds to. Requests are not compressed: a service may say in an Accept-Encoding of its own that it takes that (RFC 9110 §12.5.3), but
// services answer 415 to a Content-Encoding, and a change is a kilobyte.
//
// It promises that every change can be applied twice. A creation whose twin is there already, known by its externalId, takes
// the twin over; a departure of what is gone has succeeded. It promises that no account is created active, and that active is
// written by Block, Unblock and departures that keep the account, and by nothing else. It promises that the token goes to the
// configured host alone: never in clear text, never along a redirect, never into an error or a log.
//
// What is in the way of a creation or an update (409) is looked up, so that a refusal names both parties; an account that was made online by
// hand is taken over where Options.Matching says so, never an administrator's. List, Members and Owners read back what is really online: whole,
// or an error.
//
// What a service takes it reads from its documents, and learns the rest from what it refuses: how many members at once, which it tries again
// after a day, and whether one value of an attribute is all. What a service insists on and Active Directory does not have is filled in with
// something that nobody takes for a value.
//
// Where it hurts: a service whose resource types do not list an extension schema cannot hold that schema's attributes; they
// are left out, and Open logs which. A change that finds nothing left to send counts as acknowledged. A 403 without Retry-After and a 500
// do not say whether one object or the whole directory is meant: when every change of a batch got it the batch fails, otherwise the objects
// that got it are refused.
package cloudtarget
