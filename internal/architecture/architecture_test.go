package architecture

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestModule(t *testing.T) {
	sources, err := parseTree(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 10 {
		t.Fatalf("only %d files found: is this the module?", len(sources))
	}
	for _, sentence := range check(sources) {
		t.Error(sentence)
	}
}

// Each planted violation is found, at its line, and nothing else is.
func TestPlantedViolations(t *testing.T) {
	const pure = "mapping is a pure function of one object, so that a rule can be tried without a directory, a store or a network"
	introduction := func(name string) string { return "// Package " + name + " is planted.\npackage " + name + "\n" }
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{name: "allowed import", file: "internal/mapping/flow.go", text: introduction("mapping") + `import "syncd/internal/directory"`},
		{
			name: "forbidden import", file: "internal/mapping/flow.go", text: introduction("mapping") + `import "syncd/internal/store"`,
			want: []string{"internal/mapping/flow.go:3: internal/mapping may not import syncd/internal/store: " + pure},
		},
		{
			name: "impure import", file: "internal/mapping/flow.go", text: introduction("mapping") + `import web "net/http"`,
			want: []string{"internal/mapping/flow.go:3: internal/mapping may not import net/http: " + pure},
		},
		{
			name: "a sub-package obeys its parent", file: "internal/mapping/rules/rule.go", text: introduction("rules") + `import "syncd/internal/diff"`,
			want: []string{"internal/mapping/rules/rule.go:3: internal/mapping/rules may not import syncd/internal/diff: " + pure},
		},
		{name: "sub-packages know each other", file: "internal/onlinedir/scim/users.go", text: introduction("scim") + `import "syncd/internal/onlinedir/tenant"`},
		{name: "a like-named neighbour is another package", file: "internal/diffuse/x.go", text: introduction("diffuse"), want: []string{
			"internal/diffuse/x.go: the package internal/diffuse is not in the table of packages: enter it in rules_test.go, with what it may import and why no more",
		}},
		{name: "a test may use a simulator", file: "internal/ldapsource/x_test.go", text: "package ldapsource\nimport \"syncd/internal/adsim/samba\""},
		{name: "a test inside keeps to the table", file: "internal/mapping/x_test.go", text: "package mapping\nimport \"syncd/internal/diff\"", want: []string{
			"internal/mapping/x_test.go:2: internal/mapping may not import syncd/internal/diff: " + pure,
		}},
		{name: "a test outside is free", file: "internal/mapping/x_test.go", text: "package mapping_test\nimport \"syncd/internal/diff\""},
		{name: "main is free", file: "cmd/syncd/main.go", text: "// Syncd is planted.\npackage main\nimport (\"os\"; \"context\"; \"syncd/internal/store\")\nfunc main() { context.Background(); os.Exit(1) }"},
		{name: "init", file: "internal/diff/x.go", text: introduction("diff") + "func init() {}", want: []string{
			"internal/diff/x.go:3: an init function runs before main can decide anything: call it by name",
		}},
		{name: "exit under another name", file: "internal/syncer/x.go", text: introduction("syncer") + "import system \"os\"\nfunc f() { system.Exit(1) }", want: []string{
			"internal/syncer/x.go:4: os.Exit: only the main package ends the program: everything else returns an error and lets deferred work happen",
		}},
		{name: "fatal log", file: "internal/syncer/x.go", text: introduction("syncer") + "import \"log\"\nfunc f() { log.Fatalf(\"\") }", want: []string{
			"internal/syncer/x.go:4: log.Fatalf: only the main package ends the program: everything else returns an error and lets deferred work happen",
		}},
		{name: "context beside main.go", file: "cmd/syncd/run.go", text: "// Syncd is planted.\npackage main\nimport \"context\"\nvar ctx = context.TODO()", want: []string{
			"cmd/syncd/run.go:4: context.TODO: only main makes a context: a second one would not hear the signal that ends the program",
		}},
		{name: "a test may make a context", file: "internal/diff/x_test.go", text: "package diff\nimport \"context\"\nvar ctx = context.Background()"},
		{name: "no comment", file: "internal/diff/x.go", text: "// x is planted.\npackage diff", want: []string{
			`internal/diff: no package comment: say in doc.go what it is for, what it promises and where it hurts, beginning with "Package diff "`,
		}},
		{name: "vague name", file: "internal/diff/utils.go", text: introduction("diff"), want: []string{
			"internal/diff/utils.go: the name says nothing about what is inside: call the file by its concern",
		}},
		{name: "long file", file: "internal/diff/x.go", text: introduction("diff") + strings.Repeat("\n", 399), want: []string{
			"internal/diff/x.go: 401 lines are more than a reader keeps in mind: find the second concern and give it a file (the limit is 400)",
		}},
		{name: "test data is not looked at", file: "internal/diff/testdata/x.go", text: "not Go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sources, err := parseTree(fstest.MapFS{c.file: {Data: []byte(c.text)}})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, check(sources)); d != "" {
				t.Error(d)
			}
		})
	}
}
