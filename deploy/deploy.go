// Package deploy holds what is installed beside the program, for those parts of the program that install it themselves: one file for the
// packages and for `syncd service install`, so that both are the same.
package deploy

import _ "embed" // the directive below

//go:embed systemd/syncd.service
var unit string

// Unit is the systemd unit of syncd, as a file.
func Unit() string { return unit }
