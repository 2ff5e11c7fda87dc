//go:build !mutant_limit_unchecked

package diff

// departures returns nil where n departures out of population are within the limits: past them nobody goes without approval (law 3). Both
// limits count from the first departure on.
func (l *Limits) departures(n, population int) *LimitError {
	return over(LimitError{Op: Depart, Count: n, Of: population, Key: "safety.max_departures"}, l.MaxDepartures, l.MaxPercent, 0)
}
