//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"syncd/internal/adsim/samba"
)

// session is a person in front of a terminal of 80 columns.
type session struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	read chan string // what the program writes, closed at its end
	all  strings.Builder
	seen int // how much of it was waited for already
}

// typing starts syncd on a terminal.
func typing(t *testing.T, args ...string) *session {
	t.Helper()
	return onTerminal(t, exec.Command("syncd", args...), 80)
}

// onTerminal starts a program on a terminal with so many columns.
func onTerminal(t *testing.T, cmd *exec.Cmd, columns uint16) *session {
	t.Helper()
	s := &session{t: t, cmd: cmd, read: make(chan string, 64)}
	var err error
	if s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 25, Cols: columns}); err != nil {
		t.Skip("there are no terminals here:", err)
	}
	go func() {
		defer close(s.read)
		for b := make([]byte, 4096); ; {
			n, err := s.tty.Read(b)
			s.read <- string(b[:n])
			if err != nil { // on Linux EIO, once the program has ended
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it has ended, unless the test failed
		for range s.read {
		}
		_ = s.tty.Close()
	})
	return s
}

// expect waits until the program has written a text, however its lines are broken.
func (s *session) expect(want string) {
	s.t.Helper()
	deadline := time.After(time.Minute)
	for {
		text := oneLined(s.all.String())
		if i := strings.Index(text[min(s.seen, len(text)):], want); i >= 0 {
			s.seen += i + len(want)
			return
		}
		select {
		case part, ok := <-s.read:
			if !ok {
				s.t.Fatalf("syncd ended before it said %q:\n%s", want, s.all.String())
			}
			s.all.WriteString(part)
		case <-deadline:
			s.t.Fatalf("syncd does not say %q:\n%s", want, s.all.String())
		}
	}
}

// oneLined joins broken lines.
func oneLined(text string) string { return strings.Join(strings.Fields(text), " ") }

// answer waits for a question and types a line.
func (s *session) answer(question, line string) {
	s.t.Helper()
	s.expect(question)
	if _, err := s.tty.WriteString(line + "\n"); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the end and expects an exit status.
func (s *session) end(code int) {
	s.t.Helper()
	for part := range s.read {
		s.all.WriteString(part)
	}
	_ = s.cmd.Wait() // the exit status is what counts
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Fatalf("exit status %d, want %d:\n%s", got, code, s.all.String())
	}
}

// TestConfigureInterrupted: Ctrl-C at any question, the hidden ones too, is one sentence, and nothing was changed.
func TestConfigureInterrupted(t *testing.T) {
	w, _, config := newUnconfigured(t)
	for _, at := range []string{"domain controllers (ldaps://...)", "Account", "Password of"} {
		s := typing(t, "configure", "--config", config)
		for _, q := range [][2]string{
			{"domain controllers (ldaps://...)", w.ad.url}, {"the real one:", "trust"}, {"Account", w.ad.serviceUser}, {"Password of", "never typed"},
		} {
			if q[0] == at {
				s.expect(at)
				if _, err := s.tty.WriteString("\x03"); err != nil {
					t.Fatal(err)
				}
				break
			}
			s.answer(q[0], q[1])
		}
		s.expect("interrupted: nothing was changed; run `syncd configure` again")
		s.end(exitFailed)
		if mode, err := unix.IoctlGetTermios(int(s.tty.Fd()), unix.TCGETS); err != nil || mode.Lflag&unix.ECHO == 0 {
			t.Errorf("at %q: the terminal does not show any more what is typed: %v", at, err)
		}
		w.unchanged(t, config)
	}
}

// TestConfigureRealActiveDirectory is somebody new, with a real Samba AD: from nothing to people online with the wizard alone.
func TestConfigureRealActiveDirectory(t *testing.T) {
	samba.Need(t)
	const people = 40
	dir := shortTempDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ad, err := samba.Start(ctx, samba.Options{Dir: mkdir(t, dir, "ad"), LDIF: someLDIF("DC=corp,DC=example", people)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ad.Stop(); err != nil {
			t.Error(err)
		}
	})
	online := startOnline(t, dir)
	config := filepath.Join(dir, "etc", "syncd.yaml")
	s := typing(t, "configure", "--config", config, "--state-dir", filepath.Join(dir, "run"))
	s.answer("domain controllers (ldaps://...)", ad.URL)
	s.answer("the real one:", ad.CAFile)
	s.answer("Account", ad.ServiceUser)
	s.answer("Password of", "not the password")
	s.answer("the name or the password is wrong", ad.ServiceUser)
	s.answer("Password of", ad.ServicePassword.Reveal())
	s.expect("ok deleted objects")
	s.expect("ok replication right")
	s.expect("ok excess rights")
	s.answer("SCIM address", online.url+"/scim/v2")
	s.answer("Token:", online.token)
	s.expect("logged on: Contoso")
	s.answer("Which of them", "Staff, Groups")
	s.expect(fmt.Sprintf("%d people, 1 group, 0 contacts", people))
	s.expect(fmt.Sprintf("%d created online, every account disabled", people+1))
	s.answer("Write that?", "")
	s.answer("Synchronize directories now?", "yes")
	s.expect("Next: activate people")
	s.end(exitDone)
	for _, secret := range []string{ad.ServicePassword.Reveal(), online.token, "not the password"} {
		if strings.Contains(s.all.String(), secret) {
			t.Error("a secret was shown (law 10)")
		}
	}
	users := online.list(t, "Users")
	if len(users) != people {
		t.Errorf("%d people online, want %d", len(users), people)
	}
	for _, u := range users {
		if u["active"] != false {
			t.Errorf("%v is active (law 4)", u["userName"])
		}
	}
	if p := pass(t, config, exitDone); changes(p) != 0 {
		t.Errorf("the next pass planned something (law 2): %+v", p)
	}
}

// someLDIF is a small company: people in units below Staff, and a group.
func someLDIF(base string, people int) string {
	var b strings.Builder
	entry := func(dn, class string, lines ...string) {
		fmt.Fprintf(&b, "dn: %s,%s\nobjectClass: %s\n%s\n\n", dn, base, class, strings.Join(lines, "\n"))
	}
	for _, ou := range []string{"OU=Staff", "OU=Sales,OU=Staff", "OU=Groups"} {
		entry(ou, "organizationalUnit")
	}
	team := []string{"sAMAccountName: team"}
	for i := range people {
		dn := fmt.Sprintf("CN=Person %d,OU=Sales,OU=Staff", i)
		entry(dn, "user", fmt.Sprintf("sAMAccountName: person%d", i), fmt.Sprintf("userPrincipalName: person%d@corp.example", i), "userAccountControl: 512")
		team = append(team, "member: "+dn+","+base)
	}
	entry("CN=Team,OU=Groups", "group", team...)
	return b.String()
}

// TestConfigureBesideDaemon: a syncd that runs takes another password by itself, and has to be told of another scope.
func TestConfigureBesideDaemon(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	fresh := writeFile(t, w.dir, "fresh", w.ad.servicePassword.Reveal()+"\n")
	start(t, "pass ended", "--config", w.config)
	writeFile(t, w.dir, "ad.password", "expired\n")
	r := configureWith(t, "", "--config", w.config, "--ad-password-file", fresh, "--non-interactive", "--yes")
	if r.code != exitDone || !strings.Contains(r.out, "delta pass, done") {
		t.Errorf("another password: exit status %d\n%s%s", r.code, r.out, r.err)
	}
	r = configureWith(t, "", "--config", w.config, "--include", "Staff", "--non-interactive", "--yes")
	if r.code != exitDone || !strings.Contains(r.out, "the running syncd has the state open") || !strings.Contains(r.out, "or SIGHUP to its process") {
		t.Errorf("another scope: exit status %d\n%s%s", r.code, r.out, r.err)
	}
}
