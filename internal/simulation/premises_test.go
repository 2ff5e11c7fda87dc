package simulation_test

import (
	"strings"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
)

// onPremises are the events that happen in Active Directory.
func onPremises() map[string]func(f *forest, e event) error {
	return map[string]func(f *forest, e event) error{
		"join": func(f *forest, e event) error {
			kind, err := directory.ParseKind(e.arg(0))
			if err != nil {
				return err
			}
			if e.has("own-anchor") {
				return f.join(e.arg(1), kind, e.arg(2), f.ownAnchor(e.arg(1))...)
			}
			return f.join(e.arg(1), kind, e.arg(2))
		},
		"succeed": func(f *forest, e event) error { return f.succeed(e.arg(0), e.arg(1), e.arg(2)) },
		"unit": func(f *forest, e event) error {
			return f.add(e.arg(0), "OU="+e.arg(0), f.dn(e.arg(1)), "organizationalUnit")
		},
		"edit":       func(f *forest, e event) error { return f.set(e.arg(0), e.arg(1), valueOf(e.arg(2))...) },
		"marry":      func(f *forest, e event) error { return f.marry(e.arg(0), e.arg(1)) },
		"rename":     func(f *forest, e event) error { return f.rename(e.arg(0), e.arg(1)) },
		"move":       func(f *forest, e event) error { return f.move(e.arg(0), e.arg(1)) },
		"delete":     func(f *forest, e event) error { return f.remove(e.arg(0)) },
		"restore":    func(f *forest, e event) error { return f.restore(e.arg(0)) },
		"disable":    func(f *forest, e event) error { return f.disable(e.arg(0), true) },
		"enable":     func(f *forest, e event) error { return f.disable(e.arg(0), false) },
		"expire":     func(f *forest, e event) error { return f.expire(e.arg(0), e.arg(1)) },
		"manage":     func(f *forest, e event) error { return f.manage(e.arg(0), e.arg(1)) },
		"add-member": func(f *forest, e event) error { return f.link(e.arg(0), e.arg(1), dit.ModifyAdd) },
		"drop-member": func(f *forest, e event) error {
			return f.link(e.arg(0), e.arg(1), dit.ModifyDelete)
		},
		"primary":        func(f *forest, e event) error { return f.enlist(e.arg(0), e.arg(1)) },
		"hide-attribute": func(f *forest, e event) error { f.veiled[e.arg(0)] = true; return nil },
		"show-attribute": func(f *forest, e event) error { delete(f.veiled, e.arg(0)); return nil },
		"hide":           func(f *forest, e event) error { f.hidden[e.arg(0)] = true; return nil },
		"unhide":         func(f *forest, e event) error { delete(f.hidden, e.arg(0)); return nil },
		"rights": func(f *forest, e event) error {
			f.rights = adsim.Rights{GetChanges: e.has("changes"), SeeDeleted: e.has("deleted")}
			return nil
		},
	}
}

// marry changes all that a new surname changes.
func (f *forest) marry(name, surname string) error {
	if f.guids[name].IsZero() {
		return errNobody
	}
	login := name + "." + surname + "@corp.example"
	err := f.modify(name, false,
		dit.Modification{Operation: dit.ModifyReplace, Name: "sn", Values: []string{surname}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "displayName", Values: []string{"The " + name + " " + surname}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "userPrincipalName", Values: []string{login}},
		dit.Modification{Operation: dit.ModifyReplace, Name: "mail", Values: []string{login}})
	if err != nil {
		return err
	}
	return f.rename(name, name+" "+surname)
}

func (f *forest) manage(name, manager string) error {
	if manager == "nobody" {
		return f.set(name, "manager")
	}
	if f.guids[manager].IsZero() {
		return errNobody
	}
	return f.set(name, "manager", f.ref(manager))
}

// valueOf turns a word of a history into values: what a history could not write, and lists.
func valueOf(word string) []string {
	switch word {
	case "nothing":
		return nil
	case "blanks":
		return []string{"   "}
	case "padded":
		return []string{"  Boss "}
	case "unicode":
		return []string{"Łucja Ødegård 李"}
	case "control":
		return []string{"a\x01\tb"}
	case "long":
		return []string{strings.Repeat("ä", 300)}
	case "no-address":
		return []string{"nobody at nowhere"}
	case "lines":
		return []string{"First street\r\nSecond floor"}
	}
	return strings.Split(word, "|")
}
