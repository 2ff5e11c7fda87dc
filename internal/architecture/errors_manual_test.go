package architecture

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the messages of the source into docs/errors.md")

const errorsPage = "../../docs/errors.md"

// places are the parts of the page, in its order, and the packages whose messages they have.
func places() []struct{ name, pkg string } {
	return []struct{ name, pkg string }{
		{"Commands and files", "cmd/syncd"},
		{"The wizard", "internal/wizard"},
		{"Active Directory", "internal/ldapsource"},
		{"The online directory", "internal/cloudtarget"},
		{"Mapping", "internal/mapping"},
		{"Passes", "internal/syncer"},
		{"Plans and limits", "internal/diff"},
		{"State", "internal/store"},
		{"The control endpoint", "internal/control"},
		{"Why somebody is online, or is not", "internal/explain"},
		{"The service", "internal/service"},
		{"The simulated online directory", "internal/onlinedir"},
	}
}

// TestErrorsDocs holds docs/errors.md to the source: it has every message, and no other. With -update it writes them, and keeps what the page
// says about each; a message whose meaning is missing is an error all the same.
func TestErrorsDocs(t *testing.T) {
	text, err := os.ReadFile(errorsPage)
	if err != nil {
		t.Fatal(err)
	}
	intro, rest, found := strings.Cut(string(text), "\n## ")
	if !found && !*update {
		t.Fatal("docs/errors.md has lost its parts")
	}
	sources, err := parseTree(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	page := strings.TrimRight(intro, "\n") + "\n" + errorTables(t, messagesOf(sources), meaningsIn(rest))
	if *update {
		if err := os.WriteFile(errorsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if page != string(text) {
		is := strings.Split(string(text), "\n")
		for n, line := range strings.Split(page, "\n") {
			if n >= len(is) || is[n] != line {
				t.Fatalf("docs/errors.md:%d differs from the source, `make docs` writes it. It should be\n%s", n+1, line)
			}
		}
		t.Fatal("docs/errors.md has more than the source, `make docs` writes it")
	}
}

// explained reports whether the page says what a message means. What is wrong with the user's own words the message says itself.
func explained(m message) bool { return m.status != "2" && !within(m.pkg, "internal/onlinedir") }

// errorTables writes the parts of the page.
func errorTables(t *testing.T, all []message, meanings map[string]string) string {
	t.Helper()
	var b strings.Builder
	written := 0
	for _, place := range places() {
		status, seen := "", map[string]bool{}
		for _, want := range []string{"1", "2", "4", "5", dynamic} {
			for _, m := range all {
				if !within(m.pkg, place.pkg) || m.status != want {
					continue
				}
				written++
				row := "| " + cell(m.says) + " | " + cell(m.remedy) + " |"
				if explained(m) {
					meaning := meanings[cell(m.says)]
					if meaning == "" {
						t.Errorf("docs/errors.md does not say what this means: %s", m.says)
					}
					row = "| " + cell(m.says) + " | " + meaning + " | " + cell(m.remedy) + " |"
				}
				if seen[row] {
					continue
				}
				if len(seen) == 0 {
					fmt.Fprintf(&b, "\n## %s\n", place.name)
				}
				if m.status != status {
					b.WriteString(tableHead(m))
				}
				seen[row], status = true, m.status
				b.WriteString(row + "\n")
			}
		}
	}
	if written != len(all) {
		t.Errorf("%d of %d messages belong to no part of the page: give their package one", len(all)-written, len(all))
	}
	return b.String()
}

func tableHead(m message) string {
	title := "Exit status " + m.status
	if m.status == dynamic {
		title = "Exit status of what lies beneath"
	}
	if explained(m) {
		return "\n### " + title + "\n\n| it says | it means | remedy |\n|---|---|---|\n"
	}
	return "\n### " + title + "\n\n| it says | remedy |\n|---|---|\n"
}

// cell is a text as a table can hold it.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
}

// meaningsIn reads what the page says about each message.
func meaningsIn(page string) map[string]string {
	meanings := map[string]string{}
	for line := range strings.SplitSeq(page, "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) == 3 && strings.HasPrefix(line, "| ") {
			meanings[strings.TrimPrefix(cells[0], "| ")] = cells[1]
		}
	}
	return meanings
}
