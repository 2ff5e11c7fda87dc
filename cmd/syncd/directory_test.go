package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
)

// ask sends a request with a token and returns the status.
func (o *online) ask(t *testing.T, address, token string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/scim/v2/Users?count=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// TestDirectoryTokens: they are listed with their last use and without themselves, and revoked, while the directory is served.
func TestDirectoryTokens(t *testing.T) {
	o := startOnline(t, t.TempDir())
	list := func() string {
		t.Helper()
		r := syncd(t, "directory", "token", "--data", o.dir, "--list")
		if r.code != exitDone {
			t.Fatal(r)
		}
		return r.out
	}
	if out := list(); !regexp.MustCompile(`(?m)^NAME +PERSON +MADE +LAST USED\nsyncd +- +\d{4}-\d\d-\d\d \d\d:\d\d +never\n$`).MatchString(out) || strings.Contains(out, o.token) {
		t.Error(out)
	}
	if status := o.ask(t, o.url, o.token); status != http.StatusOK {
		t.Error(status)
	}
	o.server.stop(t, syscall.SIGTERM)
	if out := list(); !regexp.MustCompile(`(?m)^syncd +- +\d{4}-\d\d-\d\d \d\d:\d\d +\d{4}-\d\d-\d\d \d\d:\d\d\n$`).MatchString(out) {
		t.Error("after use:", out)
	}
	if r := syncd(t, "directory", "token", "--data", o.dir, "--name", "syncd", "--revoke"); r.code != exitDone {
		t.Error(r)
	}
	if out := list(); strings.Contains(out, "syncd") {
		t.Error("after it was revoked:", out)
	}
	for _, args := range [][]string{{}, {"--list", "--name", "x"}, {"--list", "--revoke"}, {"--revoke"}, {"--name", "x", "--revoke"}} {
		if r := syncd(t, append([]string{"directory", "token", "--data", o.dir}, args...)...); r.code != exitUsage || r.out != "" {
			t.Error(args, r)
		}
	}
}

// TestDirectoryBackup: the copy of a directory that is served can be served itself, and knows the same tokens.
func TestDirectoryBackup(t *testing.T) {
	dir := t.TempDir()
	o := startOnline(t, dir)
	restored := filepath.Join(dir, "restored")
	if err := os.Mkdir(restored, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(restored, "directory.db")
	if r := syncd(t, "directory", "backup", "--data", o.dir, "--output", file); r.code != exitDone || r.out != "" ||
		!strings.HasPrefix(r.err, "wrote "+file+" (") || !strings.HasSuffix(r.err, " KiB): 0 users, 0 contacts, 0 groups\n") {
		t.Fatal(r)
	}
	if r := syncd(t, "directory", "backup", "--data", o.dir, "--output", file); r.code != exitUsage || !strings.Contains(r.err, "already") {
		t.Error("over another file:", r)
	}
	if r := syncd(t, "directory", "backup", "--data", dir, "--output", file+".2"); r.code != exitUsage || !strings.Contains(r.err, "holds no online directory") {
		t.Error("of no directory:", r)
	}
	_, line := start(t, "listening on", "directory", "serve", "--data", restored, "--listen", "127.0.0.1:0")
	if status := o.ask(t, "http://"+line[strings.LastIndexByte(line, ' ')+1:], o.token); status != http.StatusOK {
		t.Error("the copy answers", status)
	}
}

// TestTokenForAPerson: `syncd directory token --for` makes a token that is the person at /Me once the account is active, and says
// whom it does not find.
func TestTokenForAPerson(t *testing.T) {
	o := startOnline(t, shortTempDir(t))
	made := syncd(t, "directory", "token", "--data", o.dir, "--name", "ann", "--for", "ann@contoso.online.example")
	if made.code != exitUsage || !strings.Contains(made.err, "ann@contoso.online.example") {
		t.Errorf("a token for nobody: %+v", made)
	}
	(&world{online: o}).byHand(t, onlinedir.NewUser{UserName: "ann@contoso.online.example", Active: true})
	made = syncd(t, "directory", "token", "--data", o.dir, "--name", "ann", "--for", "Ann@contoso.online.example")
	if made.code != exitDone {
		t.Fatalf("%+v", made)
	}
	o.token = strings.TrimSpace(made.out)
	var me resource
	o.get(t, "Me", &me)
	if me["userName"] != "ann@contoso.online.example" {
		t.Error(me)
	}
}

// TestDirectoryPassword: whoever runs the machine gets an administrator in again.
func TestDirectoryPassword(t *testing.T) {
	dir := t.TempDir()
	o := startOnline(t, dir)
	another := writeFile(t, dir, "another.password", "battery staple\n")
	if r := syncd(t, "directory", "password", "--data", o.dir, "--admin", "Admin", "--password-file", another); r.code != exitDone || r.out != "" {
		t.Fatal(r)
	}
	online, err := onlinedir.Open(t.Context(), o.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	if err := online.CheckPassword(t.Context(), "admin", "battery staple"); err != nil {
		t.Error(err)
	}
	if err := online.Close(); err != nil {
		t.Error(err)
	}
	short := writeFile(t, dir, "short.password", "short\n")
	for _, test := range []struct{ admin, file, says string }{
		{"admin", short, "shorter than 8 characters"},
		{"nobody", another, `there is no administrator named "nobody"`},
		{"admin", filepath.Join(dir, "nowhere"), "--password-file"},
	} {
		r := syncd(t, "directory", "password", "--data", o.dir, "--admin", test.admin, "--password-file", test.file)
		if r.code != exitUsage || !strings.Contains(r.err, test.says) {
			t.Errorf("%+v", r)
		}
	}
}

// TestPassesAreTold: the online directory knows how each pass ended, but for dry runs.
func TestPassesAreTold(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	pass(t, w.config, exitDone, "--dry-run")
	first := pass(t, w.config, exitDone)
	second := pass(t, w.config, exitDone, "--full")
	online, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer online.Close()
	passes, err := online.Passes(t.Context(), 10)
	if err != nil || len(passes) != 2 {
		t.Fatal(passes, err)
	}
	if passes[0].Pass != second || passes[1].Pass != first || passes[0].Client != "syncd" || passes[0].Trigger != "now" {
		t.Errorf("%+v", passes)
	}
	if last, err := online.LastSynchronised(t.Context()); err != nil || !last.Equal(passes[0].Started.Truncate(time.Millisecond)) {
		t.Error(last, err)
	}
}

// TestDirectoryResolver: the name server of --resolver is asked for the proof of a domain.
func TestDirectoryResolver(t *testing.T) {
	o := startOnline(t, shortTempDir(t))
	names := onlinedirtest.NewNameServer(t)
	_, line := start(t, "listening on", "directory", "serve", "--data", o.dir, "--listen", "127.0.0.1:0", "--resolver", names.Address)
	browser := onlinedirtest.BrowserAt(t, "http://"+line[strings.LastIndexByte(line, ' ')+1:])
	browser.SignIn("admin", "correct horse battery")
	page := browser.Press(browser.Open("/domains"), "#add-domain", "name", "corp.example", "kind", "1")
	names.Alias(page.Find("#record-name").Text(), "verify.contoso.online.example")
	if page = browser.Press(page, "#verify"); !strings.Contains(page.Text(), "corp.example is verified") {
		t.Error(page.Text())
	}
	if r := syncd(t, "directory", "serve", "--data", o.dir, "--listen", "127.0.0.1:0", "--resolver", "a b"); r.code != exitUsage || !strings.Contains(r.err, "no address of a name server") {
		t.Error(r)
	}
}
