//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/cli"
)

// needProgram finds a program. Without it the test is skipped, or fails where CI=true: there, everything has to run.
func needProgram(t *testing.T, program, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not installed: as root on Debian, apt-get install --no-install-recommends %s", program, pkg)
	default:
		t.Skipf("%s is not installed: as root on Debian, apt-get install --no-install-recommends %s", program, pkg)
	}
	return path
}

// completions are what bash and fish are asked, in a folder with the files plan.out and plans/x.
var completions = []struct {
	line string // up to the cursor
	want string
}{
	{"syncd pl", "plan"},
	{"syncd directory to", "token"},
	{"syncd completion ", "bash zsh fish powershell"},
	{"syncd probe re", "ready"},
	{"syncd plan --v", "--version --verify"},
	{"syncd --no", "--now"},
	{"syncd --now --ful", "--full"},
	{"syncd plan --json --js", ""},
	{"syncd check --config pl", "plan.out plans/"},
	{"syncd apply plan.", "plan.out"},
	{"syncd directory serve --data pl", "plans/"},
	{"syncd comple", "completion"}, // and not the hidden command
	{"syncd nonsense ", ""},
}

func TestCompletionInBash(t *testing.T) {
	bash := needProgram(t, "bash", "bash")
	dir := completedFolder(t)
	for _, c := range completions {
		words := strings.Split(c.line, " ")
		script := fmt.Sprintf(`source <(syncd completion bash); COMP_WORDS=("$@"); COMP_CWORD=%d; _syncd; printf '%%s\n' "${COMPREPLY[@]}"`, len(words)-1)
		cmd := exec.CommandContext(t.Context(), bash, append([]string{"--norc", "-c", script, "bash"}, words...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		// It marks folders itself, because it knows that they are file names.
		if got, want := strings.Fields(string(out)), strings.Fields(strings.ReplaceAll(c.want, "/", "")); err != nil || !sameWords(got, want) {
			t.Errorf("%q: %v, %q instead of %q", c.line, err, got, want)
		}
	}
	cmd := exec.CommandContext(t.Context(), bash, "--norc", "-c", "source <(syncd completion bash); complete -p syncd")
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "complete -F _syncd syncd" {
		t.Errorf("bash would not ask: %v %s", err, out)
	}
}

func TestCompletionInFish(t *testing.T) {
	fish := needProgram(t, "fish", "fish")
	dir := completedFolder(t)
	for _, c := range completions {
		cmd := exec.CommandContext(t.Context(), fish, "--no-config", "-c", "syncd completion fish | source; complete -C '"+c.line+"'")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir+"/.config", "XDG_DATA_HOME="+dir+"/.data")
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		var got []string
		for line := range strings.Lines(string(out)) {
			word, help, described := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word)
			if strings.HasPrefix(word, "--") && (!described || help == "") {
				t.Errorf("%q: %s has no help", c.line, word)
			}
		}
		if err != nil || !sameWords(got, strings.Fields(c.want)) {
			t.Errorf("%q: %v, %q instead of %q\n%s", c.line, err, got, c.want, &said)
		}
	}
}

// TestCompletionInZsh presses TAB in a zsh on a terminal: nothing less asks its completion system.
func TestCompletionInZsh(t *testing.T) {
	zsh := needProgram(t, "zsh", "zsh")
	dir := completedFolder(t)
	for typed, want := range map[string]string{
		"syncd completion po":               "syncd completion powershell",
		"syncd directory tok":               "syncd directory token",
		"syncd --now --dry":                 "syncd --now --dry-run",
		"syncd apply plan.":                 "syncd apply plan.out",
		"syncd directory serve --data plan": "syncd directory serve --data plans/",
	} {
		cmd := exec.Command(zsh, "-f", "-i")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TERM=dumb", "PS1=ready> ", "HOME="+dir, "ZDOTDIR="+dir)
		s := onTerminal(t, cmd, 200)
		types := func(text, answer string) {
			if _, err := s.tty.WriteString(text); err != nil {
				t.Fatal(err)
			}
			s.expect(answer)
		}
		s.expect("ready>")
		types("autoload -Uz compinit; compinit -u -D; source <(syncd completion zsh); show() { print -r -- \"<$BUFFER>\" }; zle -N show; bindkey ^G show; echo lo''aded\n", "loaded ")
		s.expect("ready>")
		types(typed+"\t\a", "<"+want) // Ctrl+G shows the line as it is now
	}
}

func completedFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "plan.out", "")
	writeFile(t, mkdir(t, dir, "plans"), "x", "")
	return dir
}

func oneLineOf(text string) string { return strings.Join(strings.Fields(text), " ") }

// sameWords compares two lists whose order does not count.
func sameWords(a, b []string) bool {
	count := map[string]int{}
	for _, word := range a {
		count[word]++
	}
	for _, word := range b {
		count[word]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestCompletionWithoutAShell: there are scripts for four shells, and other names are refused with theirs.
func TestCompletionWithoutAShell(t *testing.T) {
	if r := syncd(t, "completion", "powershell"); r.code != exitDone || !strings.Contains(r.out, "Register-ArgumentCompleter -Native -CommandName syncd") {
		t.Errorf("%+v", r)
	}
	for shell := range strings.SplitSeq(cli.Shells, ",") {
		if r := syncd(t, "completion", shell); r.code != exitDone || r.out == "" {
			t.Errorf("%s: %+v", shell, r)
		}
	}
	if r := syncd(t, "completion", "tcsh"); r.code != exitUsage || !strings.Contains(r.err, `"bash","zsh","fish","powershell"`) {
		t.Errorf("%+v", r)
	}
	// What PowerShell sends where the word is empty, as some of its versions would drop it.
	if r := syncd(t, "complete", "--new", "--", "directory", "backup"); r.code != exitDone {
		t.Errorf("%+v", r)
	} else if with := syncd(t, "complete", "--", "directory", "backup", ""); r != with {
		t.Errorf("%+v, %+v", r, with)
	}
	if r := syncd(t, "complete", "--new", "--", "probe"); r.out != "live\nready\n" {
		t.Errorf("%+v", r)
	}
}

// TestTheManualPage: man has nothing to complain about, it shows every command, and its date is that of the release.
func TestTheManualPage(t *testing.T) {
	man := needProgram(t, "man", "man-db")
	t.Setenv("SOURCE_DATE_EPOCH", "86400")
	page := syncd(t, "man")
	if page.code != exitDone {
		t.Fatalf("%+v", page)
	}
	file := writeFile(t, t.TempDir(), "syncd.1", page.out)
	cmd := exec.CommandContext(t.Context(), man, "--warnings", "-l", filepath.Clean(file))
	cmd.Env = append(os.Environ(), "MANWIDTH=100", "LC_ALL=C.UTF-8", "MANPAGER=cat", "MAN_KEEP_FORMATTING=")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	shown, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("%v\n%s", err, &complaints)
	}
	text := oneLineOf(string(shown))
	for _, want := range []string{
		"1970-01-02", "syncd directory serve", "syncd probe <what>", "-c, --config=FILE", "4 held by a safety limit", "syncd plan [<plan>]", "/etc/syncd/syncd.yaml",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not have %q:\n%s", want, shown)
		}
	}
	if strings.Contains(text, "syncd complete ") || strings.Contains(text, "syncd man") {
		t.Error("the page has hidden commands")
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	if r := syncd(t, "man"); r.code != exitUsage || !strings.Contains(r.err, "SOURCE_DATE_EPOCH is no number of seconds") {
		t.Errorf("%+v", r)
	}
}
