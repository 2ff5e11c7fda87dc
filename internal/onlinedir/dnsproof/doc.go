// Package dnsproof looks up the CNAME record by which a company proves that a domain is its own.
//
// It asks the name servers of the system, or the one that it is told, over UDP and over TCP where an answer was cut short, and asks the
// next server when one does not answer or fails. It promises that "there is no such name" is told apart from "nobody knows", which is
// always an error in words, and that a look-up ends within the context's time.
//
// Where it hurts: a name server that answers for others remembers for a while that a name was missing (RFC 2308), so a record that was just
// created may be found minutes or hours later.
package dnsproof
