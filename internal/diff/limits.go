package diff

import (
	"fmt"

	"syncd/internal/directory"
)

// Limits are how many objects may leave in one pass without an operator. Whichever is reached first holds.
type Limits struct {
	MaxDepartures int
	MaxPercent    float64 // of the population, 0 to 100
}

// TooManyDepartures says that the departures of a plan are held.
type TooManyDepartures struct {
	Departures int
	Population int
	Limits     Limits
}

func (e *TooManyDepartures) Error() string {
	if e.Departures > e.Limits.MaxDepartures {
		return fmt.Sprintf("%d departures are more than the limit of %d (safety.max_departures)", e.Departures, e.Limits.MaxDepartures)
	}
	return fmt.Sprintf("%d departures are more than the limit of %g %% of %d objects (safety.max_departures_percent)",
		e.Departures, e.Limits.MaxPercent, e.Population)
}

// check returns nil where n departures out of population are within the limits.
func (l Limits) check(n, population int) *TooManyDepartures {
	if n == 0 || n <= l.MaxDepartures && float64(n)*100 <= l.MaxPercent*float64(population) {
		return nil
	}
	return &TooManyDepartures{Departures: n, Population: population, Limits: l}
}

// emptyRead is the answer to a full read that found nobody where somebody is online.
func emptyRead(population int) error {
	return &directory.Fault{
		Class:  directory.Held,
		Cause:  fmt.Sprintf("Active Directory answered without a single object in scope, but %d are known online: the read counts as partial and nothing was changed", population),
		Remedy: "check that the account may still read the containers of source.scope, and that the scope and its filter are right",
	}
}

// lostSight is the answer to more unexplained absences than may depart.
func lostSight(n, population int) error {
	return &directory.Fault{
		Class: directory.Held,
		Cause: fmt.Sprintf("at least %d of %d objects were neither seen nor found among the deleted: the read counts as partial and nothing was changed",
			n, population),
		Remedy: "check that the account may still read every container of source.scope and CN=Deleted Objects",
	}
}

// noMembers is the answer to a full read in which no group has a member any more.
func noMembers(n int) error {
	return &directory.Fault{
		Class:  directory.Held,
		Cause:  fmt.Sprintf("Active Directory answered without a single membership, but %d are known online: the read counts as partial and nothing was changed", n),
		Remedy: "check that the account may read the attribute member of groups",
	}
}
