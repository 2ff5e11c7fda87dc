//go:build unix

package notify_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/service/notify"
)

// systemd is a socket like that of systemd, at which the environment points.
type systemd struct{ *net.UnixConn }

func listen(t *testing.T) systemd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("NOTIFY_SOCKET", path)
	return systemd{c}
}

// hear is the next message; "" where none has been sent.
func (s systemd) hear(t *testing.T) string {
	t.Helper()
	if err := s.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 4096)
	n, err := s.Read(message)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return string(message[:n])
}

func TestWhatSystemdHears(t *testing.T) {
	s := listen(t)
	n := notify.New(zap.NewNop())
	for _, c := range []struct {
		say  func()
		want string
	}{
		{func() { n.Ready("the first pass begins") }, `READY=1\nSTATUS=the first pass begins`},
		{func() { n.Status("last pass\nSun 10:58:  done\n") }, `STATUS=last pass Sun 10:58: done`},
		{func() { n.Status("x\nREADY=1") }, `STATUS=x READY=1`}, // what a pass says gives no orders
		{n.Reloading, `RELOADING=1(\nMONOTONIC_USEC=[1-9]\d+)?`},
		{func() { n.Stopping("bye") }, `STOPPING=1\nSTATUS=bye`},
	} {
		c.say()
		if heard := s.hear(t); !regexp.MustCompile(`^(?:` + c.want + `)$`).MatchString(heard) {
			t.Errorf("heard %q, want %q", heard, c.want)
		}
	}
}

func TestWithoutSystemdNothingHappens(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	core, logged := observer.New(zap.DebugLevel)
	n := notify.New(zap.New(core))
	n.Ready("x")
	n.Reloading()
	n.Stopping("x")
	n.Watch(t.Context(), func(time.Time) bool { t.Error("nobody asked whether it is alive"); return true })
	if n.Interval() != 0 || logged.Len() > 0 {
		t.Errorf("%v, %v", n.Interval(), logged.All())
	}
}

func TestASocketThatIsGoneIsLogged(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	core, logged := observer.New(zap.DebugLevel)
	notify.New(zap.New(core)).Ready("x")
	if logged.FilterMessage("systemd cannot be told how syncd does").Len() != 1 {
		t.Errorf("%v", logged.All())
	}
}

func TestHowOftenSystemdWantsToHear(t *testing.T) {
	for text, want := range map[string]time.Duration{"120000000": time.Minute, "2": time.Microsecond, "": 0, "soon": 0, "-5": 0} {
		t.Setenv("WATCHDOG_USEC", text)
		t.Setenv("WATCHDOG_PID", "")
		core, logged := observer.New(zap.DebugLevel)
		if got := notify.New(zap.New(core)).Interval(); got != want || (logged.Len() > 0) != (text == "soon" || text == "-5") {
			t.Errorf("%q: %v, want %v; %v", text, got, want, logged.All())
		}
	}
	t.Setenv("WATCHDOG_USEC", "120000000")
	t.Setenv("WATCHDOG_PID", "1")
	if got := notify.New(zap.NewNop()).Interval(); got != 0 {
		t.Errorf("%v for a watchdog that asks somebody else", got)
	}
}

// TestOnlyTheLivingAnswer: while the service hangs nothing is sent, and the log says so once.
func TestOnlyTheLivingAnswer(t *testing.T) {
	s := listen(t)
	t.Setenv("WATCHDOG_USEC", "120000000")
	t.Setenv("WATCHDOG_PID", "")
	core, logged := observer.New(zap.DebugLevel)
	answers := 0
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			notify.New(zap.New(core)).Watch(ctx, func(now time.Time) bool {
				alive := now.Sub(began) < 3*time.Minute || now.Sub(began) >= 6*time.Minute
				if alive {
					answers++
				}
				return alive
			})
		}()
		time.Sleep(8*time.Minute + time.Second)
		cancel()
		<-ended
	})
	heard := 0
	for m := s.hear(t); m != ""; m = s.hear(t) {
		if m != "WATCHDOG=1" {
			t.Errorf("heard %q", m)
		}
		heard++
	}
	if answers != 6 || heard != answers { // at 0, 1, 2, 6, 7 and 8 minutes
		t.Errorf("it was alive %d times, and systemd heard it %d times", answers, heard)
	}
	if logged.Len() != 1 {
		t.Errorf("%v", logged.All())
	}
}
