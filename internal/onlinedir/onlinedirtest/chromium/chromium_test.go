package chromium_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest/chromium"
)

// TestFindings plants what an inspection has to find, and nothing else is found.
func TestFindings(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			fmt.Fprint(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Good</title><body><header>x</header><main><h1>One</h1><h2>Two</h2>
				<label for="a">A</label><input id="a"><a href="/good">link</a><img alt="" src="data:,"></main><footer>x</footer>`)
		case "/bad":
			w.Header().Set("Content-Security-Policy", "script-src 'self'")
			fmt.Fprint(w, `<!doctype html><html lang="en"><title>Bad</title><style>a:focus { outline: none }</style><body><header>x</header><main><h1>One</h1><h3>Three</h3><input><img src="data:,">
				<button></button><a href="/bad">link</a><p style="color: #888; background: #aaa">grey</p><p style="width: 500px">wide</p></main><footer>x</footer>
				<script>document.title = ""</script><script src="/absent.js"></script>`)
		case "/absent.js":
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(site.Close)
	b := chromium.New(t, site.URL)
	b.Open("/good")
	if n := len(b.Visited()); n != 1 {
		t.Errorf("%d pages were inspected", n)
	}
	b.Uninspected = []string{"/bad"}
	heard := b.Complaints(func() { b.Open("/bad") })
	told := strings.Join(append(b.Findings(), heard...), "\n")
	for _, want := range []string{
		"a field without a label", "a picture without a text", "nothing says what this does", "a heading of level 3 after one of level 1", "contrast of 1.5",
		"focus cannot be seen on <a", "in a narrow window it is 5", "Content Security Policy", "/absent.js: status 404",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("%q was not found, but\n%s", want, told)
		}
	}
}
