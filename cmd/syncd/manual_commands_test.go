//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v4"
)

// A proof is the test that runs what begins like this, or the function with which tests do.
type proof struct{ begins, file, test string }

// proofs says what runs each command of the manual.
func proofs() []proof {
	return []proof{
		{"syncd", "samba_test.go", "TestRealActiveDirectory"},
		{"syncd --now", "samba_test.go", "TestRealActiveDirectory"},
		{"syncd --now --verify", "verify_test.go", "TestVerifyRepairsWhatOthersChanged"},
		{"syncd plan", "plan_test.go", "TestPlanIsShownFrozenAndAppliedAsItIs"},
		{"syncd status", "samba_test.go", "TestRealActiveDirectory"},
		{"syncd configure", "configure_pty_test.go", "TestConfigureRealActiveDirectory"},
		{"syncd check", "check_samba_test.go", "TestCheckRealActiveDirectory"},
		{"syncd why", "why_test.go", "TestWhySomebodyIsOnline"},
		{"syncd history", "history_test.go", "TestTheHistoryOfPasses"},
		{"syncd service install", "wineservice_test.go", "TestWindowsService"},
		{"syncd service start", "wineservice_test.go", "TestWindowsService"},
		{"syncd service", "systemd_test.go", "TestServiceWithoutSystemd"},
		{"syncd page", "page_test.go", "TestThePageOfADaemonBehindASocket"},
		{"syncd mapping test", "mapping_test.go", "TestMappingExample"},
		{"syncd directory init", "online_test.go", "serveOnline"},
		{"syncd directory serve", "online_test.go", "serveOnline"},
		{"syncd directory serve --data online --listen 127.0.0.1:8420 --profile", "directory_limits_test.go", "TestDirectoryServesAProfile"},
		{"syncd directory token", "directory_test.go", "TestDirectoryTokens"},
		{"syncd directory token --data DIR --name paul --for", "directory_test.go", "TestTokenForAPerson"},
		{"syncd directory password", "directory_test.go", "TestDirectoryPassword"},
		{"syncd directory backup", "directory_test.go", "TestDirectoryBackup"},
		{"samba-tool", "permissions_test.go", "TestPermissionsByTheManual"},
		{"SID=$(samba-tool", "permissions_test.go", "TestPermissionsByTheManual"},
		{"DB=$(samba-tool", "permissions_test.go", "TestPermissionsByTheManual"},
		{"LIST=$(ldbsearch", "permissions_test.go", "TestPermissionsByTheManual"},
		{"test -n", "permissions_test.go", "TestPermissionsByTheManual"},
		{"systemctl stop syncd", "maintenance_test.go", "TestBackupAndRestore"},
		{"systemctl start syncd", "maintenance_test.go", "TestBackupAndRestore"},
		{"systemctl disable --now syncd", "maintenance_test.go", "TestMoveToAnotherHost"},
		{"systemctl enable --now syncd", "maintenance_test.go", "TestMoveToAnotherHost"},
		{"(umask 077; tar", "maintenance_test.go", "TestBackupAndRestore"},
		{"tar -xzpf", "maintenance_test.go", "TestBackupAndRestore"},
		{"syncd configure --ad-password-file", "maintenance_test.go", "TestSecretsAndAuthoritiesAreReplaced"},
		{"syncd configure --token-file", "maintenance_test.go", "TestSecretsAndAuthoritiesAreReplaced"},
		{"syncd probe", "probe_test.go", "TestProbes"},
		{"syncd completion", "completion_test.go", "TestCompletionInBash"},
		{"umask 077", "manual_commands_test.go", "TestTheOnlineDirectoryOfTheReadme"},
		{"echo", "manual_commands_test.go", "TestTheOnlineDirectoryOfTheReadme"},
	}
}

// A manualCommand is one command of a page, or a part of a configuration.
type manualCommand struct{ at, text string }

var (
	notRun  = regexp.MustCompile(`^<!-- not run: (.+) -->$`)
	comment = regexp.MustCompile(`\s{2,}# .*$`)
	before  = regexp.MustCompile(`^(sudo |runuser -u syncd -- )?(bin/)?syncd\b`)
)

// TestEveryCommandOfTheManual goes through every block of every page: each command is run by a test that exists, and its flags are known; each part of
// a configuration has keys that exist; and what is neither stands below a comment `<!-- not run: why -->`. What `make` does is not run from here, because
// it runs this test; its targets have to be there.
func TestEveryCommandOfTheManual(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatal(err, pages)
	}
	commands, marked := 0, 0
	for _, page := range append(pages, "../../README.md") {
		found, skipped := commandsOf(t, page)
		marked += skipped
		for _, c := range found {
			commands++
			checkManualCommand(t, c)
		}
	}
	t.Logf("%d commands and configurations, %d blocks marked as not run", commands, marked)
	for _, p := range proofs() {
		if !strings.Contains(readFile(t, p.file), "\nfunc "+p.test+"(") {
			t.Errorf("%s has no %s, which is to run %q", p.file, p.test, p.begins)
		}
	}
}

func checkManualCommand(t *testing.T, c manualCommand) {
	t.Helper()
	if strings.Contains(c.text, "\n") || strings.HasSuffix(c.text, ":") { // a configuration
		known := defaultConfig()
		if err := yaml.Load([]byte(c.text), &known, yaml.WithKnownFields()); err != nil {
			t.Errorf("%s: neither a command nor a part of a configuration: %v", c.at, err)
		}
		return
	}
	text := before.ReplaceAllString(c.text, "syncd")
	if target, ok := strings.CutPrefix(text, "make "); ok { // what runs this test is not run by it; but it has to be there
		if target, _, _ = strings.Cut(target, " "); !strings.Contains(readFile(t, "../../Makefile"), "\n"+target+":") {
			t.Errorf("%s: the Makefile has no target %s", c.at, target)
		}
		return
	}
	if test, ok := strings.CutPrefix(text, "go test ./cmd/syncd -run "); ok {
		text = "syncd"
		if test, _, _ = strings.Cut(test, " "); !strings.Contains(readFile(t, "samba_test.go"), "\nfunc "+test+"(") {
			t.Errorf("%s: samba_test.go has no test %s", c.at, test)
		}
	}
	if !slices.ContainsFunc(proofs(), func(p proof) bool { return text == p.begins || strings.HasPrefix(text, p.begins+" ") }) {
		t.Errorf("%s: no test runs %q: enter it in proofs, or write <!-- not run: why --> above it", c.at, c.text)
		return
	}
	if !strings.HasPrefix(text, "syncd") {
		return
	}
	parser, err := kong.New(&commandLine{}, kong.Vars{"version": version, "config": "syncd.yaml"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(words(text)[1:]); err != nil {
		t.Errorf("%s: syncd does not know %q: %v", c.at, c.text, err)
	}
}

// words are those of a shell's line as simple as the manual's: quotes keep a word together, brackets mark what may be left out.
func words(line string) []string {
	line, _, _ = strings.Cut(line, " >")
	line = strings.NewReplacer("[", "", "]", "").Replace(line)
	var all []string
	for _, w := range regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(line, -1) {
		all = append(all, strings.Trim(w, `"'`))
	}
	return all
}

// commandsOf lists the commands in the indented and fenced blocks of a page. In a block with lines that begin with "$ " these are the commands, and
// the others what they print.
func commandsOf(t *testing.T, page string) (found []manualCommand, marked int) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var block []string
	paragraph, fenced, begun := "", false, 0
	end := func() {
		if len(block) > 0 && notRun.MatchString(paragraph) {
			marked++
		} else if len(block) > 0 {
			found = append(found, commandsIn(fmt.Sprintf("%s:%d", filepath.Base(page), begun), block)...)
		}
		block = nil
	}
	blank := true
	for n, line := range strings.Split(string(text), "\n") {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		code, indented := strings.CutPrefix(line, "    ")
		switch {
		case fence:
			if fenced {
				end()
			}
			fenced = !fenced
		case fenced:
			block = append(block, line)
		case indented && (len(block) > 0 || blank):
			block = append(block, code)
		case strings.TrimSpace(line) != "" || len(block) > 0:
			end()
		}
		if len(block) == 1 {
			begun = n + 1
		}
		if blank = strings.TrimSpace(line) == ""; !blank && !indented && !fenced && !fence {
			paragraph = line
		}
	}
	end()
	return found, marked
}

func commandsIn(at string, block []string) []manualCommand {
	text := strings.Join(block, "\n")
	if strings.HasSuffix(block[0], ":") {
		return []manualCommand{{at, text}}
	}
	transcript := strings.Contains("\n"+text, "\n$ ")
	var all []manualCommand
	for line := range strings.SplitSeq(strings.NewReplacer("\\\n", " ", "|\n", "| ").Replace(text), "\n") {
		command, typed := strings.CutPrefix(line, "$ ")
		if command = strings.TrimSpace(comment.ReplaceAllString(command, "")); command != "" && typed == transcript {
			all = append(all, manualCommand{at, command})
		}
	}
	return all
}

// TestTheOnlineDirectoryOfTheReadme types what the README says: its online directory takes the token that it printed.
func TestTheOnlineDirectoryOfTheReadme(t *testing.T) {
	const heading = "\n## An online directory to try it with\n\n"
	_, section, found := strings.Cut(readFile(t, "../../README.md"), heading)
	block, _, _ := strings.Cut(section, "\n\n")
	lines := strings.Split(block, "\n")
	if !found || len(lines) != 5 || !strings.Contains(lines[4], " directory serve ") {
		t.Fatalf("the README has lost its online directory: %q", lines)
	}
	dir := t.TempDir()
	bin := mkdir(t, dir, "bin")
	program, err := exec.LookPath("syncd")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(bin, "syncd")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(lines[:4], "\n"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, secret := range []string{"admin.password", "online.token"} {
		if info, err := os.Stat(filepath.Join(dir, secret)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", secret, info, err)
		}
	}
	served := words(strings.ReplaceAll(strings.TrimSpace(lines[4]), ":8420", ":0"))[1:]
	served[slices.Index(served, "--data")+1] = filepath.Join(dir, "online")
	_, line := start(t, "listening on", served...)
	url := "http://" + line[strings.LastIndexByte(line, ' ')+1:] + "/scim/v2/Users"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(readFile(t, filepath.Join(dir, "online.token"))))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the token of the README: %s", response.Status)
	}
}
