package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"syncd/internal/directory"
)

var update = flag.Bool("update", false, "write what the program says into testdata/config and testdata/json")

// TestConfigMistakes reads each file of testdata/config: a configuration, and the exact words about it.
func TestConfigMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/config/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no cases")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			writeFile(t, dir, "secret", "hunter2\n")
			_, err = loadConfig(writeFile(t, dir, "syncd.yaml", strings.ReplaceAll(string(archive.Files[0].Data), "DIR", dir)))
			if directory.ClassOf(err) != directory.Usage {
				t.Fatalf("the class of %v", err)
			}
			got := strings.ReplaceAll(err.Error(), dir, "DIR") + "\n"
			want := &archive.Files[len(archive.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(want.Data) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want.Data)
			}
		})
	}
}

// TestExampleConfig loads the example that is shipped, with its secrets in place.
func TestExampleConfig(t *testing.T) {
	text, err := os.ReadFile("../../deploy/syncd.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"ad.password", "online.token"} {
		writeFile(t, dir, name, "hunter2\n")
	}
	writeFile(t, dir, "corp-ca.pem", testCA)
	path := writeFile(t, dir, "syncd.yaml", strings.ReplaceAll(string(text), "/etc/syncd/", dir+"/"))
	if _, err := loadConfig(path); err != nil {
		t.Error(err)
	}
}

func TestMissingConfig(t *testing.T) {
	r := syncd(t, "--now", "--config", filepath.Join(t.TempDir(), "none.yaml"))
	if r.code != exitUsage || !strings.Contains(r.err, "the configuration cannot be read") || !strings.Contains(r.err, "make one with `syncd configure`") {
		t.Errorf("%+v", r)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, exitDone, "Exit status: 0 done"},
		{[]string{"--version"}, exitDone, "devel"},
		{[]string{"--nwo"}, exitUsage, "--now"},
		{[]string{"demmo"}, exitUsage, "unexpected argument demmo, did you mean \"demo\"?; see `syncd --help`"},
		{[]string{"service", "instal"}, exitUsage, "did you mean \"install\"?; see `syncd service --help`"},
		{[]string{"service", "install", "--usr"}, exitUsage, "did you mean \"--user\"?; see `syncd service install --help`"},
		{[]string{"run", "--nwo"}, exitUsage, "did you mean \"--now\"?; see `syncd run --help`"},
		{[]string{"--full"}, exitUsage, "go with --now"},
		{[]string{"directory", "serve"}, exitUsage, "--data"},
		{[]string{"demo", "--users", "0"}, exitUsage, "out of range"},
	} {
		r := syncd(t, c.args...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("syncd %v: exit status %d, want %d; it says\n%s%s", c.args, r.code, c.code, r.out, r.err)
		}
	}
}
