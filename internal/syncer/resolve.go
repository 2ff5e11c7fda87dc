package syncer

import (
	"syncd/internal/diff"
	"syncd/internal/directory"
)

// resolve fills in the online ids and the names of a batch. A change whose object, or whose other end, did not make it online (its
// creation was refused) is left out: it is planned again when that object is accepted. Whose new manager did not has none until then. Left
// out is also the end of a block that went with the account it was for, where another had to be made.
func (s *Syncer) resolve(p *pass, planned []diff.Change) (changes []diff.Change, names []string, err error) {
	for _, c := range planned {
		name, e := "", diff.Entry{}
		if c.Op == diff.Create || c.Op == diff.CreateGroup {
			name = c.After.Name()
			p.takeovers.decide(&c)
			if err := s.carry(p, &c); err != nil {
				return nil, nil, err
			}
		} else {
			var found bool
			if e, found, err = s.Store.Entry(c.Anchor); err != nil {
				return nil, nil, err
			}
			if !found || e.ID == "" || c.Op == diff.Unblock && e.Block == diff.NotBlocked || carried(&c, &e) {
				continue
			}
			if rejected, err := s.rejected(&c); err != nil {
				return nil, nil, err
			} else if rejected {
				continue
			}
			c.ID, name = e.ID, e.Resource.Name()
		}
		if !c.Other.IsZero() {
			other, found, err := s.Store.Entry(c.Other)
			if err != nil {
				return nil, nil, err
			}
			switch {
			case found && other.ID != "":
				c.OtherID = other.ID
			case c.Op == diff.SetManager && (!e.Resource.Manager.IsZero() || e.ManagerInDoubt):
				c.Other = directory.Anchor{} // the former manager is none any more; the new one's retry brings the reference
			default:
				continue
			}
			if c.Op != diff.SetManager {
				name = other.Resource.Name() + " in " + name
			}
		}
		changes, names = append(changes, c), append(names, name)
	}
	return changes, names, nil
}

// rejected reports whether an operator has rejected a change since it was planned.
func (s *Syncer) rejected(c *diff.Change) (bool, error) {
	if c.Op != diff.Depart && c.Op != diff.Block && c.Op != diff.RemoveMember {
		return false, nil
	}
	h, found, err := s.Store.HeldChange(diff.HeldKey{Op: c.Op, Anchor: c.Anchor, Other: c.Other})
	return found && h.Decision == directory.DecisionRejected && !diff.Supersedes(c.Evidence, &h), err
}
