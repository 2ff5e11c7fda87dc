package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestThePageOfADaemonBehindASocket: the link leads a browser to it, and a pass can be asked for there.
func TestThePageOfADaemonBehindASocket(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	if r := syncd(t, "page", "--config", w.config); r.code != exitUnreachable || !strings.Contains(r.err, "no syncd is running") {
		t.Errorf("without a daemon: %+v", r)
	}
	if r := syncd(t, "page", "--listen", "0.0.0.0:0", "--config", w.config); r.code != exitUsage || !strings.Contains(r.err, "is no loopback address") {
		t.Errorf("for everybody: %+v", r)
	}
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 1)
	command, link := openPage(t, w.config)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	shows := func(response *http.Response, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusOK || !all(string(text), []string{"Everything is online", "Synchronize now", "3 people"}) {
			t.Errorf("%v %s\n%s", err, response.Status, text)
		}
	}
	shows(browser.Get(link))
	base, _, _ := strings.Cut(link, "/?key=")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/sync", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", base) // as every browser does
	shows(browser.Do(request))
	w.awaitPasses(t, 2)
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("the command: %v", err)
	}
	d.stop(t, syscall.SIGTERM)
}

// openPage runs `syncd page`, and returns the link that it prints.
func openPage(t *testing.T, config string) (command *exec.Cmd, link string) {
	t.Helper()
	command = exec.Command("syncd", "page", "--config", config)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	link, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command, strings.TrimSpace(link)
}
