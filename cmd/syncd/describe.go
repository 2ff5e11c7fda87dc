package main

import (
	"fmt"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// planRow is one change of a plan as it is shown: the JSON form of `syncd plan --json`, and what its words are made of.
type planRow struct {
	Op         string              `json:"op"`
	Kind       string              `json:"kind"`
	Anchor     directory.Anchor    `json:"anchor"`
	Name       string              `json:"name"`
	Other      directory.Anchor    `json:"other,omitzero"` // the member of a membership, the manager of a person
	OtherName  string              `json:"other_name,omitempty"`
	Attributes []attributeChange   `json:"attributes,omitempty"`
	Evidence   *directory.Evidence `json:"evidence,omitempty"` // of departures
	Held       bool                `json:"held"`
	Decision   directory.Decision  `json:"decision,omitempty"` // about what is held
	Refused    string              `json:"refused,omitempty"`  // why a local rule refuses it
}

type attributeChange struct {
	Name   string   `json:"name"`
	Before []string `json:"before"`
	After  []string `json:"after"`
}

// rowOf shows a change; name tells what an anchor is called.
func rowOf(c *diff.Change, name func(directory.Anchor) string) planRow {
	r := planRow{Op: c.Op.String(), Kind: c.Kind.String(), Anchor: c.Anchor, Other: c.Other}
	switch {
	case c.Before != nil:
		r.Name = c.Before.Name()
	case c.After != nil:
		r.Name = c.After.Name()
	default:
		r.Name = name(c.Anchor)
	}
	if !c.Other.IsZero() {
		r.OtherName = name(c.Other)
	}
	switch c.Op {
	case diff.Update, diff.UpdateGroup:
		r.Attributes = differences(c.Before, c.After)
	case diff.Depart:
		r.Evidence = &c.Evidence
	}
	return r
}

// rowOfHeld shows what is held.
func rowOfHeld(h *directory.HeldObject, name func(directory.Anchor) string) planRow {
	r := planRow{Op: h.Op, Kind: h.Kind, Anchor: h.Anchor, Name: h.Name, Other: h.Other, Held: true, Decision: h.Decision}
	if !h.Other.IsZero() {
		r.Name, r.OtherName = name(h.Anchor), name(h.Other)
	}
	if h.Op == diff.Depart.String() {
		r.Evidence = &h.Evidence
	}
	return r
}

// words are the row's lines of text.
func (r *planRow) words() string {
	line := func(sign, verb, rest string) string { return fmt.Sprintf("%s %-8s %-8s %s", sign, verb, r.Kind, rest) }
	if r.Held {
		state := "held"
		if r.Decision != directory.Undecided {
			state = string(r.Decision)
		}
		line = func(_, verb, rest string) string {
			return fmt.Sprintf("  %-8s %-8s %-8s %s", state, verb, r.Kind, rest)
		}
	}
	if r.Refused != "" {
		return fmt.Sprintf("  %-8s %-8s %-8s %s: %s", "refused", r.Op, r.Kind, r.Name, r.Refused)
	}
	switch r.Op {
	case diff.Create.String():
		if r.Kind == directory.User.String() {
			return line("+", "create", r.Name+", disabled")
		}
		return line("+", "create", r.Name)
	case diff.Update.String():
		text := line("~", "update", r.Name)
		for _, a := range r.Attributes {
			text += fmt.Sprintf("\n                     %s: %s → %s", a.Name, orNone(strings.Join(a.Before, ", ")), orNone(strings.Join(a.After, ", ")))
		}
		return text
	case diff.Block.String():
		return line("!", "block", r.Name+", disabled or expired in Active Directory")
	case diff.Unblock.String():
		return line("~", "unblock", r.Name+", enabled again in Active Directory")
	case diff.AddMember.String():
		return line("+", "member", r.Name+": "+r.OtherName)
	case diff.RemoveMember.String():
		return line("-", "removal", r.Name+": "+r.OtherName)
	case diff.SetManager.String():
		return line("~", "manager", r.Name+" reports to "+orNone(r.OtherName))
	}
	return line("-", "depart", r.Name+", "+r.Evidence.String())
}

// differences lists the attributes that change.
func differences(before, after *directory.Resource) (changes []attributeChange) {
	for _, a := range directory.Masters() {
		was, is := before.Get(a), after.Get(a)
		if strings.Join(was, "\x00") != strings.Join(is, "\x00") {
			changes = append(changes, attributeChange{Name: shortName(a), Before: was, After: is})
		}
	}
	return changes
}

// shortName is the last part of an attribute's path: "department" of the enterprise extension.
func shortName(a directory.Attribute) string {
	info := a.Info()
	return strings.TrimPrefix(strings.TrimPrefix(info.Path, info.Schema), ":")
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}
