//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/samba"
)

// TestPermissionsByTheManual does on a real domain what docs/permissions.md says for Samba, command by command: the account that comes out of it
// has everything that it needs and nothing more, and loses what it had too much.
func TestPermissionsByTheManual(t *testing.T) {
	samba.Need(t)
	w, ad := newCheckedSamba(t)
	sections := manualBlocks(t, "../../docs/permissions.md")
	steps, away := sections["## On Samba"], sections["## Taking away what is too much"]
	if len(steps) != 4 || len(away) != 2 {
		t.Fatalf("docs/permissions.md has other commands than this test: %q", sections)
	}
	w.atTheTerminal(t, "samba-tool user delete svc-syncd", "")
	password := ad.ServicePassword.Reveal() + "\n"
	w.atTheTerminal(t, steps[0], password+password)
	w.compare(t, exitFailed, "deleted objects", "replication right")
	w.atTheTerminal(t, steps[1], "")
	w.compare(t, exitFailed, "deleted objects")
	w.atTheTerminal(t, steps[2], "")
	w.compare(t, exitDone)
	const getChanges = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
	if out := w.atTheTerminal(t, steps[3], ""); !strings.Contains(out, "Domain Users") || !strings.Contains(out, getChanges) {
		t.Errorf("what the account has is not shown: %s", out)
	}

	const everything = "samba-tool dsacl set --action=allow --car=get-changes-all "
	w.atTheTerminal(t, everything+`--objectdn="`+ad.BaseDN+`" --trusteedn="`+ad.ServiceDN+`"`, "")
	w.compare(t, exitDone, "excess rights")
	w.atTheTerminal(t, `samba-tool group addmembers "Domain Admins" svc-syncd`, "")
	w.compare(t, exitDone, "excess rights")
	w.atTheTerminal(t, away[1], "")
	w.compare(t, exitDone)
}

// TestThePermissionsAreThoseOfCheck: what `syncd check` prints for a domain controller of Windows is what docs/permissions.md says.
func TestThePermissionsAreThoseOfCheck(t *testing.T) {
	w := newCheckWorld(t)
	page := readFile(t, "../../docs/permissions.md")
	w.server.SetRights(adsim.Rights{})
	report := checked(t, w.config, exitFailed)
	w.set(t, "CN=Domain Admins,CN=Users,"+w.ad.baseDN, "member", "CN="+adsim.ServiceAccount+",CN=Users,"+w.ad.baseDN)
	w.server.SetRights(adsim.Rights{GetChanges: true, SeeDeleted: true})
	found := append(report.Findings, checked(t, w.config, exitDone).Findings...)
	commands := 0
	for _, f := range found {
		remedy, _, _ := strings.Cut(strings.TrimPrefix(f.Remedy, "as a domain administrator: "), " (it may be in some")
		for _, command := range strings.Split(strings.ReplaceAll(remedy, ", and then: ", "; "), "; ") {
			if command == "" || strings.Contains(command, `"Administrators"`) { // whoever is no domain administrator is none of these either
				continue
			}
			if commands++; !strings.Contains(page, "\n    "+command+"\n") {
				t.Errorf("%s: the page lacks %s", f.Name, command)
			}
		}
	}
	if commands != 4 {
		t.Errorf("%d commands: %+v", commands, found)
	}
}

// atTheTerminal runs a block of the manual. It has no terminal, so that what asks for a password reads it from input.
func (w *checkedSamba) atTheTerminal(t *testing.T, script, input string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
	cmd.Env, cmd.Stdin = w.environment, strings.NewReader(input)
	cmd.SysProcAttr, cmd.WaitDelay = &syscall.SysProcAttr{Setsid: true}, time.Minute
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "ERR") {
		t.Fatalf("%s\n%v\n%s", script, err, out)
	}
	return string(out)
}

// manualBlocks are the indented blocks of a page, by the heading that they stand under.
func manualBlocks(t *testing.T, page string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	sections, heading, inside := map[string][]string{}, "", false
	for line := range strings.SplitSeq(string(text), "\n") {
		if strings.HasPrefix(line, "#") {
			heading = line
		}
		command, indented := strings.CutPrefix(line, "    ")
		switch blocks := sections[heading]; {
		case indented && inside:
			blocks[len(blocks)-1] += "\n" + command
		case indented:
			sections[heading] = append(blocks, command)
		}
		inside = indented
	}
	return sections
}
