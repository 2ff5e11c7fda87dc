package syncer

import (
	"context"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Session is the source, opened for one pass.
type Session interface {
	// Server is the dnsHostName of the domain controller.
	Server() string
	// Containers are the scope's containers where they are now.
	Containers() (include, exclude []directory.Container)
	// OwnAccount is the account that is bound, zero when unknown.
	OwnAccount() directory.Anchor
	// DeletionsVisible reports whether it was proved that tombstones can be read.
	DeletionsVisible() bool
	// Full reads everything in the scope's containers. It is whole or an error.
	Full(ctx context.Context, emit func(*directory.Object) error) (directory.Watermark, error)
	// Delta reads what changed since a watermark, and the current state of the objects in also, tombstones included. An object may
	// be emitted more than once. An error that is directory.ErrWatermark asks for a full read instead.
	Delta(ctx context.Context, from directory.Watermark, also []directory.Anchor, object func(*directory.Object) error,
		link func(directory.Link) error) (directory.Watermark, error)
	// Lookup reads the current state of objects, tombstones included; what it does not emit was not found.
	Lookup(ctx context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) error
	// Members reads the whole membership of a group, in parts.
	Members(ctx context.Context, group directory.Anchor, emit func([]directory.Anchor) error) error
	Close()
}

// Target is the online directory.
type Target interface {
	// Open reads what the service offers, and with it proves that it can be reached.
	Open(ctx context.Context) error
	Supports(kind directory.Kind) bool
	// Repeat announces that an interrupted pass may have sent some of the next changes already.
	Repeat(bool)
	// Active reports for each id whether the account is active now; a missing one is not.
	Active(ctx context.Context, ids []string) ([]bool, error)
	// Apply makes changes of one operation true. Every change can be repeated without harm. After an error the outcome is unknown.
	Apply(ctx context.Context, changes []diff.Change) ([]diff.Outcome, error)
}

// Store is the memory between passes.
type Store interface {
	diff.Snapshot
	TempDir() string
	State() (diff.State, error)
	Interrupted() (*diff.Interrupted, error)
	Refused() ([]directory.RefusedObject, error)
	Held() ([]directory.HeldObject, error)
	Expired(now time.Time) ([]directory.Anchor, error)
	// Begin, Intend before each batch, Acknowledge after it and Finish together see to it that what a crash leaves unanswered is known.
	Begin(i diff.Interrupted) error
	Intend(batch []diff.Change, active []directory.Anchor) error
	Acknowledge(pass string, now time.Time, batch []diff.Answer) error
	Finish(f *diff.Final) error
	Record(p *directory.PassRecord) error
}

// Metrics takes what a pass measures.
type Metrics interface {
	Stage(stage string, took time.Duration)
	Change(kind directory.Kind, op string, outcome string)
	// Propagated takes the time from a change in Active Directory to its acknowledgement online, of changes in delta passes.
	Propagated(took time.Duration)
	PassEnded(p *directory.PassRecord)
}
