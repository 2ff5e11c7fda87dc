package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"syncd/internal/console"
	"syncd/internal/control"
	"syncd/internal/directory"
)

// health says in a sentence how syncd is, and how bad that is.
func health(s *control.Status, now time.Time) (level, words string) {
	switch {
	case s.Last == nil:
		return "careful", "No pass has ended yet."
	case s.Last.Class == directory.Held:
		return "bad", "The last pass was held as a whole, and nothing was changed: " + s.Last.Message
	case s.Last.Status == directory.PassFailed:
		return "bad", "The last pass failed: " + s.Last.Message
	case s.HeldCount > 0:
		return "careful", fmt.Sprintf("%s held back until somebody decides. Everything else is online.", are(s.HeldCount, "change"))
	case s.RefusedCount > 0:
		return "careful", fmt.Sprintf("%s refused, and tried again. Everything else is online.", are(s.RefusedCount, "object"))
	case s.SyncedTo.IsZero():
		return "careful", "Nothing is known to be online yet."
	}
	return "good", "Everything is online as Active Directory had it " + console.Span(now.Sub(s.SyncedTo)) + " ago."
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return console.Count(n) + " " + what + "s are"
}

// functions are what the templates say numbers and times with.
func functions(now func() time.Time) template.FuncMap {
	return template.FuncMap{
		"count": console.Count,
		"span":  console.Span,
		"took":  func(seconds float64) string { return console.Span(time.Duration(seconds * float64(time.Second))) },
		"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"when":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") },
		"stage": func(p *directory.Progress) string {
			return strings.NewReplacer("█", "", "░", "").Replace(console.Stage(p, now()))
		},
		"words": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
		"did":   did,
		"cause": cause,
	}
}

// cause is how many changes are held for one reason: "3 departures: deleted in Active Directory".
func cause(c directory.HeldCause) string {
	what := map[string][2]string{
		"depart": {"departure", "departures"}, "block": {"block", "blocks"}, "remove_member": {"membership that ends", "memberships that end"},
	}[c.Op]
	noun := what[1]
	if c.Count == 1 {
		noun = what[0]
	}
	return console.Count(c.Count) + " " + noun + ": " + c.Cause
}

// did is what a pass changed, in words.
func did(p directory.PassRecord) string {
	if p.Status == directory.PassFailed || p.Class == directory.Held {
		return p.Message
	}
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{p.Created, "created"},
		{p.Updated, "updated"},
		{p.Blocked, "blocked"},
		{p.Departed, "departed"},
		{p.EdgesAdded, "memberships added"},
		{p.EdgesRemoved, "memberships removed"},
		{p.Refused, "refused"},
		{p.Held, "held"},
	} {
		if c.n > 0 {
			parts = append(parts, console.Count(c.n)+" "+c.what)
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

// bar is one pass of the plot: how long it took, in the colour of how it ended.
type bar struct {
	X, Y, Height int
	Level, Label string
}

const (
	barWidth  = 12 // with the gap
	barHeight = 60
)

// barsOf draws the oldest pass first.
func barsOf(passes []directory.PassRecord) []bar {
	longest := 0.001
	for _, p := range passes {
		longest = max(longest, p.Seconds)
	}
	bars := make([]bar, 0, len(passes))
	for i := range passes {
		p := &passes[len(passes)-1-i]
		h := max(2, int(p.Seconds/longest*barHeight))
		bars = append(bars, bar{
			X: i * barWidth, Y: barHeight - h, Height: h, Level: levelOf(p),
			Label: fmt.Sprintf("%s, %s pass: %s, %.1f s", p.Started.UTC().Format("2006-01-02 15:04 MST"), p.Kind, p.Status, p.Seconds),
		})
	}
	return bars
}

func levelOf(p *directory.PassRecord) string {
	switch p.Status {
	case directory.Done:
		return "good"
	case directory.PassFailed:
		return "bad"
	}
	return "careful"
}
