package diff

import (
	"time"

	"syncd/internal/directory"
)

// State is what one pass leaves for the next.
type State struct {
	// Origin tells one state file from another: a plan that was made with one does not fit what replaced it.
	Origin     string                `json:"origin"`
	Watermark  directory.Watermark   `json:"watermark"`
	Containers []directory.Container `json:"containers"` // where the scope's containers were found
	// Fingerprint identifies the configuration that the last pass went by.
	Fingerprint string `json:"fingerprint"`
	// SyncedTo is when the source state was read that is fully online, but for refused objects; zero before the first such pass.
	SyncedTo time.Time `json:"synced_to"`
	// Blind says that deletions could not be seen since the last full pass that saw them: some may have been missed.
	Blind bool `json:"blind"`
	// Veiled says that an attribute of the scope's filter could not be seen on any object: who matches, and who does not, was not known.
	Veiled bool `json:"veiled"`
	// Unseen are objects that changed while the account could not read them: no delta names them again.
	Unseen []directory.Anchor `json:"unseen,omitempty"`
	// FullAt is when the last full pass began that ended; zero before the first.
	FullAt time.Time `json:"full_at"`
}

// Interrupted is what a pass leaves behind that began to apply its plan and did not end, or that ended with something in doubt: an object
// that the online directory failed over.
type Interrupted struct {
	Pass string `json:"pass"` // empty where it ended
	// Full says that it read everything: what it had still to do may be in no delta.
	Full bool `json:"full"`
	// Again are objects that it looked at although nothing changed in Active Directory.
	Again []directory.Anchor `json:"again"`
}

// CutShort reports whether a pass did not end, and what it left undone is not known.
func (i *Interrupted) CutShort() bool { return i != nil && i.Pass != "" }

// Answer is a change together with what the online directory made of it.
type Answer struct {
	Change
	Outcome
	Name string // of the object, for reports
	// PutOff marks a refusal that does not count yet: the change is sent once more in the same pass.
	PutOff bool
}

// Final is what ends a pass: it is kept in one transaction with the watermark.
type Final struct {
	Pass  directory.PassRecord
	State State
	// Held visits what replaces everything that was held, as Plan.EachHeld does; nil for nothing. What was held before keeps its plan, its
	// time and its decision; what was approved and is acknowledged by now is forgotten.
	Held func(visit func(directory.HeldObject) error) error
	// Refused visits what a local rule refuses, as Plan.EachRefused does; nil for nothing.
	Refused func(visit func(directory.RefusedObject) error) error
	// Retried are the refused objects that the pass looked at again (Plan.Retried); a full pass looks at all (RetriedAll). Those that were
	// not refused again are forgotten.
	Retried    []directory.Anchor
	RetriedAll bool
	// Now ends waiting for the accounts that have expired until then.
	Now time.Time
}
