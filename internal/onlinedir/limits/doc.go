// Package limits makes the online directory behave within the limits of a real service, so that a client can be tried against them
// without an account there.
//
// A Profile is data: what one service takes, tells and refuses, each from that service's published documentation, which the named
// profiles cite. Around puts a profile around the directory's SCIM service. It changes discovery to what such a service tells, refuses what such
// a service refuses, and slows down who is too fast (429 with Retry-After).
//
// It promises that a request which a profile refuses never reaches the directory, and that whatever a profile does not mention stays as it
// is. It reads no clock but the one that it is given, so that nobody has to wait for a minute in a test.
//
// Where it hurts: a profile takes over limits, and not all that is peculiar about a service. Documentation changes: a profile is as good as
// the day on which it was read. Cursors are positions: what is deleted between two pages moves the rest, as it does with startIndex.
package limits
