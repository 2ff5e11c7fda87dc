// Package cli turns the command line, as kong has parsed it out of the commands' own declarations, into what other programs read: completions
// for four shells and a manual page.
//
// Nothing is said here a second time: a flag that is added to a command is completed and documented without a change to this package. The
// scripts that the shells load hold no flags either; they ask the installed syncd at every TAB (Complete), so they cannot be older than it.
// What is hidden is neither completed nor documented.
//
// It knows kong's model and nothing of syncd: which commands there are is decided in cmd/syncd.
package cli
