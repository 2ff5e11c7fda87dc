package admin

import (
	"fmt"
	"math"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// passesPlotted is how many passes the plot of the overview shows.
const passesPlotted = 30

// plot is the last passes as columns, the latest at the right: how many changes each made, and how far behind the directory was when it ended.
type plot struct {
	Columns     []passColumn
	MostChanges string // the scale
	LongestLag  string
	Summary     string // the text alternative
}

// The plot's own units: a pass is stepWide wide, and the highest column plotHigh high.
const (
	stepWide = 10
	plotHigh = 40
)

type passColumn struct {
	X                    int
	Changes              int
	Lag                  string
	ChangesHigh, LagHigh float64
	ChangesY, LagY       float64
	Failed               bool
	Status, Kind         string
	Ended                time.Time
	Tip                  string // on hover
	lag                  time.Duration
}

// changesOf is how much a pass changed here.
func changesOf(r tenant.Report) int {
	return r.Created + r.Updated + r.Blocked + r.Departed + r.EdgesAdded + r.EdgesRemoved
}

// plotOf draws the passes, which come the latest first and may be one more than are drawn: a change that was made in Active Directory just
// after one pass had begun arrives with the next, so the lag at the end of a pass is counted from the beginning of the last good one before.
func plotOf(passes []tenant.Report) plot {
	var p plot
	var began time.Time // of the last pass that was no failure
	mostChanges, longest, failed := 0, time.Duration(0), 0
	for i := len(passes) - 1; i >= 0; i-- {
		pass := passes[i]
		c := passColumn{
			Changes: changesOf(pass), Status: string(pass.Status), Kind: pass.Kind, Ended: pass.Ended, Failed: pass.Status == directory.PassFailed,
			lag: pass.Ended.Sub(pass.Started),
		}
		if !began.IsZero() {
			c.lag = pass.Ended.Sub(began)
		}
		if !c.Failed {
			began = pass.Started
		}
		if i == passesPlotted {
			continue // it only says when the first one drawn counts from
		}
		c.Lag = brief(c.lag)
		c.Tip = fmt.Sprintf("%s: %s, %s, %s behind", full(c.Ended), c.Status, plural(c.Changes, "change"), c.Lag)
		mostChanges, longest = max(mostChanges, c.Changes), max(longest, c.lag)
		if c.Failed {
			failed++
		}
		p.Columns = append(p.Columns, c)
	}
	for i := range p.Columns {
		c := &p.Columns[i]
		c.X = (passesPlotted - len(p.Columns) + i) * stepWide
		c.ChangesHigh = high(math.Log1p(float64(c.Changes)), math.Log1p(float64(mostChanges))) // a first pass would hide all others
		c.LagHigh = high(float64(c.lag), float64(longest))
		c.ChangesY, c.LagY = plotHigh-c.ChangesHigh, plotHigh-c.LagHigh
	}
	p.MostChanges, p.LongestLag = grouped(mostChanges), brief(longest)
	p.Summary = fmt.Sprintf("The last %s: %d failed, at most %s at once, at most %s behind.", plural(len(p.Columns), "pass"), failed, plural(mostChanges, "change"), p.LongestLag)
	return p
}

// high is the height of a column; what is not nothing can be seen.
func high(value, most float64) float64 {
	if value <= 0 || most <= 0 {
		return 0
	}
	return max(1.5, plotHigh*value/most)
}

// brief is a short duration in two digits or three: "0.4 s", "12 s", "31 min", "5 h".
func brief(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return age(d)
}
