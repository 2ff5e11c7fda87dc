//go:build !mutant_lost_edge

package diff

import "syncd/internal/directory"

// addGroups takes the groups that an object of a delta belongs to. One that is new in scope may have been a member for years: the membership
// appears in the pass in which the member does, because no delta ever names that group for it (law 1).
func (p *Planner) addGroups(o *directory.Object) error {
	for _, group := range o.MemberOf {
		if err := p.addEdge(group, o.Anchor, 0, markPresent); err != nil {
			return err
		}
	}
	return nil
}
