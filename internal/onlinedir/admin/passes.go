package admin

import (
	"fmt"
	"strings"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// pass is one pass of synchronisation in words.
type pass struct {
	tenant.Report
	Result, Class string // the state and its colour
	Did           string // "3 created, 1 blocked"
	Began         string // "full pass, on schedule"
	Took          string
}

func passOf(r tenant.Report) pass {
	p := pass{Report: r, Began: r.Kind + " pass, " + triggerWords(r.Trigger), Took: took(r.Seconds)}
	switch r.Status {
	case directory.Done:
		p.Result, p.Class = "Done", "green"
	case directory.SomeRefused:
		p.Result, p.Class = "Done, "+grouped(r.Refused)+" refused", "amber"
	case directory.SomeHeld:
		p.Result, p.Class = "Held", "amber"
		if r.Held > 0 {
			p.Result = grouped(r.Held) + " held"
		}
	default:
		p.Result, p.Class = "Failed", "red"
	}
	var did []string
	for _, c := range []struct {
		n    int
		word string
	}{
		{r.Created, "created"},
		{r.Updated, "updated"},
		{r.Blocked, "blocked"},
		{r.Departed, "departed"},
		{r.Refused, "refused"},
		{r.Held, "held"},
	} {
		if c.n > 0 {
			did = append(did, grouped(c.n)+" "+c.word)
		}
	}
	if n := r.EdgesAdded + r.EdgesRemoved; n > 0 {
		did = append(did, plural(n, "membership")+" changed")
	}
	p.Did = strings.Join(did, ", ")
	if p.Did == "" {
		p.Did = "nothing to change"
		if r.Status == directory.PassFailed {
			p.Did = "nothing changed"
		}
	}
	if r.DryRun {
		p.Did = "would have: " + p.Did
	}
	return p
}

// triggerWords says why a pass began; what a later version of the tool may say is shown as it is.
func triggerWords(trigger string) string {
	switch trigger {
	case "start":
		return "at the start"
	case "schedule":
		return "on schedule"
	case "retry":
		return "as a retry"
	case "now", "endpoint", "signal":
		return "on request"
	case "apply":
		return "for a saved plan"
	case "approve":
		return "after an approval"
	}
	return trigger
}

// took is a duration as a column has it.
func took(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", seconds)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// readPasses reads the last passes for the first page.
func (v *visit) readPasses(page *migrationPage) error {
	reports, err := v.tenant.Passes(v.ctx(), passesPlotted+1)
	if err != nil {
		return err
	}
	page.Plot, page.More = plotOf(reports), len(reports) > passesShown
	for _, r := range reports[:min(len(reports), passesShown)] {
		page.Passes = append(page.Passes, passOf(r))
	}
	if len(page.Passes) > 0 && page.Passes[0].Held > 0 {
		held := page.Passes[0] // with the reason, which need not be read twice
		page.Held, page.Passes[0].Message = &held, ""
	}
	return nil
}

// readProblems reads the first problems for the first page.
func (v *visit) readProblems(page *migrationPage) error {
	list, err := v.tenant.Problems(v.ctx())
	page.Problems, page.Refused = list[:min(len(list), problemsShown)], len(list)
	return err
}

// passesPage lists the last passes.
type passesPage struct {
	frame
	Passes []pass
}

// passesListed is how many passes their own page lists.
const passesListed = 200

func (v *visit) passes() error {
	reports, err := v.tenant.Passes(v.ctx(), passesListed)
	if err != nil {
		return err
	}
	f, err := v.frame("Passes of synchronisation", fmt.Sprintf("the last %d at most, the latest first", passesListed))
	if err != nil {
		return err
	}
	f.Up = &link{"Directory synchronisation", "/migration"}
	page := passesPage{frame: f}
	for _, r := range reports {
		page.Passes = append(page.Passes, passOf(r))
	}
	return v.show("passes", page)
}

// refusedPage lists what the last pass could not make here.
type refusedPage struct {
	frame
	Problems []tenant.Problem
	Most     bool // there may be more than a report names
}

func (v *visit) refused() error {
	list, err := v.tenant.Problems(v.ctx())
	if err != nil {
		return err
	}
	f, err := v.frame("Refused", "what the last pass could not make here, and why; it is tried again by itself")
	if err != nil {
		return err
	}
	f.Up = &link{"Directory synchronisation", "/migration"}
	return v.show("refused", refusedPage{f, list, len(list) >= tenant.MostProblems})
}
