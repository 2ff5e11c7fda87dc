package simulation_test

import (
	"fmt"
	"strings"
)

func (a *author) online() {
	switch what := a.often("activate", 8, "deactivate", 2, "drift", 4, "mark", 2, "native", 1, "hand-made", 2, "verify-domain", 1, "refuse", 3, "accept", 1, "settle", 1, "sync-off", 1, "sync-on", 1); what {
	case "activate", "deactivate":
		a.say(what, a.user())
	case "drift":
		a.drift()
	case "mark":
		a.say(what, a.user(), a.pick("Bibi", "Fred"))
	case "hand-made":
		next := fmt.Sprint("u", a.last["u"]+1)
		words := append([]any{a.pick(next, a.user())}, a.maybe(2, "active")...)
		a.say(what, append(words, a.maybe(4, "admin")...)...)
		if a.IntN(2) == 0 {
			a.join("user")
		}
	case "native":
		a.say(what, a.pick("admin", "guest"), a.pick("a", "b", "c")+"@corp.example")
	case "refuse":
		a.say(what, a.anybody(), a.pick("400", "403", "409", "500"))
	case "accept":
		a.say(what, a.anybody())
	case "settle":
		a.say(what, "but-refusals")
	default:
		a.say(what)
	}
}

// operator answers what is held.
func (a *author) operator() {
	a.say(a.often("approve", 2, "reject", 1), a.often("0", 4, "1", 1, "2", 1))
}

// saved is a plan that is made and applied some time later, or never.
func (a *author) saved() {
	a.say("plan", append(a.maybe(5, "full"), a.maybe(12, "verify")...)...)
	for range a.IntN(4) / 2 {
		a.something()
	}
	if a.IntN(5) > 0 {
		a.say("apply", a.troubles()...)
	}
	if a.IntN(6) == 0 {
		a.say("apply")
	}
}

// drift is the work of somebody who changes online what comes from Active Directory.
func (a *author) drift() {
	switch what := a.often("value", 4, "members", 2, "manager", 2, "active", 2, "gone", 2); {
	case what == "gone":
		a.say("remove-online", a.anybody())
	case what == "members" && len(a.groups) > 0:
		a.say("drift", a.pick(a.groups...), a.pick("members", "members", "no-members"), a.anybody())
	case what == "manager":
		a.say("drift", a.user(), what, a.pick(a.user(), "nobody"))
	case what == "active":
		a.say("drift", a.user(), what)
	default:
		path := a.pick("displayName", "title", "mail", "userName")
		value := a.pick("a", "b", a.user()) + "@corp.example"
		a.say("drift", a.user(), path, value)
	}
}

// pass is one that meets trouble more often than not.
func (a *author) pass() {
	words := append(a.maybe(6, "full"), a.maybe(12, "verify")...)
	words = append(words, a.maybe(15, "dry")...)
	a.say("pass", append(words, a.troubles()...)...)
}

// troubles are what a pass meets.
func (a *author) troubles() (words []any) {
	switch a.IntN(6) {
	case 0, 1:
		words = append(words, fmt.Sprint("kill=", 1+a.IntN(8+a.IntN(60))))
	case 2, 3:
		more := ""
		if a.IntN(5) == 0 {
			more = "+"
		}
		words = append(words, fmt.Sprint("online=", 1+a.IntN(4+a.IntN(25)), more, ":", a.pick(troubles()...)))
	case 4:
		words = append(words, a.pick("ldap=cookies", "ldap=pages", "ldap=whole-links", "ldap=empty", "ldap=binds",
			fmt.Sprint("ldap=drop:", 1+a.IntN(30)), fmt.Sprint("ldap=busy:", a.IntN(10))))
	}
	if a.IntN(5) == 0 {
		words = append(words, a.meanwhile()...)
	}
	return words
}

// meanwhile is what happens in Active Directory while a pass is under way.
func (a *author) meanwhile() (words []any) {
	story := a.history
	for range 1 + a.IntN(3) {
		if a.IntN(8) == 0 {
			a.operator()
			continue
		}
		a.inCompany()
	}
	for _, e := range a.history[len(story):] {
		words = append(words, fmt.Sprint("meanwhile=", 1+a.IntN(40), ":", strings.ReplaceAll(e.String(), " ", ",")))
	}
	a.history = story
	return words
}
