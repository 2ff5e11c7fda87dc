package explain

import (
	"context"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

// Source is a connection to Active Directory. Beyond what a pass needs it finds objects by name.
type Source interface {
	syncer.Session
	// Find returns the objects, tombstones included, that have a name.
	Find(ctx context.Context, name string) ([]directory.Object, error)
	// Near returns names that begin like one that nobody has.
	Near(ctx context.Context, name string) ([]string, error)
}

// Memory is what passes left.
type Memory interface {
	syncer.Known
	State() (diff.State, error)
	RefusedOf(a directory.Anchor) ([]directory.RefusedObject, error)
	HeldOf(a directory.Anchor) ([]directory.HeldObject, error)
	LastPush(a directory.Anchor) (*directory.Push, error)
	EachName(visit func(a directory.Anchor, gone bool, names []string)) error
}

// Explainer is what an explanation is made with.
type Explainer struct {
	Open   func(ctx context.Context, known []directory.Container) (Source, error)
	Memory Memory
	// Scope is the scope of a pass with this session; see syncer.Syncer.Scope.
	Scope func(session syncer.Session, pilot map[directory.Anchor]struct{}) mapping.Scope
	// Domains are the domains of the online directory. Active asks it whether an account may be used now. Both may fail: it may not be reachable.
	Domains    func(ctx context.Context) (mapping.Domains, error)
	Active     func(ctx context.Context, id string) (bool, error)
	Rules      *mapping.Rules
	Mapping    mapping.Config
	OwnAnchors bool
	// Where names file and line of a key of the configuration, "" for one that is not there.
	Where func(key string) string
	Now   func() time.Time
}

// Explain says everything about the object with a name: an anchor, or what Source.Find takes. The state NeverExisted is no error; a name
// that several objects have is one, of the class Usage. What cannot be reached is of the class Unreachable.
func (x *Explainer) Explain(ctx context.Context, name string) (*Explanation, error) {
	state, err := x.Memory.State()
	if err != nil {
		return nil, err
	}
	session, err := x.Open(ctx, state.Containers)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	e := &Explanation{
		Asked: name, Server: session.Server(),
		Attributes: []Attribute{}, Notes: []string{}, Refused: []directory.RefusedObject{}, Held: []directory.HeldObject{}, Near: []string{},
	}
	anchor, found, err := x.find(ctx, session, name)
	if err != nil {
		return nil, err
	}
	if !found {
		return e, x.nobody(ctx, session, e)
	}
	o, err := x.read(ctx, session, anchor)
	if err != nil {
		return nil, err
	}
	e.Anchor = anchor
	if o != nil {
		e.Anchor, e.GUID, e.DN, e.USN, e.Changed, e.Kind = o.Anchor, o.GUID.GUID(), o.DN, o.USN, o.Changed, kindOf(o.Kind)
	}
	if err := x.remembered(ctx, e); err != nil {
		return nil, err
	}
	if o == nil && e.Snapshot == nil && e.Push == nil && len(e.Refused) == 0 && len(e.Held) == 0 {
		return e, x.nobody(ctx, session, e)
	}
	return e, x.judge(ctx, session, e, o)
}

// read is the object as it is now, or its tombstone; nil where there is neither.
func (x *Explainer) read(ctx context.Context, session Source, anchor directory.Anchor) (found *directory.Object, err error) {
	err = session.Lookup(ctx, []directory.Anchor{anchor}, func(o *directory.Object) error {
		if found == nil || found.Deleted { // who has the anchor now, rather than who had it
			found = o
		}
		return nil
	})
	if err != nil || found == nil {
		return nil, err
	}
	return found, syncer.Recognise(x.Memory, x.OwnAnchors, found)
}

// remembered adds what the store knows of the anchor.
func (x *Explainer) remembered(ctx context.Context, e *Explanation) error {
	entry, found, err := x.Memory.Entry(e.Anchor)
	if err != nil {
		return err
	}
	if found && entry.ID != "" {
		e.Snapshot = &Snapshot{ID: entry.ID, Enabled: entry.Resource.Enabled, Departed: entry.Departed, Blocked: entry.Block != diff.NotBlocked}
		e.Name, e.Kind = entry.Resource.Name(), entry.Resource.Kind.String()
		if entry.Resource.Kind == directory.User {
			x.askActive(ctx, e)
		}
	}
	if e.Push, err = x.Memory.LastPush(e.Anchor); err != nil {
		return err
	}
	if e.Push != nil && e.Push.Gone != nil && !found {
		e.Name, e.Kind = e.Push.Gone.Name, e.Push.Gone.Kind
	}
	refused, err := x.Memory.RefusedOf(e.Anchor)
	if err != nil {
		return err
	}
	e.Refused = append(e.Refused, refused...)
	held, err := x.Memory.HeldOf(e.Anchor)
	e.Held = append(e.Held, held...)
	return err
}

// askActive asks the online directory about the account. That it cannot be asked is worth a note, and no failure.
func (x *Explainer) askActive(ctx context.Context, e *Explanation) {
	active, err := x.Active(ctx, e.Snapshot.ID)
	if err != nil {
		e.Notes = append(e.Notes, "whether the account is active is not known: "+err.Error())
		return
	}
	e.Snapshot.Active = &active
}

// judge asks scope and mapping, and says what comes of it.
func (x *Explainer) judge(ctx context.Context, session Source, e *Explanation, o *directory.Object) error {
	if o == nil {
		x.vanished(e)
		return nil
	}
	pilot, err := session.Pilot(ctx)
	if err != nil {
		return err
	}
	domains, err := x.Domains(ctx)
	if err != nil {
		e.Notes = append(e.Notes, "the domains of the online directory are not known: "+err.Error())
	}
	scope := x.Scope(session, pilot)
	var failed error
	scope.Readable = func(attribute string) bool {
		shown, err := session.Readable(ctx, attribute)
		if err != nil {
			failed = err
		}
		return shown
	}
	v := mapping.New(x.Rules, scope, domains).Map(o, x.Now())
	if failed != nil {
		return failed
	}
	e.Notes = append(e.Notes, v.Notes...)
	if err := x.attributes(e, o.Kind, v.Resource); err != nil {
		return err
	}
	x.conclude(e, o, &v)
	return nil
}

func kindOf(k directory.Kind) string {
	if k == 0 {
		return ""
	}
	return k.String()
}
