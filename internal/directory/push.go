package directory

import "time"

// Push is what was sent of an object last, and what came of it.
type Push struct {
	Op     string    `json:"op"`
	At     time.Time `json:"at"` // whole seconds
	Pass   string    `json:"pass"`
	Status int       `json:"status,omitempty"` // the HTTP status of a refusal; 0 for an acknowledgement
	Reason string    `json:"reason,omitempty"` // of a refusal
	// Gone is what was known of an object that departed with this push; nil otherwise.
	Gone *Gone `json:"gone,omitempty"`
}

// Gone names an object that is not online any more.
type Gone struct {
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Names    []string `json:"names"` // what it could be asked for by: userName, addresses, account name, distinguished name, display name
	Evidence string   `json:"evidence"`
}
