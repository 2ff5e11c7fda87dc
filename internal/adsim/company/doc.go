// Package company generates an enterprise inside the embedded Active Directory, and then lets it live: people join, move, marry, are
// promoted and leave.
//
// It promises that everything follows from the seed, that account names, principal names and mail addresses are unique across the
// whole company, that managers form one tree, and that groups nest from teams over departments to all staff. Names come in the scripts
// of the people who bear them; account names and addresses are plain ASCII.
//
// Where it hurts: the generator remembers every person itself, so changes that others make to its people behind its back can make an
// event fail.
package company
