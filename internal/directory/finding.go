package directory

import "strings"

// Level says how bad a Finding is.
type Level string

// The levels of findings. A warning is something to look at that does not keep syncd from working.
const (
	Fine    Level = "ok"
	Warning Level = "warn"
	Failure Level = "fail"
)

// Finding is one requirement of syncd that was tested: what was found, and what to do unless it is fine. Found and Remedy are
// sentences or names for people; they hold no secrets.
type Finding struct {
	Level  Level  `json:"level"`
	Name   string `json:"name"` // of the requirement, such as "replication right"; always the same words
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"` // empty where Level is Fine
}

// Command reports whether the remedy has a command with quoted arguments. Line breaks inside of it would be copied into a shell with it, so it is
// printed without any, and whole.
func (f *Finding) Command() bool { return strings.Contains(f.Remedy, `"`) }
