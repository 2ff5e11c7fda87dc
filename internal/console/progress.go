package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/directory"
)

// barCells is how long the bar of a stage is.
const barCells = 24

// settled is how long a stage runs before its rate says anything.
const settled = 2 * time.Second

// Count is a number for people: "12,480".
func Count(n int) string { return humanize.Comma(int64(n)) }

// Span is a duration for people, in its two largest units at most: "0.3 s", "48 s", "4 min", "2 h 5 min", "3 d 4 h".
func Span(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return two(int(d.Minutes()), 60, "h", "min")
	}
	return two(int(d.Hours()), 24, "d", "h")
}

func two(n, per int, large, small string) string {
	if n%per == 0 {
		return fmt.Sprintf("%d %s", n/per, large)
	}
	return fmt.Sprintf("%d %s %d %s", n/per, large, n%per, small)
}

// Stage is where a pass stands at a moment: the stage, a bar where its end is known, the count, the rate and the time that is left.
func Stage(p *directory.Progress, now time.Time) string {
	end, count := p.Total, Count(p.Done)
	switch {
	case p.Total > 0:
		count += " of " + Count(p.Total)
	case p.Done == 0:
		return p.Stage
	default:
		count += " objects"
		if end = p.Expected; end > 0 {
			count += " of about " + Count(end)
		}
	}
	line := Pad(p.Stage, 8) + " "
	if end > 0 {
		full := min(barCells, barCells*p.Done/end)
		line += strings.Repeat("█", full) + strings.Repeat("░", barCells-full) + "  "
	}
	return line + count + Pace(p.Done, end, now.Sub(p.StageStarted))
}

// Pace is "   2,100/s   2 s left": the rate of what was done in a time, and what is left of it up to end, 0 for not known. It is empty where
// there is nothing to say yet.
func Pace(done, end int, took time.Duration) string {
	rate := Rate(done, took)
	if rate == 0 {
		return ""
	}
	line := "   " + perSecond(rate)
	if end > done {
		line += "   " + Span(time.Duration(float64(end-done)/rate*float64(time.Second)).Round(time.Second)) + " left"
	}
	return line
}

// Rate is how much was done in a second; 0 where it is too early to say.
func Rate(done int, took time.Duration) float64 {
	if done <= 0 || took < settled {
		return 0
	}
	return float64(done) / took.Seconds()
}

func perSecond(rate float64) string {
	if rate < 10 {
		return fmt.Sprintf("%.1f/s", rate)
	}
	return Count(int(rate)) + "/s"
}
