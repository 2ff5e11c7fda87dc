package main

import (
	"slices"
	"strings"
)

// accessEntry is one entry of an access control list of Windows in words: (type;flags;rights;;;account), see MS-DTYP 2.5.1.
type accessEntry struct{ kind, flags, rights, account string }

// accessEntries takes the list of a security descriptor in words apart. What is no plain entry is left out.
func accessEntries(descriptor string) []accessEntry {
	var all []accessEntry
	for text := range strings.SplitSeq(descriptor, "(") {
		text, _, plain := strings.Cut(text, ")")
		if f := strings.Split(text, ";"); plain && len(f) == 6 {
			all = append(all, accessEntry{f[0], f[1], f[2], f[5]})
		}
	}
	return all
}

// openToAll reports whether Everyone, Authenticated Users or Users get in.
func openToAll(descriptor string) bool {
	return slices.ContainsFunc(accessEntries(descriptor), func(e accessEntry) bool { return e.kind == "A" && e.everybody() })
}

func (e accessEntry) everybody() bool { return slices.Contains([]string{"WD", "AU", "BU"}, e.account) }

// admitted are the entries, in words again, that let an account in by its name: neither inherited, nor for everybody, nor for whom syncd lets
// in anyway.
func admitted(descriptor string) string {
	var b strings.Builder
	for _, e := range accessEntries(descriptor) {
		if e.kind == "A" && !strings.Contains(e.flags, "ID") && !e.everybody() && !slices.Contains([]string{"SY", "BA", "OW"}, e.account) {
			b.WriteString("(A;" + e.flags + ";" + e.rights + ";;;" + e.account + ")")
		}
	}
	return b.String()
}
