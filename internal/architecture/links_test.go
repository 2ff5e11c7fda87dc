package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestTheManualHoldsTogether: the contents have every page, and every link leads to a file that exists, and to a heading that it has.
func TestTheManualHoldsTogether(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	contents := readPage(t, "../../docs/README.md")
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(contents, "]("+name) {
			t.Errorf("docs/README.md does not have %s", name)
		}
	}
	for _, page := range append(pages, "../../README.md") {
		for _, found := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			target, heading, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if heading != "" && !hasHeading(readPage(t, file), heading) {
				t.Errorf("%s: %s has no heading #%s", page, file, heading)
			}
		}
	}
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// hasHeading reports whether a page has a heading that becomes this anchor: lower case, blanks as hyphens, without punctuation.
func hasHeading(page, anchor string) bool {
	for line := range strings.SplitSeq(page, "\n") {
		title := strings.TrimSpace(strings.TrimLeft(line, "#"))
		if !strings.HasPrefix(line, "#") {
			continue
		}
		made := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, title)
		if made == anchor {
			return true
		}
	}
	return false
}
