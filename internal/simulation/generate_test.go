package simulation_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// author writes a history, and remembers as much of it as it takes to write something that makes sense.
type author struct {
	*rand.Rand
	history history
	users   []string
	others  []string // contacts
	groups  []string
	units   []string
	last    map[string]int // of each kind, for names
}

// generate is the history of a seed.
func generate(seed uint64) history {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 0x5359_4e43)), units: units(), last: map[string]int{}}
	a.setup()
	for range 3 + a.IntN(8) {
		a.join(a.often("user", 6, "contact", 1, "group", 3))
	}
	for range 1 + a.IntN(12) {
		a.gather()
	}
	a.say("pass")
	for range 5 + a.IntN(21) {
		a.something()
		if a.IntN(4) == 0 {
			a.pass()
		}
	}
	return a.history
}

func (a *author) say(verb string, args ...any) { a.history = append(a.history, say(verb, args...)) }

func (a *author) pick(list ...string) string { return list[a.IntN(len(list))] }

// often picks one of the words, each followed by how often it is to come.
func (a *author) often(pairs ...any) string {
	total := 0
	for i := 1; i < len(pairs); i += 2 {
		total += pairs[i].(int)
	}
	n := a.IntN(total)
	for i := 0; ; i += 2 {
		if n -= pairs[i+1].(int); n < 0 {
			return pairs[i].(string)
		}
	}
}

func (a *author) maybe(oneIn int, words ...string) []any {
	if a.IntN(oneIn) != 0 {
		return nil
	}
	return []any{a.pick(words...)}
}

func (a *author) setup() {
	var words []any
	words = append(words, a.maybe(4, "keep")...)
	words = append(words, a.maybe(8, "no-reactivation")...)
	words = append(words, a.maybe(5, "limit=0", "limit=1", "limit=2", "limit=4")...)
	words = append(words, a.maybe(5, "percent=10", "percent=30")...)
	words = append(words, a.maybe(6, "blocks=0", "blocks=1", "blocks=2")...)
	words = append(words, a.maybe(5, "members=0", "members=1", "members=2")...)
	words = append(words, a.maybe(4, "changes=full", "changes=usn", "changes=usn")...)
	words = append(words, a.maybe(5, "no-recycle-bin")...)
	words = append(words, a.maybe(3, "fail-over")...)
	words = append(words, a.maybe(2, "no-bulk")...)
	words = append(words, a.maybe(6, "pilot")...)
	words = append(words, a.maybe(8, "filter")...)
	words = append(words, a.maybe(6, "domains")...)
	words = append(words, a.maybe(6, "own-anchors")...)
	words = append(words, a.maybe(5, "matching=adopt", "matching=adopt", "matching=off")...)
	words = append(words, a.maybe(2, "part=2", "part=3", "part=5", "part=7")...)
	a.say("setup", words...)
}

// name makes a new one: u1, c1, g1, o1.
func (a *author) name(kind string) string {
	letter := map[string]string{"user": "u", "contact": "c", "group": "g", "unit": "o"}[kind]
	a.last[letter]++
	return fmt.Sprint(letter, a.last[letter])
}

func (a *author) join(kind string) {
	name := a.name(kind)
	words := []any{kind, name, a.somewhere()}
	if a.has("own-anchors") {
		words = append(words, a.maybe(2, "own-anchor")...)
	}
	a.say("join", words...)
	if a.has("pilot") && a.IntN(3) > 0 {
		a.say("add-member", pilot, name)
	}
	switch kind {
	case "user":
		a.users = append(a.users, name)
		if a.IntN(6) == 0 {
			a.say("disable", name)
		}
	case "contact":
		a.others = append(a.others, name)
	default:
		a.groups = append(a.groups, name)
	}
}

// somewhere is most often in scope.
func (a *author) somewhere() string {
	return a.often(staff, 8, branch, 3, kept, 1, interns, 2, elsewhere, 2, a.pick(a.units...), 4)
}

func (a *author) user() string { return a.pick(a.users...) }

func (a *author) anybody() string {
	return a.pick(append(append(append([]string{"always"}, a.users...), a.others...), a.groups...)...)
}

// gather puts somebody, or a group, into a group.
func (a *author) gather() {
	if len(a.groups) > 0 {
		a.say("add-member", a.group(), a.anybody())
	}
}

// group is one that has members; in a pilot it is often the one that decides.
func (a *author) group() string {
	if a.has("pilot") && a.IntN(3) == 0 {
		return pilot
	}
	return a.pick(a.groups...)
}

// has reports whether the history is set up so.
func (a *author) has(word string) bool { return a.history[0].has(word) }

// something is one event of any kind but a pass.
func (a *author) something() {
	if len(a.users) == 0 {
		a.join("user")
	}
	switch what := a.often("company", 60, "story", 8, "unit", 8, "rights", 4, "online", 18, "time", 8, "settle", 3, "lose-state", 1, "operator", 4, "put-back", 2, "controller", 5, "plan", 3); what {
	case "company":
		a.inCompany()
	case "story":
		a.story()
	case "unit":
		a.unit()
	case "rights":
		a.loseRights()
	case "online":
		a.online()
	case "time":
		a.say("wait", a.often("1", 8, "30", 8, "400", 4, "900", 2, "4400", 1))
	case "settle":
		a.say("settle")
	case "operator":
		a.operator()
	case "plan":
		a.saved()
	case "put-back":
		if a.has("fail-over") || a.has("own-anchors") {
			return // a database that was put back while another one answers is beyond what anybody can notice
		}
		a.say(a.pick("from-snapshot", "from-backup"), 1+a.IntN(6))
	case "controller":
		if a.has("fail-over") {
			a.history = append(a.history, parseHistory(a.often("down dc1", 3, "up dc1", 2, "down dc2", 1, "up dc2", 2, "lag", 3, "replicate", 1))...)
		}
	default:
		a.say(what)
	}
}

func (a *author) inCompany() {
	switch what := a.often("join", 8, "edit", 9, "mail", 6, "marry", 3, "rename", 2, "move", 9, "delete", 7, "restore", 6, "disable", 6, "enable", 5,
		"expire", 4, "manage", 7, "add-member", 12, "drop-member", 7, "login", 2, "primary", 2, "succeed", 3); what {
	case "join":
		a.join(a.often("user", 6, "contact", 1, "group", 3))
	case "edit":
		attribute := a.pick("displayName", "description", "telephoneNumber")
		if who := a.anybody(); strings.HasPrefix(who, "g") {
			a.say("edit", who, a.pick("displayName", "description"), a.word())
		} else {
			a.say("edit", who, a.pick(attribute, "title", "department", "streetAddress", "givenName"), a.word())
		}
	case "mail":
		address := a.pick("a", "b", "c", a.anybody()) + "@corp.example"
		if a.IntN(3) == 0 {
			a.say("edit", a.anybody(), "proxyAddresses", a.pick("SMTP:"+address, "SMTP:"+address+"|smtp:d@corp.example", "X500:/o=Corp", "nothing"))
		} else {
			a.say("edit", a.anybody(), "mail", a.pick(address, address, address, "nothing", "no-address"))
		}
	case "marry", "rename":
		a.say(what, a.user(), a.pick("Lee", "Kim"))
	case "login":
		domain := "@" + companyDomain
		if a.has("domains") {
			domain = "@" + a.pick(formerDomain, formerDomain, "nowhere.example", companyDomain)
		}
		a.say("edit", a.user(), "userPrincipalName", a.pick(a.user()+domain, a.user()+domain, "nothing"))
	case "succeed":
		a.succeed()
	case "primary":
		if len(a.groups) > 0 {
			who, group := a.user(), a.pick(append(a.groups, "nothing")...)
			a.say("add-member", group, who)
			a.say("primary", who, group)
		}
	case "move":
		if who := a.anybody(); who != "always" {
			a.say("move", who, a.somewhere())
		}
	case "expire":
		a.say("expire", a.user(), a.pick("-1", "2", "20", "500", "never"))
	case "manage":
		a.say("manage", a.user(), a.pick(a.user(), a.user(), "nobody"))
	case "add-member":
		a.gather()
	case "drop-member":
		if len(a.groups) > 0 {
			a.say("drop-member", a.group(), a.anybody())
		}
	case "disable", "enable":
		a.say(what, a.user())
	default:
		if who := a.anybody(); who != "always" {
			a.say(what, who)
		}
	}
}

// succeed brings somebody back from another forest, under the anchor of one who leaves, mostly.
func (a *author) succeed() {
	if !a.has("own-anchors") {
		return
	}
	before, name := a.user(), a.name("user")
	leaves := a.IntN(3)
	if leaves == 0 {
		a.say("delete", before)
	}
	a.say("succeed", name, before, a.somewhere())
	if leaves == 1 {
		a.say("delete", before)
	}
	a.users = append(a.users, name)
}

func (a *author) word() string {
	return a.pick("Boss", "Clerk", "nothing", "padded", "unicode", "lines", "blanks", "control", "long")
}

func (a *author) unit() {
	made := a.units[len(units()):]
	switch what := a.often("unit", 4, "move", 3, "rename", 2, "delete", 2, "restore", 1, "scope", 1); {
	case what == "unit" || len(made) == 0:
		name := a.name("unit")
		a.say("unit", name, a.somewhere())
		a.units = append(a.units, name)
	case what == "move":
		a.say("move", a.pick(made...), a.somewhere())
	case what == "rename":
		a.say("rename", a.pick(made...), a.pick("North", "South"))
	case what == "scope":
		if a.IntN(2) == 0 {
			a.say("rename", a.pick(staff, branch, interns), a.pick("North", "South", "East"))
		} else {
			a.say("move", a.pick(branch, kept), a.pick(elsewhere, staff, interns))
		}
	default:
		a.say(what, a.pick(made...))
	}
}

func (a *author) loseRights() {
	switch a.IntN(6) {
	case 4:
		a.say("hide-attribute", a.pick("title", "telephoneNumber", "mail", "manager", "userAccountControl", "displayName", "department", "userPrincipalName"))
	case 5:
		a.say("show-attribute", a.pick("title", "mail", "manager", "userAccountControl"))
	case 0:
		a.say("hide", a.pick(a.anybody(), a.pick(a.units...)))
	case 1:
		a.say("unhide", a.pick(a.anybody(), a.pick(a.units...)))
	case 2:
		a.say("rights", "changes", "deleted")
	default:
		a.say("rights", a.pick("changes", "deleted", "none"))
	}
}
