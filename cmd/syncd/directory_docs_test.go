package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDirectoryDocs holds the manual's page to the command line: it has every flag of `syncd directory`, and the pictures that it and the
// README show are there and small enough for a repository.
func TestDirectoryDocs(t *testing.T) {
	const page = "../../docs/online-directory.md"
	text := readFile(t, page)
	parser, err := kong.New(&directoryCommand{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Children {
		if !strings.Contains(text, "`"+command.Name+"`") {
			t.Errorf("%s does not have the command %s", page, command.Name)
		}
		for _, flag := range command.Flags {
			if !strings.Contains(text, "`--"+flag.Name) {
				t.Errorf("%s does not have the flag --%s of %s", page, flag.Name, command.Name)
			}
		}
	}
	const largest = 150 << 10
	pictures := regexp.MustCompile(`(?:\]\(|src=")([^)"]*\.png)`)
	for _, file := range []string{page, "../../README.md"} {
		found := pictures.FindAllStringSubmatch(readFile(t, file), -1)
		if len(found) == 0 {
			t.Error(file, "shows no picture")
		}
		for _, link := range found {
			info, err := os.Stat(filepath.Join(filepath.Dir(file), link[1]))
			if err != nil {
				t.Error(file, err)
			} else if info.Size() > largest {
				t.Errorf("%s is %d bytes large", link[1], info.Size())
			}
		}
	}
}
