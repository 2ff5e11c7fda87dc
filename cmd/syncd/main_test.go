package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this test binary be syncd when it is called by that name, so that the tests run the program as its users do: as a
// process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"syncd": func() {
		os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
	}})
}
