package explain

import (
	"cmp"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// conclude finds the state of an object that was read, and the sentence about it. What keeps it from being as Active Directory has it comes
// first.
func (x *Explainer) conclude(e *Explanation, o *directory.Object, v *mapping.Verdict) {
	x.call(e, o, v)
	e.Verdict = Verdict{In: v.Out == nil && v.Refused == "", Key: v.Key, Because: v.Refused}
	if v.Out != nil {
		e.Verdict.Because = v.Out.String()
	}
	if v.Key != "" {
		e.Verdict.Where = x.Where(v.Key)
	}
	held := undecided(e.Held)
	switch {
	case held != nil:
		e.State = Held
		e.Sentence = e.Name + " is held: " + heldWords(held) + " until an operator decides about plan " + held.Plan + " (" + cmp.Or(held.Cause, held.Evidence.String()) + ")."
	case o.Deleted:
		x.deleted(e, v.Out.String())
	case v.Out != nil:
		x.outside(e, v)
	case v.Refused != "":
		e.State = Refused
		e.Sentence = e.presence() + " because a rule here refuses it: " + v.Refused + "."
	case own(e.Refused) != nil:
		r := own(e.Refused)
		e.State = Refused
		e.Sentence = e.presence() + " as Active Directory has it, because the online directory refuses it: " + strings.TrimRight(r.Reason, ".") + "."
	case e.Snapshot == nil || e.Snapshot.Departed:
		e.State = Waiting
		e.Sentence = e.Name + " is not online yet: it is in scope, and the next pass creates it."
	default:
		x.online(e, v.Resource)
	}
}

// call gives the object a name.
func (x *Explainer) call(e *Explanation, o *directory.Object, v *mapping.Verdict) {
	if v.Resource != nil && v.Resource.Name() != "" {
		e.Name = v.Resource.Name()
	}
	e.Name = cmp.Or(e.Name, o.Attributes.First("displayName"), o.Attributes.First("sAMAccountName"), o.DN, e.Asked)
	e.Kind = cmp.Or(e.Kind, kindOf(o.Kind))
}

// presence begins a sentence about why something is not as it should be.
func (e *Explanation) presence() string {
	if e.Snapshot == nil || e.Snapshot.Departed {
		return e.Name + " is not online"
	}
	return e.Name + " is online, but not"
}

// outside words what keeps an object out of scope.
func (x *Explainer) outside(e *Explanation, v *mapping.Verdict) {
	switch {
	case v.Out.Cause == directory.Unexplained:
		e.State = Unreadable
	case v.Key == mapping.KeyFilter:
		e.State = Filtered
	case v.Key == mapping.KeyGroups:
		e.State = NotMember
	default:
		e.State = OutOfScope
	}
	why := v.Out.Detail
	switch e.State {
	case Filtered:
		why = "it does not match the filter"
	case NotMember:
		why = strings.Replace(why, "no longer a member", "it is not a member", 1)
	case OutOfScope:
		if v.Key == mapping.KeyInclude {
			why = "it lies in no included container, but at " + e.DN
		}
	}
	if v.Key != "" {
		why += " (" + v.Key + at(x.Where(v.Key)) + ")"
	}
	switch {
	case e.Snapshot == nil:
		e.Sentence = e.Name + " is not online because it is out of scope: " + why + "."
	case e.Snapshot.Departed:
		e.Sentence = e.Name + " is online, and blocked, because it is out of scope: " + why + "."
	case e.State == Unreadable:
		e.Sentence = e.Name + " stays online as it is: " + why + "."
	default:
		e.Sentence = e.Name + " is still online, and departs with the next pass, because it is out of scope: " + why + "."
	}
	if e.State == Unreadable && e.Snapshot == nil {
		e.Sentence = e.Name + " is not online because too little of it can be read: " + why + "."
	}
}

func at(where string) string {
	if where == "" {
		return ""
	}
	return ", " + where
}

// deleted words the end of an object.
func (x *Explainer) deleted(e *Explanation, evidence string) {
	e.State = Deleted
	e.Sentence = e.Name + " is not online because it was " + evidence + "."
	if !e.Changed.IsZero() {
		e.Sentence = e.Name + " is not online because it was " + evidence + ", on " + when(e.Changed) + "."
	}
	switch {
	case e.Snapshot != nil && e.Snapshot.Departed:
		e.Sentence = e.Name + " is online, and blocked, because it was " + evidence + "."
	case e.Snapshot != nil:
		e.Sentence = e.Name + " is still online, and departs with the next pass, because it was " + evidence + "."
	}
}

// vanished words what is known here, and is neither in Active Directory nor among what was deleted.
func (x *Explainer) vanished(e *Explanation) {
	e.Name = cmp.Or(e.Name, e.Asked)
	held := undecided(e.Held)
	switch {
	case held != nil:
		e.State = Held
		e.Sentence = e.Name + " is held: " + heldWords(held) + " until an operator decides about plan " + held.Plan + " (" + cmp.Or(held.Cause, held.Evidence.String()) + ")."
	case e.Push != nil && e.Push.Gone != nil && e.Snapshot == nil:
		e.State = Deleted
		e.Sentence = e.Name + " is not online because it departed on " + when(e.Push.At) + ": " + e.Push.Gone.Evidence + ". Its tombstone is gone, or cannot be read."
	default:
		e.State = Vanished
		e.Sentence = e.Name + " is known here, but Active Directory shows it neither among what lives nor among what was deleted: without evidence it stays as it is."
	}
}

// online words the state of what is online as it should be.
func (x *Explainer) online(e *Explanation, should *directory.Resource) {
	e.State = Present
	usual := e.Name + " is online"
	if should.Kind != directory.User || e.Snapshot.Active == nil && should.Enabled {
		e.Sentence = usual + x.pending(e) + "."
		return
	}
	switch {
	case !should.Enabled:
		e.State = Blocked
		e.Sentence = usual + ", and blocked: the account is disabled or expired in Active Directory" + x.pending(e) + "."
		if e.Snapshot.Active != nil && *e.Snapshot.Active {
			e.Sentence = usual + " and still active, and the next pass blocks it: the account is disabled or expired in Active Directory."
		}
	case *e.Snapshot.Active:
		e.State = Active
		e.Sentence = usual + " and active" + x.pending(e) + "."
	case e.Snapshot.Blocked:
		e.State = Blocked
		e.Sentence = usual + ", and blocked by syncd; it is enabled in Active Directory again" + x.pending(e) + "."
	default:
		e.State = Inactive
		e.Sentence = usual + ", and not active: an administrator of the online directory activates accounts" + x.pending(e) + "."
	}
}

// pending says what the next pass changes.
func (x *Explainer) pending(e *Explanation) string {
	var names []string
	for _, a := range e.Attributes {
		if !a.Same {
			names = append(names, a.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; the next pass changes " + strings.Join(names, ", ")
}

// undecided is what is held and nobody decided about; nil where nothing is.
func undecided(held []directory.HeldObject) *directory.HeldObject {
	for i := range held {
		if held[i].Decision == directory.Undecided {
			return &held[i]
		}
	}
	return nil
}

func heldWords(h *directory.HeldObject) string {
	if h.Op == "block" {
		return "it is not blocked"
	}
	return "it stays online"
}

// own is the refusal of the object itself, rather than of a membership or a manager; nil where there is none.
func own(refused []directory.RefusedObject) *directory.RefusedObject {
	for i := range refused {
		if refused[i].Other.IsZero() {
			return &refused[i]
		}
	}
	return nil
}

func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
