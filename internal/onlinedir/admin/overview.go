package admin

import (
	"fmt"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func overviewSection() section {
	return section{"overview", "Overview", "/", tenant.OnlyReader, []route{
		{"GET /{$}", tenant.OnlyReader, (*visit).overview},
	}}
}

// overviewPage is the first page: how things are, for looking.
type overviewPage struct {
	frame
	Attention attention
	States    []stateShare
	People    int
	Numbers   []number
	Passes    plot
	Last      *pass     // nil before the first pass
	Changes   int       // of the last pass
	Synced    time.Time // when the last pass began that left nothing out
}

// attention is what is wrong, in one sentence; the worst where it is several things.
type attention struct {
	Text  string
	Class string // of Tabler's alerts
	Link  *link
}

// stateShare is one part of the bar of people by state.
type stateShare struct {
	Label, URL, Class string
	Count             int
	Start, Width      float64 // in percent of the bar
}

// number is one big number with what it counts.
type number struct {
	Value, Label, URL, Note string
}

func (v *visit) overview() error {
	counts, err := v.tenant.CountUsers(v.ctx())
	if err != nil {
		return err
	}
	passes, err := v.tenant.Passes(v.ctx(), passesPlotted+1)
	if err != nil {
		return err
	}
	licences, err := v.tenant.Licences(v.ctx())
	if err != nil {
		return err
	}
	problems, err := v.tenant.Problems(v.ctx())
	if err != nil {
		return err
	}
	var page overviewPage
	if page.Synced, err = v.tenant.LastSynchronised(v.ctx()); err != nil {
		return err
	}
	if page.frame, err = v.frame("Overview", "how the directory is, and what needs attention"); err != nil {
		return err
	}
	page.States, page.People = shares(counts)
	page.Passes = plotOf(passes)
	if len(passes) > 0 {
		last := passOf(passes[0])
		page.Last, page.Changes = &last, changesOf(passes[0])
	}
	free, seats := 0, 0
	for _, l := range licences {
		free, seats = free+l.Free(), seats+l.Seats
	}
	page.Numbers = []number{
		{grouped(counts[tenant.Waiting]), "waiting to be activated", "/users?view=disabled", "they use no licence"},
		{grouped(free), "seats left", "/licences", "of " + grouped(seats)},
		{grouped(len(problems)), "could not be synchronised", "/migration/refused", "at the last pass"},
	}
	page.Attention = attend(page, len(problems), free, seats)
	return v.show("overview", page)
}

// attend finds the worst that is wrong.
func attend(p overviewPage, problems, free, seats int) attention {
	migration := &link{"Go to the Migration page", "/migration"}
	switch {
	case p.Last != nil && p.Last.Status == directory.PassFailed:
		return attention{"The last synchronisation failed: " + p.Last.Message + ".", "alert-danger", migration}
	case p.Sync.Colour != "green":
		return attention{sentence(p.Sync), "alert-warning", migration}
	case problems > 0:
		return attention{"Synchronisation could not make " + plural(problems, "object") + " here as in Active Directory.", "alert-warning", &link{"See what and why", "/migration/refused"}}
	case free == 0 && seats > 0:
		return attention{"No seat of any licence is left, so nobody more can be activated.", "alert-warning", &link{"Go to the licences", "/licences"}}
	}
	return attention{"Everything is in order.", "alert-success", nil}
}

func sentence(s syncState) string {
	return fmt.Sprintf("%s: %s.", capital(s.Text), s.Detail)
}

// shares are the parts of the bar, in the order of the states.
func shares(counts map[tenant.State]int) (list []stateShare, people int) {
	for _, s := range []struct {
		state      tenant.State
		url, class string
	}{{tenant.Enabled, "/users?view=enabled", "green"}, {tenant.Waiting, "/users?view=disabled", "blue"}, {tenant.Blocked, "/users?view=disabled", "amber"}} {
		list = append(list, stateShare{Label: s.state.String(), URL: s.url, Class: s.class, Count: counts[s.state]})
		people += counts[s.state]
	}
	start := 0.0
	for i := range list {
		if people > 0 {
			list[i].Start, list[i].Width = start, 100*float64(list[i].Count)/float64(people)
		}
		start += list[i].Width
	}
	return list, people
}
