package diff

import (
	"fmt"

	"syncd/internal/directory"
)

// Limits are how much one pass may take away without an operator. Whichever of a number and its percentage is reached first holds. What
// earlier passes held is not counted again.
type Limits struct {
	MaxDepartures int
	MaxPercent    float64 // of the population, 0 to 100
	// MaxBlocks are accounts that are blocked because they are disabled or expired on premises.
	MaxBlocks        int
	MaxBlocksPercent float64 // of the population; it counts from more than ten on
	// MaxMembersRemoved are memberships of one group that end, but for those of members that depart.
	MaxMembersRemoved        int
	MaxMembersRemovedPercent float64 // of the group's acknowledged members; it counts from more than ten on
}

// DefaultLimits hold back what looks like a mistake in a directory of any size.
func DefaultLimits() Limits {
	return Limits{
		MaxDepartures: 500, MaxPercent: 10, MaxBlocks: 500, MaxBlocksPercent: 10, MaxMembersRemoved: 1000, MaxMembersRemovedPercent: 50,
	}
}

// LimitError says which limit holds back the changes of one operation, or those of one group.
type LimitError struct {
	Op      Op      `json:"op"`      // Depart, Block or RemoveMember
	Count   int     `json:"count"`   // how many changes it holds back; those that were held before are not among them
	Of      int     `json:"of"`      // of how many: the population, or the group's acknowledged members
	Limit   float64 `json:"limit"`   // a number, or a percentage
	Percent bool    `json:"percent"` // which of the two
	Key     string  `json:"key"`     // what the configuration calls it

	Group directory.Anchor `json:"group,omitzero"` // of RemoveMember
	Name  string           `json:"name,omitempty"` // of the group
}

// Share is Count in percent of Of.
func (e *LimitError) Share() float64 { return 100 * float64(e.Count) / float64(max(1, e.Of)) }

func (e *LimitError) Error() string {
	one, many, of := "departure is", "departures are", "objects"
	switch e.Op {
	case Block:
		one, many = "account to be blocked is", "accounts to be blocked are"
	case RemoveMember:
		one, many, of = "member to be removed from "+e.Name+" is", "members to be removed from "+e.Name+" are", "members"
	}
	what := many
	if e.Count == 1 {
		what = one
	}
	if !e.Percent {
		return fmt.Sprintf("%d %s more than the limit of %g (%s)", e.Count, what, e.Limit, e.Key)
	}
	return fmt.Sprintf("%d %s more than the limit of %g %% of %d %s (%s)", e.Count, what, e.Limit, e.Of, of, e.Key)
}

func (l *Limits) blocks(n, population int) *LimitError {
	return over(LimitError{Op: Block, Count: n, Of: population, Key: "safety.max_blocks"}, l.MaxBlocks, l.MaxBlocksPercent, partialFloor)
}

func (l *Limits) members(n, members int) *LimitError {
	return over(LimitError{Op: RemoveMember, Count: n, Of: members, Key: "safety.max_members_removed"}, l.MaxMembersRemoved, l.MaxMembersRemovedPercent, partialFloor)
}

// over completes e where its count is more than a limit; the percentage counts only from more than floor on.
func over(e LimitError, most int, percent float64, floor int) *LimitError {
	switch {
	case e.Count == 0:
		return nil
	case e.Count > most:
		e.Limit = float64(most)
	case e.Count > floor && float64(e.Count)*100 > percent*float64(e.Of):
		e.Limit, e.Percent, e.Key = percent, true, e.Key+"_percent"
	default:
		return nil
	}
	return &e
}
