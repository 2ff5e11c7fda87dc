package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestTheImageIsBuiltFromEverything: what the program is made of is copied into the image before it is built there.
func TestTheImageIsBuiltFromEverything(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 20 {
		t.Fatalf("only %q", packages)
	}
	image := readFile(t, "../../deploy/container/Containerfile")
	for _, p := range packages {
		folder := strings.Split(p, "/")[1] // syncd/internal/syncer lies in internal
		if !strings.Contains(image, "\nCOPY "+folder+" ./"+folder+"\n") {
			t.Errorf("%s is not copied into the image that builds the program", p)
		}
	}
}
