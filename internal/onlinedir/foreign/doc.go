// Package foreign runs SCIM programs that nobody here wrote, for tests: a conformance suite (scim2-tester, from PyPI) against the online
// directory, and a server (scimmy, from npm) that syncd's client has to get on with. What everybody here believes about SCIM,
// right or wrong, both sides of this project believe; these programs do not.
//
// It promises exact versions, an installation that is made once in the user's cache folder and is whole or not there, and processes
// that end with their test. Where something is missing a test skips with the reason and the remedy; with CI=true it fails.
//
// Where it hurts: the first run downloads some twenty megabytes.
package foreign
