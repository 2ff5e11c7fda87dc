package mapping

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestManual holds docs/mapping.md to the table of attributes, the functions and the limits.
func TestManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(text)
	for _, row := range attributeRows() {
		if !strings.Contains(manual, row+"\n") {
			t.Errorf("docs/mapping.md has no row\n%s", row)
		}
	}
	for _, name := range newLanguage().names() {
		if !strings.Contains(manual, "`"+name) {
			t.Errorf("docs/mapping.md does not describe %s", name)
		}
	}
	for _, limit := range []int{maxAddress, maxLocal, maxDomain, maxLabel, maxSuffix, maxNodes, maxText >> 10, maxPhoto} {
		if !strings.Contains(manual, fmt.Sprint(limit)) {
			t.Errorf("docs/mapping.md does not name the limit %d", limit)
		}
	}
}

// attributeRows are the rows of the table of short names; the fifteen extension attributes share one.
func attributeRows() []string {
	classes := [...]string{
		line: "line", block: "block", code: "code", login: "login", address: "address", alias: "alias", target: "target", proxies: "proxies",
		flag: "flag", picture: "picture", verbatim: "verbatim",
	}
	tick := map[bool]string{true: "✓"}
	var rows []string
	for _, a := range directory.Masters() {
		tr := traits[a]
		name, limit := "`"+tr.name+"`", fmt.Sprint(tr.limit)
		switch {
		case a > directory.ExtensionAttribute1 && a < directory.Photo:
			continue
		case a == directory.ExtensionAttribute1:
			name += " … `15`"
		case tr.fixed:
			name += " (never a rule's)"
		}
		if tr.limit == 0 {
			limit = ""
		}
		row := "|"
		for _, cell := range []string{name, classes[tr.class], limit, tick[tr.kinds&users != 0], tick[tr.kinds&contacts != 0], tick[tr.kinds&groups != 0]} {
			if row += " "; cell != "" {
				row += cell + " "
			}
			row += "|"
		}
		rows = append(rows, row)
	}
	return rows
}
