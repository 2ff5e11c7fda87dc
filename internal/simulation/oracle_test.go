package simulation_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// wish is what somebody should look like online: the statement of the design, computed from the forest itself.
type wish struct {
	kind    directory.Kind
	values  map[string]string
	usable  bool // neither disabled nor expired
	several bool // objects claim the same anchor: nothing follows any of them
	invalid bool // has a value that no directory should be sent: refused, with a reason, until it is corrected
	manager directory.Anchor
	members map[directory.Anchor]bool
}

// wishes is everybody who should be online at this moment.
func (f *forest) wishes(now time.Time) map[directory.Anchor]*wish { return f.wishesOf(f.tree(), now) }

// wishesOf is that as one domain controller sees it.
func (f *forest) wishesOf(t *dit.Tree, now time.Time) map[directory.Anchor]*wish {
	all := map[directory.Anchor]*wish{}
	t.View(func() {
		scope := f.scopeOf(t)
		for _, e := range t.All() {
			if kind := kindOf(t, e); kind != 0 && scope.has(e) {
				all[f.anchorOf(t, e)] = f.wish(t, e, kind, now)
			}
		}
	})
	t.View(func() {
		for a, n := range f.claims(t) {
			if w := all[a]; w != nil {
				w.several = n > 1
			}
		}
	})
	// A membership, or a reference, is online when both its ends are.
	for _, w := range all {
		maps.DeleteFunc(w.members, func(member directory.Anchor, _ bool) bool { return all[member] == nil })
		if all[w.manager] == nil {
			w.manager = directory.Anchor{}
		}
	}
	return all
}

// exists reports whether an object lives in Active Directory, in scope or not.
func (f *forest) exists(a directory.Anchor) (live bool) {
	f.tree().View(func() {
		e := f.holder(f.tree(), a)
		live = e != nil && !e.Deleted()
	})
	return live
}

// disabled reports whether a living account may not be used, wherever it is.
func (f *forest) disabled(a directory.Anchor, now time.Time) (off bool) {
	t := f.tree()
	t.View(func() {
		if e := f.holder(t, a); e != nil && !e.Deleted() {
			off = kindOf(t, e) == directory.User && !usable(t, e, now)
		}
	})
	return off
}

func kindOf(t *dit.Tree, e *dit.Entry) directory.Kind {
	classes := t.Text(e, "objectClass")
	switch {
	case e.Deleted(), slices.Contains(classes, "computer"):
		return 0
	case slices.Contains(classes, "user"):
		return directory.User
	case slices.Contains(classes, "contact"):
		return directory.Contact
	case slices.Contains(classes, "group"):
		return directory.Group
	}
	return 0
}

func usable(t *dit.Tree, e *dit.Entry, now time.Time) bool {
	control := number(t, e, "userAccountControl")
	ticks := number(t, e, "accountExpires")
	never := ticks == 0 || ticks == 1<<63-1
	const epoch = 11_644_473_600 // seconds from 1601 to 1970
	return control&2 == 0 && (never || now.Before(time.Unix(ticks/10_000_000-epoch, 0)))
}

func number(t *dit.Tree, e *dit.Entry, attribute string) int64 {
	n, err := strconv.ParseInt(strings.Join(t.Text(e, attribute), ""), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// linked resolves the distinguished names of a link.
func linked(t *dit.Tree, e *dit.Entry, attribute string) (list []*dit.Entry) {
	for _, dn := range t.Text(e, attribute) {
		if other, err := t.Resolve(dn); err == nil {
			list = append(list, other)
		}
	}
	return list
}

func (f *forest) wish(t *dit.Tree, e *dit.Entry, kind directory.Kind, now time.Time) *wish {
	first := func(names ...string) string {
		for _, name := range names {
			for _, v := range t.Text(e, name) {
				if v = canonical(names[0], v); v != "" {
					return v
				}
			}
		}
		return ""
	}
	w := &wish{kind: kind, usable: true, members: f.anchorsOf(t, membersOf(t, e))}
	for a := range f.anchorsOf(t, linked(t, e, "manager")) {
		w.manager = a
	}
	addresses := t.Text(e, "proxyAddresses")
	slices.Sort(addresses)
	mail := first("mail")
	for _, a := range addresses {
		if primary, ok := strings.CutPrefix(a, "SMTP:"); ok && mail == "" {
			mail = primary
		}
	}
	w.values = map[string]string{
		"displayName": first("displayName", "cn"), "proxyAddresses": strings.Join(addresses, "|"), "description": first("description"),
		"onPremisesDistinguishedName": e.DN(),
	}
	if kind == directory.Group {
		w.manager = directory.Anchor{}
		w.values["mail"] = mail
	} else {
		w.values["work mail"], w.values["work phone"] = mail, first("telephoneNumber")
		w.values["givenName"], w.values["familyName"] = first("givenName"), first("sn")
		w.values["title"], w.values["department"], w.values["street"] = first("title"), first("department"), first("streetAddress")
	}
	w.invalid = mail != "" && !strings.Contains(mail, "@")
	if kind != directory.Contact {
		w.values["onPremisesSamAccountName"] = first("sAMAccountName")
	}
	if kind == directory.User {
		w.usable = usable(t, e, now)
		w.values["onPremisesAccountEnabled"] = strconv.FormatBool(w.usable)
		if w.values["userName"] = first("userPrincipalName"); w.values["userName"] == "" {
			w.values["userName"] = first("sAMAccountName") + "@" + companyDomain
		}
		w.values["userName"] = f.signIn(t, e, w.values["userName"])
	}
	maps.DeleteFunc(w.values, func(_, v string) bool { return v == "" })
	return w
}

// canonical is the form in which a value goes online: one line of a certain length, but for texts that may have several.
func canonical(attribute, v string) string {
	most := map[string]int{
		"displayName": 256, "givenName": 64, "sn": 64, "title": 128, "department": 64, "telephoneNumber": 64, "streetAddress": 1024, "description": 1024,
	}[attribute]
	v = strings.ReplaceAll(v, "\r\n", "\n")
	var b strings.Builder
	control := false
	for _, r := range v {
		bad := unicode.IsControl(r) && (r != '\n' || attribute != "streetAddress" && attribute != "description")
		if bad && !control {
			b.WriteByte(' ')
		}
		if control = bad; !bad {
			b.WriteRune(r)
		}
	}
	runes := []rune(strings.TrimSpace(b.String()))
	if most > 0 && len(runes) > most {
		runes = runes[:most]
	}
	return string(runes)
}

// look reads from a resource what a wish speaks of.
func look(r *resource) map[string]string {
	d := r.doc
	on := func(name string) string { return d.Text(directory.SchemaOnPremises, name) }
	list := []string{}
	for _, v := range d.List(directory.SchemaOnPremises, "proxyAddresses") {
		text, _ := v.(string)
		list = append(list, text)
	}
	slices.Sort(list)
	name, _ := d["name"].(map[string]any)
	given, _ := name["givenName"].(string)
	family, _ := name["familyName"].(string)
	values := map[string]string{
		"displayName": d.Text("", "displayName"), "proxyAddresses": strings.Join(list, "|"), "description": on("description"),
		"onPremisesDistinguishedName": on("onPremisesDistinguishedName"), "mail": on("mail"), "work mail": workValue(d, "emails", "value"),
		"work phone": workValue(d, "phoneNumbers", "value"), "givenName": given, "familyName": family, "title": d.Text("", "title"),
		"department": d.Text(directory.SchemaEnterprise, "department"), "street": workValue(d, "addresses", "streetAddress"),
		"onPremisesSamAccountName": on("onPremisesSamAccountName"), "userName": d.Text("", "userName"),
	}
	if enabled, told := d.Flag(directory.SchemaOnPremises, "onPremisesAccountEnabled"); told {
		values["onPremisesAccountEnabled"] = strconv.FormatBool(enabled)
	}
	maps.DeleteFunc(values, func(_, v string) bool { return v == "" })
	return values
}

func workValue(d scim.Document, attribute, name string) string {
	for _, v := range d.List("", attribute) {
		if element, _ := v.(map[string]any); element["type"] == "work" {
			text, _ := element[name].(string)
			return text
		}
	}
	return ""
}

// keys are the names and addresses that nobody else may have online.
func keys(values map[string]string) []string {
	var list []string
	for _, address := range append(strings.Split(values["proxyAddresses"], "|"), "smtp:"+values["work mail"], "smtp:"+values["mail"]) {
		if kind, rest, ok := strings.Cut(strings.ToLower(address), ":"); ok && kind == "smtp" && rest != "" {
			list = append(list, rest)
		}
	}
	if login := values["userName"]; login != "" {
		list = append(list, "userName "+strings.ToLower(login))
	}
	return list
}
