// Package onlinedirtest opens an online directory for a test and closes it with the test: a folder of its own, a server on a
// loopback port, a token. It promises that a test cannot forget to close anything.
package onlinedirtest
