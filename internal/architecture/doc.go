// Package architecture holds no code, only the test that keeps the walls between the packages of this module standing.
//
// The test parses every Go file of the module in its own process, so a broken tree cannot hide behind a cached answer of
// the build tool. It promises to name, for each broken rule, the file, the line and the reason of the rule; the rules
// themselves are a table in rules_test.go. A new package has to be entered there, with what it may import and why no more.
//
// It sees syntax, not types: that a logger's Fatal ends the program, or that a package-level variable is written to, is
// left to the linters and to review.
package architecture
