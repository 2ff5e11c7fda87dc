package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// proof is how the manual links a sentence to the test that holds it: [TestName](../internal/x/x_test.go), or, for one case of a table,
// [TestName/the case](../internal/x/x_test.go).
var proof = regexp.MustCompile(`\[(Test\w+)(/[^\]]+)?\]\(\.\./([\w/.-]+_test\.go)\)`)

// TestTheManualNamesTestsThatExist: every event of the page has a row, every row a test, and every test is where the link says.
func TestTheManualNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../../docs/what-happens-when.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for n, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") || strings.HasPrefix(line, "| when") {
			continue
		}
		rows++
		links := proof.FindAllStringSubmatch(line, -1)
		if len(links) == 0 {
			t.Errorf("docs/what-happens-when.md:%d: no test", n+1)
		}
		for _, link := range links {
			source, err := os.ReadFile(filepath.Join("../..", link[3]))
			if err != nil {
				t.Errorf("docs/what-happens-when.md:%d: %v", n+1, err)
				continue
			}
			test, cases := "func "+link[1]+"(", link[2] == "" || strings.Contains(string(source), strconv.Quote(link[2][1:]))
			if !strings.Contains(string(source), test) || !cases {
				t.Errorf("docs/what-happens-when.md:%d: %s has no %s%s", n+1, link[3], link[1], link[2])
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows", rows)
	}
}
