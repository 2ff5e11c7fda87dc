package wizard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/console"
)

// firstDepth is how deep the first list of units goes; each "more" goes one deeper.
const firstDepth = 1

// scope asks which units are synchronised.
func (w *dialogue) scope(ctx context.Context) error {
	w.heading("What is synchronised")
	units, err := w.world.Units(ctx, &w.Source)
	if err != nil {
		return err
	}
	if len(units) == 0 {
		return usage("there is no organisational unit that "+w.Source.User+" can see", "give the account the right to read the domain, or create the units first")
	}
	depth := firstDepth
	given := strings.Join(w.flags.Include, "; ")
	w.flags.Include = nil
	for listed := false; ; {
		shown := slices.DeleteFunc(slices.Clone(units), func(u Unit) bool { return u.Depth > depth })
		if given == "" && !w.flags.NonInteractive && !listed {
			w.list(shown, len(shown) < len(units))
			listed = true
		}
		answer, err := w.ask(ctx, "--include", &given, "Which of them (numbers such as 1,3-5; names; all)", w.current(shown))
		if err != nil {
			return err
		}
		if strings.EqualFold(answer, "more") {
			depth++
			listed = false
			continue
		}
		chosen, err := choose(answer, shown, units)
		if err == nil {
			err = w.take(chosen, units)
		}
		if err == nil {
			return nil
		}
		if err := w.again(err); err != nil {
			return err
		}
	}
}

// list shows units as a numbered list, each indented below the one that it is in.
func (w *dialogue) list(units []Unit, deeper bool) {
	w.prompt.Say("        people   groups contacts")
	for i, u := range units {
		w.prompt.Row("  %3d %8s %8s %8s  %s%s", i+1, console.Count(u.People), console.Count(u.Groups), console.Count(u.Contacts), strings.Repeat("  ", u.Depth), nameOf(u.DN))
	}
	if deeper {
		w.prompt.Say("  more: there are units inside of these; \"more\" shows them.")
	}
}

// current is the scope of the configuration as an answer: numbers where the list shows them.
func (w *dialogue) current(shown []Unit) string {
	var parts []string
	for _, dn := range w.Source.Include {
		part := dn
		if i := slices.IndexFunc(shown, func(u Unit) bool { return strings.EqualFold(u.DN, dn) }); i >= 0 {
			part = fmt.Sprint(i + 1)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

// take makes a choice the scope, unless it holds nobody.
func (w *dialogue) take(chosen, all []Unit) error {
	people, groups, contacts := 0, 0, 0
	sum := chosen
	if len(chosen) == 0 { // the whole domain
		sum = slices.DeleteFunc(slices.Clone(all), func(u Unit) bool { return u.Depth > 0 })
	}
	w.Source.Include = nil
	for _, u := range sum {
		people, groups, contacts = people+u.People, groups+u.Groups, contacts+u.Contacts
	}
	if people+groups+contacts == 0 {
		return usage("there are no people, groups or contacts in that scope", "choose units that hold some")
	}
	for _, u := range chosen {
		w.Source.Include = append(w.Source.Include, u.DN)
		w.prompt.Say("  %s", u.DN)
	}
	if len(chosen) == 0 {
		w.prompt.Say("  the whole domain")
	}
	w.prompt.Say("  %s, %s, %s", counted(people, "person", "people"), counted(groups, "group", "groups"), counted(contacts, "contact", "contacts"))
	return nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return console.Count(n) + " " + many
}

// nameOf is the first part of a distinguished name, as people say it.
func nameOf(dn string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(dn, `\,`, "\x00"), ",")
	if _, value, found := strings.Cut(first, "="); found {
		first = value
	}
	return console.Safe(strings.ReplaceAll(first, "\x00", ","))
}
