// Package control is the running daemon's local face: trigger, status, health and metrics, and the client with which `syncd --now`
// speaks to it.
//
// The control endpoint is a Unix socket that only its owner may use, or a loopback address behind a token. It promises to answer at
// once, also while a pass runs: nothing here waits for a directory. Metrics have a listener of their own, because others
// scrape them.
package control
