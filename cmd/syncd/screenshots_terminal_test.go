//go:build screenshots && linux

package main

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"syncd/internal/adsim/dit"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest/chromium"
	"syncd/internal/onlinedir/tenant"
)

// TestScreenshotsOfTheTerminal takes a picture of a first pass as a terminal shows it, while it applies its plan and at its end: what syncd wrote to
// a pseudoterminal, byte by byte.
func TestScreenshotsOfTheTerminal(t *testing.T) {
	const people = 6000
	config := newCompany(t, people)
	s := typing(t, "--now", "--config", config)
	during := ""
	for part := range s.read {
		s.all.WriteString(part)
		if screen := screenOf(s.all.String()); during == "" && halfway(screen) {
			during = screen
		}
	}
	s.end(exitRefused)
	if during == "" {
		t.Fatalf("the pass was never seen halfway: give it more than %d people", people)
	}
	page, height := terminalPage("$ <b>syncd --now</b>\n"+during, "$ <b>syncd --now</b>\n"+screenOf(s.all.String())+"$ ")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, page)
	}))
	t.Cleanup(server.Close)
	b := chromium.New(t, server.URL)
	b.Uninspected = []string{"/"} // it is a picture of a terminal, and no page
	b.Open("/")
	if err := os.WriteFile(filepath.Join(*screenshotsInto, "pass.png"), b.Picture(chromium.View{Most: height}), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newCompany starts the directories of a demo, in which one person has the address of somebody else, and writes a configuration for them.
func newCompany(t *testing.T, people int) (config string) {
	t.Helper()
	dir := shortTempDir(t)
	w := &demoWorld{password: "correct horse battery", now: time.Now}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	c := defaultConfig()
	must(t, w.startActiveDirectory(&demoCommand{Users: people}, dir, &c))
	must(t, w.startOnline(t.Context(), "127.0.0.1:0", dir, &c, w.demoTenant()))
	_, err := w.online.AddUser(as(t, "admin", tenant.GlobalAdministrator), onlinedir.NewUser{
		UserName: "reception@contoso.example", DisplayName: "Reception", Mail: "reception@corp.example",
	})
	must(t, err)
	must(t, w.addFrontDesk())
	c.State.Dir, c.Control.Listen, c.Metrics.Listen = filepath.Join(dir, "state"), "unix://"+filepath.Join(dir, "control.sock"), ""
	text, err := yaml.Dump(&c)
	must(t, err)
	return writeFile(t, dir, "syncd.yaml", string(text))
}

// halfway is whether a screen shows a bar that is about half full.
func halfway(screen string) bool {
	lines := strings.Split(screen, "\n")
	last := lines[len(lines)-1]
	full, empty := strings.Count(last, "█"), strings.Count(last, "░")
	return strings.HasPrefix(last, "apply") && strings.Contains(last, "left") && full > empty
}

var sequence = regexp.MustCompile(`\x1b\[([0-9;]*)([A-Za-z])`)

// screenOf is what a terminal shows of bytes, as HTML. It knows what syncd writes: ends of lines, returns to their beginning, what clears a line, and colours.
func screenOf(written string) string {
	var screen strings.Builder
	for line := range strings.SplitAfterSeq(strings.ReplaceAll(written, "\r\n", "\n"), "\n") {
		if i := strings.LastIndexByte(line, '\r'); i >= 0 {
			line = line[i+1:] // syncd writes a line anew as a whole, and clears what is left of it
		}
		at := 0
		for _, m := range sequence.FindAllStringSubmatchIndex(line, -1) {
			screen.WriteString(html.EscapeString(line[at:m[0]]))
			if line[m[4]:m[5]] == "m" {
				screen.WriteString(coloured(line[m[2]:m[3]]))
			}
			at = m[1]
		}
		screen.WriteString(html.EscapeString(line[at:]))
	}
	return screen.String()
}

// coloured is an element for a colour, and its end for the end of colours.
func coloured(code string) string {
	if n, err := strconv.Atoi(code); err == nil && n > 0 {
		return fmt.Sprintf(`<span class="c%d">`, n)
	}
	return "</span>"
}

// terminalPage draws windows of a terminal, one below the other, and tells how high they are in CSS pixels.
func terminalPage(screens ...string) (page string, height float64) {
	const (
		gap, above, below, line = 28, 52, 24, 33
		style                   = `body { margin: 0; padding: %[1]dpx; background: #e6e9ee; display: grid; gap: %[1]dpx }
pre { margin: 0; padding: 22px 26px %[2]dpx; border-radius: 10px; background: #16181d; color: #e4e6eb; font: 23px/%[3]dpx "DejaVu Sans Mono", monospace;
	border-top: 30px solid #2b2f38; box-shadow: 0 6px 18px #0005 }
b { color: #fff } .c1 { font-weight: bold } .c2 { color: #9aa1ad } .c31 { color: #ff7b72 } .c32 { color: #56d364 } .c33 { color: #e3b341 }`
	)
	var windows strings.Builder
	height = gap
	for _, s := range screens {
		fmt.Fprintf(&windows, "<pre>%s</pre>", s)
		height += float64(above + below + gap + line*(1+strings.Count(s, "\n")))
	}
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A pass</title><style>` + fmt.Sprintf(style, gap, below, line) + "</style>" + windows.String(), height
}

// TestScreenshotsOfTheStatusPage takes pictures of what `syncd page` shows, of a company in which somebody is refused, and a whole city was moved
// out of scope.
func TestScreenshotsOfTheStatusPage(t *testing.T) {
	l := newLivedIn(t)
	engine := l.closers[len(l.closers)-1] // made last; from here on syncd runs as a process of its own
	l.closers = l.closers[:len(l.closers)-1]
	must(t, engine())
	must(t, l.ad.Add("OU=Sold,"+l.ad.BaseDN(), []dit.Attribute{{Name: "objectClass", Values: []string{"organizationalUnit"}}}))
	must(t, l.ad.Rename("OU=Berlin,OU=Staff,"+l.ad.BaseDN(), "OU=Berlin", "OU=Sold,"+l.ad.BaseDN()))
	start(t, "syncd runs", "--config", l.configPath)
	if r := syncd(t, "--now", "--config", l.configPath); r.code != exitHeld {
		t.Fatalf("%+v", r)
	}
	page, link := openPage(t, l.configPath)
	t.Cleanup(func() {
		_ = page.Process.Kill()
		_ = page.Wait() // it was killed
	})
	base, key, _ := strings.Cut(link, "/?")
	b := chromium.New(t, base)
	b.Open("/?" + key)
	for name, view := range map[string]chromium.View{"status": {Most: 860}, "status-phone": {Phone: true, Most: 1600}, "status-dark": {Dark: true, Most: 860}} {
		if err := os.WriteFile(filepath.Join(*screenshotsInto, name+".png"), b.Picture(view), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
