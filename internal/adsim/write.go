package adsim

import (
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/dit"
	"syncd/internal/adsim/wire"
)

// write answers everything that changes the directory. Only administrators may, and a password only travels encrypted.
func (c *connection) write(r *wire.Request) error {
	a := c.access()
	if !a.bound {
		return errAnonymous()
	}
	if !a.privileged {
		return errAccess("only administrators may write")
	}
	t := c.server.tree
	switch o := r.Operation.(type) {
	case wire.Add:
		_, err := t.Add(o.DN, o.Attributes)
		return err
	case wire.Modify:
		if !c.secure && setsPassword(o.Steps) {
			return &dit.Failure{Code: ldap.LDAPResultUnwillingToPerform, Message: "0000001F: SvcErr: a password needs an encrypted connection"}
		}
		deleted := r.Control(wire.ControlShowDeleted) != nil || r.Control(wire.ControlShowRecycled) != nil
		return t.Modify(o.DN, deleted, o.Steps)
	case wire.Rename:
		return t.Rename(o.DN, o.NewName, o.DeleteOld, o.NewParent)
	case wire.Delete:
		return t.Delete(o.DN, r.Control(wire.ControlTreeDelete) != nil)
	}
	return &dit.Failure{Code: ldap.LDAPResultProtocolError, Message: "00000057: the operation is not supported"}
}

func setsPassword(steps []dit.Modification) bool {
	for _, s := range steps {
		if strings.EqualFold(s.Name, "unicodePwd") {
			return true
		}
	}
	return false
}

// Add creates an object without going through LDAP, with the same checks and failures (*dit.Failure).
func (s *Server) Add(dn string, attributes []dit.Attribute) error {
	_, err := s.tree.Add(dn, attributes)
	return err
}

// Modify changes an object without going through LDAP.
func (s *Server) Modify(dn string, steps ...dit.Modification) error {
	return s.tree.Modify(dn, false, steps)
}

// Rename renames or moves an object without going through LDAP; newParent "" keeps its parent.
func (s *Server) Rename(dn, newName, newParent string) error {
	return s.tree.Rename(dn, newName, true, newParent)
}

// Delete removes an object, with everything below it, without going through LDAP.
func (s *Server) Delete(dn string) error { return s.tree.Delete(dn, true) }

// Tree is the directory behind the server, for tests that want to look inside.
func (s *Server) Tree() *dit.Tree { return s.tree }
