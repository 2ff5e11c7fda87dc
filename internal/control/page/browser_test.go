package page_test

import (
	"os"
	"path/filepath"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest/chromium"
)

// TestInABrowser signs in, answers a held plan and signs out, by the names that a screen reader says. Each page is inspected on the way: in light
// and dark, and on a phone, and that the console reports nothing, which a breach of the policy would be.
func TestInABrowser(t *testing.T) {
	d := held()
	b := chromium.New(t, open(t, d, "secret-token").base)
	b.Open("/")
	b.Type("textbox", "The token of the control endpoint", "secret-token")
	b.Press("Sign in")
	b.Sees("2 changes are held back until somebody decides", "12,477 people", hostile)
	picture(t, b, "status")
	b.Press("Synchronize now")
	b.Follow("P")
	b.Sees("Held plan P", "remove member")
	b.Press("Approve: let 2 changes happen")
	b.Open("/passes/A")
	b.Sees("Stages", "is taken")
	b.Follow("syncd")
	b.Press("Sign out")
	b.Sees("The token of the control endpoint")
	if d.triggered != 1 || len(d.decided) != 1 {
		t.Errorf("%d passes asked for, decided %v", d.triggered, d.decided)
	}
}

// picture keeps pictures of a page in the folder that PICTURES names, for who changes how it looks.
func picture(t *testing.T, b *chromium.Browser, name string) {
	t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	for view, v := range map[string]chromium.View{"": {}, "-phone": {Phone: true}, "-dark": {Dark: true}} {
		if err := os.WriteFile(filepath.Join(dir, name+view+".png"), b.Picture(v), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
