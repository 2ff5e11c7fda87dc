package main

import (
	"fmt"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// describe says one change in words, a line or several; memberships and references, which a plan knows by anchor only, are named
// by their anchors.
func describe(c *diff.Change) string {
	line := func(sign, verb, rest string) string { return fmt.Sprintf("%s %-8s %-8s %s", sign, verb, c.Kind, rest) }
	switch c.Op {
	case diff.Create:
		return line("+", "create", c.After.Name()+", disabled")
	case diff.CreateGroup:
		return line("+", "create", c.After.Name())
	case diff.Update, diff.UpdateGroup:
		return line("~", "update", c.Before.Name()) + differences(c.Before, c.After)
	case diff.Block:
		return line("!", "block", c.Before.Name()+" disabled or expired in Active Directory")
	case diff.Unblock:
		return line("~", "unblock", c.Before.Name()+" enabled again in Active Directory")
	case diff.AddMember:
		return line("+", "member", c.Anchor.GUID()+" gains "+c.Other.GUID())
	case diff.RemoveMember:
		return line("-", "member", c.Anchor.GUID()+" loses "+c.Other.GUID())
	case diff.SetManager:
		if c.Other.IsZero() {
			return line("~", "manager", c.Anchor.GUID()+" has none")
		}
		return line("~", "manager", c.Anchor.GUID()+" reports to "+c.Other.GUID())
	case diff.Depart:
		return line("-", "depart", c.Before.Name()+" "+c.Evidence.String())
	}
	return ""
}

// differences lists the attributes that change, each on a line of its own.
func differences(before, after *directory.Resource) string {
	var b strings.Builder
	for _, a := range directory.Masters() {
		was, is := strings.Join(before.Get(a), ", "), strings.Join(after.Get(a), ", ")
		if was != is {
			fmt.Fprintf(&b, "\n                     %s: %s → %s", shortName(a), orNone(was), orNone(is))
		}
	}
	return b.String()
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
