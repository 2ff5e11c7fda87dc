package main

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestCheckDocs holds the manual's page to the code: it describes every line, in the order in which they come, every flag, and every key of
// what --json prints.
func TestCheckDocs(t *testing.T) {
	text := readFile(t, "../../docs/check.md")
	_, lines, found := strings.Cut(text, "## The lines")
	lines, _, ended := strings.Cut(lines, "\n## ")
	if !found || !ended {
		t.Fatal("the page has no section about the lines")
	}
	var described []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .+ \\|$").FindAllStringSubmatch(lines, -1) {
		described = append(described, row[1])
	}
	if !slices.Equal(described, checks()) {
		t.Errorf("the page describes %q, the program has %q", described, checks())
	}
	for _, of := range []any{checkReport{}, directory.Finding{}, dataReport{}, dataProblem{}} {
		for i := range reflect.TypeOf(of).NumField() {
			key, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("json"), ",")
			if key != "" && !strings.Contains(text, "`"+key+"`") {
				t.Errorf("the page lacks the key %s of %T", key, of)
			}
		}
	}
	for _, flag := range []string{"--json", "--data", "--csv FILE"} {
		if !strings.Contains(text, flag) {
			t.Errorf("the page lacks %s", flag)
		}
	}
}

// TestACommandIsNotBroken: what is copied into a shell has no line ends that were not in it.
func TestACommandIsNotBroken(t *testing.T) {
	var out bytes.Buffer
	r := newCheckReport(streams{out: &out}, false)
	r.width = 80
	command := `samba-tool dsacl set --objectdn="DC=corp,DC=example" --car=get-changes --action=allow --trusteedn="CN=svc syncd,CN=Users,DC=corp,DC=example"`
	r.add(directory.Finding{Level: directory.Warning, Name: "excess rights", Found: "somebody lacks a right", Remedy: command})
	if !strings.HasSuffix(out.String(), "\n      remedy              "+command+"\n") {
		t.Errorf("%q", out.String())
	}
}

// TestCheckReportInColumns: a line is broken between words on a terminal, below its own column, and what others say cannot move the cursor.
func TestCheckReportInColumns(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{
		{0, "FAIL  scope               nothing is in scope, and [31m this is a long line that goes on\n      remedy              correct it\n"},
		{60, "FAIL  scope               nothing is in scope, and [31m this\n" + strings.Repeat(" ", 26) + "is a long line that goes on\n      remedy              correct it\n"},
	} {
		var out bytes.Buffer
		r := newCheckReport(streams{out: &out}, false)
		r.width = c.width
		r.add(directory.Finding{Level: directory.Failure, Name: "scope", Found: "nothing is in scope, and \x1b[31m this is a long line that goes on", Remedy: "correct\u202eit"})
		if got := out.String(); got != c.want {
			t.Errorf("at %d:\n%q, want\n%q", c.width, got, c.want)
		}
	}
}
