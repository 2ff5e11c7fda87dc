package simulation_test

import "fmt"

// story is several events that belong together, and that chance would seldom put in a row: somebody comes back from what the pass between
// did to him, and that pass is often cut short.
func (a *author) story() {
	who, other := a.user(), a.user()
	switch a.IntN(5) {
	case 0: // a leaver who comes back
		a.say("activate", who)
		a.between("disable", who)
		a.say("enable", who)
	case 1: // somebody new who was refused, with all that belongs to him
		a.join("user")
		who = a.users[len(a.users)-1]
		a.say("refuse", who, "400")
		if len(a.groups) > 0 {
			a.say("add-member", a.pick(a.groups...), who)
		}
		a.say("manage", other, who)
		a.say("pass")
		a.say("accept", who)
		a.say("wait", "1") // longer, and the weekly full pass would be due
		a.between("")
	case 2: // a manager who leaves, for good or not
		a.say("manage", who, other)
		a.say("pass")
		a.between(a.pick("delete", "delete", "disable"), other)
		a.say(a.pick("restore", "enable", "settle"), other)
	case 3: // a deletion that is undone
		if len(a.groups) > 0 {
			a.say("add-member", a.pick(a.groups...), who)
		}
		a.say("manage", other, who)
		a.say("pass")
		a.say("delete", who)
		if a.IntN(2) == 0 {
			a.between("")
		}
		a.say("restore", who)
	case 4: // a unit that leaves scope with all who are in it, and may come back
		unit := a.name("unit")
		a.say("unit", unit, a.pick(staff, branch))
		a.units = append(a.units, unit)
		a.say("move", who, unit)
		a.say("move", other, unit)
		a.say("pass")
		a.between("move", unit, a.pick(elsewhere, elsewhere, interns))
		if a.IntN(2) == 0 {
			a.between("move", unit, staff)
		}
	}
}

// between lets something happen and makes a pass, most often one that is killed.
func (a *author) between(verb string, args ...any) {
	if verb != "" {
		a.say(verb, args...)
	}
	switch a.IntN(4) {
	case 0:
		a.pass()
	case 1:
		a.say("pass")
	default:
		a.say("pass", fmt.Sprint("kill=", 3+a.IntN(6+a.IntN(60))))
	}
}
