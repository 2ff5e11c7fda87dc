package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheImageIsBuiltFromEverything: what is copied into the image to build syncd imports nothing of ours that stays outside.
func TestTheImageIsBuiltFromEverything(t *testing.T) {
	const top = "../../"
	var copied []string
	for _, line := range regexp.MustCompile(`(?m)^COPY (\w+) \./(\w+)$`).FindAllStringSubmatch(readFile(t, top+"deploy/container/Containerfile"), -1) {
		if line[1] != line[2] {
			t.Errorf("%q: the program is built where it is not", line[0])
		}
		copied = append(copied, line[1])
	}
	for _, dir := range append(copied, "cmd") {
		err := filepath.WalkDir(top+dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, i := range file.Imports {
				ours, is := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "syncd/")
				if dir, _, _ := strings.Cut(ours, "/"); is && !slices.Contains(copied, dir) {
					t.Errorf("%s imports syncd/%s, which the image is built without", path, ours)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
