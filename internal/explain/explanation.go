package explain

import (
	"time"

	"syncd/internal/directory"
)

// State is the answer in a word.
type State string

// The states. Those of people who are online tell whether their account can be used; where the online directory cannot be asked, Present is
// all that is known.
const (
	Present      State = "present"
	Active       State = "active"
	Inactive     State = "inactive"      // never activated, or taken back by an administrator
	Blocked      State = "blocked"       // disabled or expired in Active Directory
	Waiting      State = "waiting"       // in scope, and the next pass sends it
	Refused      State = "refused"       // by the online directory, or by a rule here
	Held         State = "held"          // a safety limit, or missing evidence, keeps a change back
	OutOfScope   State = "out_of_scope"  // where it lies, or what it is
	Filtered     State = "filtered"      // source.scope.filter
	NotMember    State = "not_member"    // source.scope.groups
	Deleted      State = "deleted"       // a tombstone, or known to have departed
	Vanished     State = "vanished"      // known here, and neither seen in Active Directory nor among the deleted
	Unreadable   State = "unreadable"    // too little of it can be read to say anything
	NeverExisted State = "never_existed" // as far as anybody knows
)

// Explanation is everything about one object. Its JSON form is a contract.
type Explanation struct {
	Asked    string `json:"asked"`
	State    State  `json:"state"`
	Sentence string `json:"sentence"`

	Name     string           `json:"name"`
	Kind     string           `json:"kind"`
	Anchor   directory.Anchor `json:"anchor"`
	GUID     string           `json:"guid"` // its objectGUID
	DN       string           `json:"dn"`
	Server   string           `json:"server"` // the domain controller that was asked
	USN      uint64           `json:"usn"`
	Changed  time.Time        `json:"changed"` // in Active Directory; the time of the deletion, of a tombstone
	Verdict  Verdict          `json:"verdict"`
	Snapshot *Snapshot        `json:"snapshot"` // null for what is not online

	Attributes []Attribute `json:"attributes"`
	Notes      []string    `json:"notes"` // what mapping left out, cut or rewrote, and what could not be asked

	Push    *directory.Push           `json:"push"` // null where nothing was sent
	Refused []directory.RefusedObject `json:"refused"`
	Held    []directory.HeldObject    `json:"held"`
	Near    []string                  `json:"near"` // names like the one that nobody has
}

// Verdict is what scope and mapping say.
type Verdict struct {
	In      bool   `json:"in"`
	Because string `json:"because"` // why not
	Key     string `json:"key"`     // of the configuration that decides, "" where none does
	Where   string `json:"where"`   // that key's file and line
}

// Snapshot is what the online directory has acknowledged.
type Snapshot struct {
	ID       string `json:"id"`
	Enabled  bool   `json:"enabled"` // last pushed as one that may be used
	Active   *bool  `json:"active"`  // what the online directory says now; null where that is not known
	Departed bool   `json:"departed"`
	Blocked  bool   `json:"blocked"` // by syncd, which gives back what it took
}

// Attribute is one online attribute and where it comes from.
type Attribute struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	From   []string `json:"from"`   // attributes of Active Directory
	Rule   string   `json:"rule"`   // the key of the rule that makes it, "" for the built-in mapping
	Where  string   `json:"where"`  // that key's file and line
	Online []string `json:"online"` // what was acknowledged
	Same   bool     `json:"same"`   // whether that is what it should be
}
