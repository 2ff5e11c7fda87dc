package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestMappingTest runs each file of testdata/mapping: a configuration, a fixture, and what the command says about them, its exit
// status first.
func TestMappingTest(t *testing.T) {
	files, err := filepath.Glob("testdata/mapping/*.txtar")
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
			args := []string{"mapping", "test", "--config", filepath.Join(dir, "syncd.yaml"), filepath.Join(dir, "fixture.yaml")}
			args = append(args, strings.Fields(string(archive.Comment))...)
			for _, f := range archive.Files[:len(archive.Files)-1] {
				writeFile(t, dir, f.Name, string(f.Data))
			}
			r := syncd(t, args...)
			got := strings.ReplaceAll(fmt.Sprintf("exit status %d\n%s%s", r.code, r.out, r.err), dir, "DIR")
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

// TestMappingExample runs the example of the manual.
func TestMappingExample(t *testing.T) {
	r := syncd(t, "mapping", "test", "--config", "../../docs/mapping-example.yaml", "../../docs/mapping-example-test.yaml")
	if r.code != exitDone || !strings.HasSuffix(r.out, "8 cases passed\n") || r.err != "" {
		t.Errorf("%+v", r)
	}
}

// TestShippedConfigurationMapsWithoutSecrets: trying the mapping neither connects nor reads a secret.
func TestShippedConfigurationMapsWithoutSecrets(t *testing.T) {
	fixture := writeFile(t, t.TempDir(), "fixture.yaml", `
- name: ann
  object: {kind: user, dn: "CN=Ann,OU=Staff,DC=corp,DC=example", attributes: {userPrincipalName: ann@corp.example}}
  expect: {userName: ann@corp.example}
`)
	if r := syncd(t, "mapping", "test", "--config", "../../deploy/syncd.example.yaml", fixture); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if r := syncd(t, "mapping", "test", "--config", "../../deploy/syncd.example.yaml", fixture+".none"); r.code != exitUsage || !strings.Contains(r.err, "the fixture cannot be read") {
		t.Errorf("%+v", r)
	}
}
