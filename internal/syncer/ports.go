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
	// Strategy is how the next delta will learn what changed, and why not in a better way.
	Strategy() (directory.Strategy, string)
	// Containers are the scope's containers where they are now, Groups the groups whose members alone are synchronised.
	Containers() (include, exclude []directory.Container)
	Groups() []directory.Container
	// Pilot is who belongs to Groups, through any nesting; nil where there are none.
	Pilot(ctx context.Context) (map[directory.Anchor]struct{}, error)
	// OwnAccount is the account that is bound, zero when unknown.
	OwnAccount() directory.Anchor
	// DeletionsVisible reports whether it was proved that tombstones can be read.
	DeletionsVisible() bool
	// Readable reports whether an attribute can be seen on any object at all.
	Readable(ctx context.Context, attribute string) (bool, error)
	// Full reads everything in the scope's containers. It is whole or an error. An object is the reader's again when emit has returned: who keeps
	// more of it than texts copies it.
	Full(ctx context.Context, emit func(*directory.Object) error) (directory.Watermark, error)
	// Delta reads what changed since a watermark, and the current state of the objects in also, tombstones included. An object may
	// be emitted more than once. An error that is directory.ErrWatermark asks for a full read instead.
	Delta(ctx context.Context, from directory.Watermark, also []directory.Anchor, object func(*directory.Object) error,
		link func(directory.Link) error) (directory.Watermark, error)
	// Unseen are the objects that the last Delta named, by anchor or objectGUID, and could neither read nor call deleted.
	Unseen() []directory.Anchor
	// Lookup reads the current state of objects, tombstones included; what it does not emit was not found.
	Lookup(ctx context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) error
	// Members reads the whole membership of a group, in parts.
	Members(ctx context.Context, group directory.Anchor, emit func([]directory.Anchor) error) error
	// ForeignMembers names the members from other domains of the group that Members read last: they have no anchor here.
	ForeignMembers() []string
	Close()
}

// Target is the online directory.
type Target interface {
	// Open reads what the service offers, and with it proves that it can be reached.
	Open(ctx context.Context) error
	Supports(kind directory.Kind) bool
	// Domains are the verified domains of the online directory, and the one that it gives to everybody, where it tells them.
	Domains() (verified []string, routing string)
	// List reads back everything that is online. It is whole or an error, but something may be missing that changes its place meanwhile: Owners
	// asks for single resources. Shows reports whether the service returns an attribute at all.
	List(ctx context.Context, emit func(diff.Online) error) error
	Owners(ctx context.Context, kind directory.Kind, ids []string) ([]diff.Owner, error)
	Shows(kind directory.Kind, a directory.Attribute) bool
	// Members reads back the ids of a group's members, in parts; readable is false where the service does not return them.
	Members(ctx context.Context, groupID string, emit func(ids []string) error) (readable bool, err error)
	// Repeat announces that an interrupted pass may have sent some of the next changes already.
	Repeat(bool)
	// Carries reports whether creations may have their managers in them (diff.Change.ManagerID).
	Carries() bool
	// Active reports for each id whether the account is active now; a missing one is not.
	Active(ctx context.Context, ids []string) ([]bool, error)
	// Apply makes changes of one operation true. Every change can be repeated without harm. After an error the outcome is unknown.
	Apply(ctx context.Context, changes []diff.Change) ([]diff.Outcome, error)
	// Report tells how a pass ended and what is refused, where the service wants to know; elsewhere it does nothing.
	Report(ctx context.Context, pass directory.PassRecord, refused []directory.RefusedObject) error
}

// Store is the memory between passes.
type Store interface {
	diff.Snapshot
	TempDir() string
	State() (diff.State, error)
	Interrupted() (*diff.Interrupted, error)
	// Due lists the objects whose refusals have waited long enough, and when the next one has.
	Due(now time.Time) (list []directory.Anchor, next time.Time, err error)
	// FirstRefused lists the first n of what is refused for now.
	FirstRefused(n int) (list []directory.RefusedObject, total int, err error)
	// HeldAnchors are the objects whose departure or block is held.
	HeldAnchors() ([]directory.Anchor, error)
	// AnchorOf finds the anchor of an acknowledged object by its objectGUID, where that is another one.
	AnchorOf(guid directory.Anchor) (a directory.Anchor, found bool, err error)
	// HasOwnAnchors reports whether any acknowledged object has another anchor than its objectGUID.
	HasOwnAnchors() (bool, error)
	// Observe and ObserveMembers correct the snapshot by what was read back.
	Observe(batch []diff.Observation) error
	ObserveMembers(group directory.Anchor, added, gone []directory.Anchor) error
	Expired(now time.Time) ([]directory.Anchor, error)
	// Begin, Intend before each batch, Acknowledge after it and Finish together see to it that what a crash leaves unanswered is known.
	Begin(i diff.Interrupted) error
	Intend(batch []diff.Change, active []directory.Anchor) error
	Acknowledge(pass string, now time.Time, batch []diff.Answer) error
	Finish(f *diff.Final) error
	Record(p *directory.PassRecord) error
	// Compact gives back the space that a pass left unused, where it is worth it. It is called when a pass has
	// nothing left to write.
	Compact(ctx context.Context) error
}

// Metrics takes what a pass measures.
type Metrics interface {
	Stage(stage string, took time.Duration)
	Change(kind directory.Kind, op string, outcome string)
	// Propagated takes the time from a change in Active Directory to its acknowledgement online, of changes in delta passes.
	Propagated(took time.Duration)
	PassEnded(p *directory.PassRecord)
}
