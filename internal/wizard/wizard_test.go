package wizard_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"golang.org/x/tools/txtar"

	"syncd/internal/directory"
	"syncd/internal/wizard"
	"syncd/internal/wizard/prompt"
)

var update = flag.Bool("update", false, "write what the dialogues say into testdata")

// TestDialogues plays the scripts of testdata: the flags, the configuration that is there, and the answers go in; what is on the terminal and
// in the files that were written comes out. `go test ./internal/wizard -update` writes what comes out.
func TestDialogues(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts:", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(script)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, archive)
			if *update {
				put(archive, "output", got)
				if err := os.WriteFile(script, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(part(archive, "output"), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// play runs the dialogue of a script.
func play(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	var flags wizard.Flags
	if text := part(archive, "flags"); text != "" {
		if err := yaml.Load([]byte(text), &flags, yaml.WithKnownFields()); err != nil {
			t.Fatal(err)
		}
	}
	settings := wizard.Settings{Path: "/etc/syncd/syncd.yaml"}
	if path := strings.TrimSpace(part(archive, "path")); path != "" {
		settings.Path = path
	}
	before := part(archive, "config")
	if before != "" {
		settings = existing(t, settings, before)
	}
	world := &fake{running: strings.Contains(before, "# it runs")}
	var out strings.Builder
	outcome, err := wizard.Run(t.Context(), world, prompt.New(strings.NewReader(part(archive, "answers")), &out), flags, settings)
	if err != nil {
		fmt.Fprintf(&out, "error (%v): %v\n", mustText(t, directory.ClassOf(err)), err)
	}
	fmt.Fprintf(&out, "outcome: written %v, sync %v\n", outcome.Written, outcome.Sync)
	for _, f := range world.written {
		text := string(f.Content)
		if f.Path == settings.Path && before == "" { // the template, without its comments
			text = strings.Join(withoutComments(text), "\n") + "\n"
		}
		fmt.Fprintf(&out, "== %s %04o\n%s", f.Path, f.Mode, text)
	}
	return out.String()
}

// existing is what the program reads out of a configuration; the secrets are right unless the file says that they are lost.
func existing(t *testing.T, s wizard.Settings, text string) wizard.Settings {
	t.Helper()
	var c struct {
		Source struct {
			Domain  string
			Servers []string
			Bind    struct {
				User         string
				PasswordFile string `yaml:"password_file"`
			}
			TLS struct {
				CAFile string `yaml:"ca_file"`
			} `yaml:"tls"`
			Scope struct{ Include []string }
		}
		Target struct {
			URL       string `yaml:"url"`
			TokenFile string `yaml:"token_file"`
		}
	}
	if err := yaml.Load([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	s.Text = []byte(text)
	s.Source = wizard.Source{
		Domain: c.Source.Domain, Servers: c.Source.Servers, CAFile: c.Source.TLS.CAFile, User: c.Source.Bind.User, Password: "right",
		PasswordFile: c.Source.Bind.PasswordFile, Include: c.Source.Scope.Include,
	}
	s.Online = wizard.Online{URL: c.Target.URL, Token: "right", TokenFile: c.Target.TokenFile}
	if strings.Contains(text, "# lost") {
		s.Source.Password = ""
	}
	return s
}

func mustText(t *testing.T, c directory.Class) string {
	t.Helper()
	b, err := c.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func withoutComments(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

func part(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func put(archive *txtar.Archive, name, text string) {
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			archive.Files[i].Data = []byte(text)
			return
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

// TestInterrupted: whoever presses Ctrl-C reads one sentence, and nothing is written.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	world := &fake{}
	var out strings.Builder
	_, err := wizard.Run(ctx, world, prompt.New(strings.NewReader("corp.example\n"), &out), wizard.Flags{}, wizard.Settings{Path: "/etc/syncd/syncd.yaml"})
	if err == nil || !strings.HasPrefix(err.Error(), "interrupted: nothing was changed; ") || world.written != nil {
		t.Errorf("%v, %v", err, world.written)
	}
}

// TestTranscript keeps the transcript of the manual true: it is the output of a script, up to its outcome.
func TestTranscript(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/first.txtar")
	if err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile("../../docs/configure.md")
	if err != nil {
		t.Fatal(err)
	}
	transcript, _, _ := strings.Cut(part(archive, "output"), "outcome:")
	var want strings.Builder
	for line := range strings.Lines(transcript) {
		want.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	if !strings.Contains(string(manual), want.String()) {
		t.Errorf("docs/configure.md has another transcript than testdata/first.txtar:\n%s", want.String())
	}
}
