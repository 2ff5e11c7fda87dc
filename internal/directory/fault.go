package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is an error that an operator reads: one sentence with the cause, one with the remedy, and its class, which decides the
// exit code. It never holds a secret.
type Fault struct {
	Class  Class
	Cause  string // "the domain controller dc1.corp.example refused the password of svc-syncd"
	Remedy string // "put the current password into /etc/syncd/ad.password"
	Err    error  // what lies beneath, or nil
}

// Class groups faults by what a caller does next.
type Class uint8

// The classes of faults.
const (
	Failed      Class = iota // exit code 1
	Usage                    // the command line or the configuration is wrong: exit code 2
	Held                     // a safety limit keeps the pass back: exit code 4
	Unreachable              // the source or the target cannot be reached or does not let us in: exit code 5
)

var classNames = [...]string{Failed: "failed", Usage: "usage", Held: "held", Unreachable: "unreachable"}

// MarshalText writes "failed", "usage", "held" or "unreachable".
func (c Class) MarshalText() ([]byte, error) { return []byte(classNames[c]), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Class) UnmarshalText(text []byte) error {
	i := slices.Index(classNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is no class of faults", text)
	}
	*c = Class(i)
	return nil
}

func (f *Fault) Error() string {
	s := f.Cause
	if f.Remedy != "" {
		s += "; " + f.Remedy
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }

// ClassOf finds the class of the first Fault in an error's chain; other errors are Failed.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Class
	}
	return Failed
}

// FieldError names the configuration key that is wrong. Validate methods return it; the program adds file and line.
type FieldError struct {
	Field   string // dotted path below the package's own section, for example "bind.user"
	Problem string
	Remedy  string
}

func (e *FieldError) Error() string {
	return strings.TrimSpace(e.Field+": "+e.Problem) + "; " + e.Remedy
}

// ErrWatermark says that a delta cannot start from the watermark (unknown to the domain controller, or not to be trusted): make a
// full pass. Its text says why.
var ErrWatermark = errors.New("the watermark cannot be used")
