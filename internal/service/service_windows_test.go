package service

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"

	"syncd/internal/directory"
)

// These tests run on Windows, and on Linux under Wine: TestWindowsService of cmd/syncd builds and starts them.

// manager is a service manager of a test that talks to a handler.
type manager struct {
	requests chan svc.ChangeRequest
	status   chan svc.Status
	exit     chan uint32
}

func startHandler(t *testing.T, h *handler) *manager {
	t.Helper()
	h.ctx, h.name = t.Context(), "syncd"
	m := &manager{make(chan svc.ChangeRequest), make(chan svc.Status, 100), make(chan uint32, 1)}
	go func() {
		_, exit := h.Execute(nil, m.requests, m.status)
		m.exit <- exit
	}()
	m.expect(t, svc.StartPending)
	return m
}

// expect reads states until one is as wanted, and returns it.
func (m *manager) expect(t *testing.T, wanted svc.State) svc.Status {
	t.Helper()
	for {
		select {
		case s := <-m.status:
			if s.State == wanted {
				return s
			}
		case <-t.Context().Done():
			t.Fatalf("no state %d", wanted)
		}
	}
}

// TestStopDrains: a stop is passed on as SIGTERM, and the service stops when the daemon has ended; meanwhile the service manager hears that it
// goes on. Pause is not offered.
func TestStopDrains(t *testing.T) { synctest.Test(t, stopDrains) }

func stopDrains(t *testing.T) {
	for _, command := range []svc.Cmd{svc.Stop, svc.Shutdown} {
		var events eventList
		drained := make(chan struct{})
		h := &handler{events: &events, daemon: func(_ context.Context, host Host) (int, error) {
			host.Ready()
			host.Ready() // once more changes nothing
			if s := <-host.Signals; s != syscall.SIGTERM {
				t.Errorf("the daemon got %v", s)
			}
			<-drained
			return 0, nil
		}}
		m := startHandler(t, h)
		if s := m.expect(t, svc.Running); s.Accepts&svc.AcceptPauseAndContinue != 0 || s.Accepts&svc.AcceptStop == 0 || s.Accepts&svc.AcceptShutdown == 0 {
			t.Errorf("it accepts %b", s.Accepts)
		}
		m.requests <- svc.ChangeRequest{Cmd: command}
		first := m.expect(t, svc.StopPending)
		m.requests <- svc.ChangeRequest{Cmd: svc.Interrogate} // is answered
		m.expect(t, svc.StopPending)
		for next := first; next.CheckPoint < 2; {
			next = m.expect(t, svc.StopPending)
			if next.WaitHint == 0 {
				t.Error("no hint how long it may take")
			}
		}
		close(drained)
		if exit := <-m.exit; exit != 0 || h.err != nil {
			t.Errorf("exit status %d, %v", exit, h.err)
		}
		if want := "info the service syncd runs,info the service syncd ends"; strings.Join(events.list, ",") != want {
			t.Errorf("%v", events.list)
		}
	}
}

// TestParamChangeReloads: `sc control syncd paramchange` is what SIGHUP is elsewhere, and the service goes on.
func TestParamChangeReloads(t *testing.T) { synctest.Test(t, paramChangeReloads) }

func paramChangeReloads(t *testing.T) {
	got := make(chan os.Signal)
	m := startHandler(t, &handler{events: &eventList{}, daemon: func(_ context.Context, host Host) (int, error) {
		host.Ready()
		for {
			s := <-host.Signals
			got <- s
			if s == syscall.SIGTERM {
				return 0, nil
			}
		}
	}})
	m.expect(t, svc.Running)
	m.requests <- svc.ChangeRequest{Cmd: svc.ParamChange}
	if s := <-got; s != syscall.SIGHUP {
		t.Errorf("%v", s)
	}
	m.expect(t, svc.Running)
	m.requests <- svc.ChangeRequest{Cmd: svc.Stop}
	<-got
	<-m.exit
}

// TestDaemonFails: the service manager learns the exit status, the event log the reason.
func TestDaemonFails(t *testing.T) { synctest.Test(t, daemonFails) }

func daemonFails(t *testing.T) {
	var events eventList
	h := &handler{events: &events, daemon: func(context.Context, Host) (int, error) { return 2, errors.New("syncd.yaml:3: no such key") }}
	m := startHandler(t, h)
	if exit := <-m.exit; exit != 2 || h.err == nil {
		t.Errorf("exit status %d, %v", exit, h.err)
	}
	if want := "error the service syncd ends: syncd.yaml:3: no such key"; strings.Join(events.list, ",") != want {
		t.Errorf("%v", events.list)
	}
}

// TestAdmission: the account of a service is let in beside those who were; a folder of the state is closed to everybody else but the system and
// administrators. (Wine computes such lists and does not keep them, so nothing is set here.)
func TestAdmission(t *testing.T) {
	account, _, _, err := windows.LookupSID("", `NT AUTHORITY\LocalService`)
	if err != nil {
		t.Fatal(err)
	}
	before, err := listOf("D:(A;;FA;;;BA)(A;;FR;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a    admission
		want string
	}{
		{admission{rights: toRead}, "D:(A;;GR;;;LS)(A;;FA;;;BA)(A;;FR;;;WD)"},
		{admission{rights: toRun}, "D:(A;;GXGR;;;LS)(A;;FA;;;BA)(A;;FR;;;WD)"},
		{admission{rights: toKeep, closed: true}, "D:(A;OICI;SDGXGWGR;;;LS)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"},
	} {
		c.a.before = before
		list, err := c.a.list(account)
		if err != nil {
			t.Fatal(err)
		}
		d, err := windows.NewSecurityDescriptor()
		if err == nil {
			err = d.SetDACL(list, true, false)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := d.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestAdmissionOfNothing: a file that is not there is named, and a service without an account of its own needs to be let in to its state only.
func TestAdmissionOfNothing(t *testing.T) {
	account, err := windows.CreateWellKnownSid(windows.WinLocalSystemSid)
	if err != nil {
		t.Fatal(err)
	}
	err = grantAll([]*admission{{path: `C:\not here`}}, account)
	if directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), `C:\not here`) {
		t.Errorf("%v", err)
	}
	o := Options{Program: "syncd.exe", Reads: []string{"syncd.yaml", "ad.password"}, Writes: []string{"state"}}
	if n := len(admissions(o, false)); n != 1 {
		t.Errorf("%d admissions for the system", n)
	}
	if n := len(admissions(o, true)); n != 4 {
		t.Errorf("%d admissions for an account", n)
	}
}

// TestFolderBelowProgramData: it is made once, with all that comes into it; other places, and what others have there, stay as they are. One of
// somebody else is refused with his name. (Wine keeps no owners, so that is told by itself; TestWindowsServiceFaults of cmd/syncd has one.)
func TestFolderBelowProgramData(t *testing.T) {
	shared, err := os.MkdirTemp("", "programdata") // Wine cannot remove what t.TempDir makes
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ProgramData", shared)
	own := filepath.Join(shared, "syncd")
	defer func() {
		if err := errors.Join(os.Remove(own), os.Remove(shared)); err != nil {
			t.Error(err)
		}
	}()
	if err := CheckFolder(filepath.Join(own, "state"), "syncd"); err != nil {
		t.Errorf("no folder: %v", err)
	}
	for _, want := range []string{own, ""} {
		if made, err := CloseFolder(filepath.Join(shared, "SYNCD", "state"), "syncd"); !strings.EqualFold(made, want) || err != nil {
			t.Errorf("made %q, want %q: %v", made, want, err)
		}
	}
	for _, elsewhere := range []string{shared, filepath.Dir(shared), `D:\syncd`, shared + "2"} {
		if f, err := sharedFolder(elsewhere, ""); f != nil || err != nil {
			t.Errorf("%s: %v %v", elsewhere, f, err)
		}
	}
	f, err := sharedFolder(own, "")
	if err != nil {
		t.Fatal(err)
	}
	service, _, _, err := windows.LookupSID("", `NT AUTHORITY\LocalService`)
	if err != nil {
		t.Fatal(err)
	}
	if !f.trusts(f.admins) || f.trusts(service) || f.trusts(nil) {
		t.Error("who may own the folder")
	}
	if f, err := sharedFolder(own, `NT AUTHORITY\LocalService`); err != nil || !f.trusts(service) {
		t.Errorf("the account of the service may: %v", err)
	}
}

// TestManagerFaults: what Windows says with a number is said with its remedy, and an exit status.
func TestManagerFaults(t *testing.T) {
	for err, want := range map[error]struct {
		class directory.Class
		says  string
	}{
		windows.ERROR_ACCESS_DENIED:             {directory.Usage, "Run as administrator"},
		windows.ERROR_SERVICE_MARKED_FOR_DELETE: {directory.Failed, "close every window"},
		windows.ERROR_SERVICE_LOGON_FAILED:      {directory.Failed, "Log on as a service"},
		windows.ERROR_INVALID_SERVICE_ACCOUNT:   {directory.Usage, `DOMAIN\name$`},
		windows.ERROR_SERVICE_DISABLED:          {directory.Failed, "delayed-auto"},
		windows.ERROR_FILE_NOT_FOUND:            {directory.Failed, "syncd service uninstall"},
		windows.ERROR_INVALID_LEVEL:             {directory.Failed, "Event Viewer"},
	} {
		fault := managerFault(err)
		if directory.ClassOf(fault) != want.class || !strings.Contains(fault.Error(), want.says) || !errors.Is(fault, err) {
			t.Errorf("%v: %v (%v)", err, fault, directory.ClassOf(fault))
		}
		if again := managerFault(fault); again != fault {
			t.Errorf("a fault was wrapped: %v", again)
		}
	}
	if err := managerFault(nil); err != nil {
		t.Error(err)
	}
}
