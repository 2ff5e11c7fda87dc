// Package wizard is `syncd configure`: it asks for what syncd needs to know, tries each answer at once, shows what the first pass would do, and
// only then writes the configuration and the files of its secrets, all of them or none.
//
// It promises that nothing changes before the last question is answered: an interruption, answers that end early and a test that fails leave
// everything as it was. Run again, it changes what is asked for and keeps the rest of the file byte for byte (package edit). Every
// question has a flag. What it finds out and does in the world goes through the interface World, so that its dialogues can be tried as
// scripts (testdata).
//
// Where it hurts: it speaks line by line (package prompt), so a long list of organisational units is read in steps. Values that it does not ask
// about are changed in the file by hand.
package wizard
