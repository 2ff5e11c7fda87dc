package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/zap"

	"syncd/internal/control"
	"syncd/internal/directory"
)

// fakeDaemon answers at once, like the real one.
type fakeDaemon struct {
	status    control.Status
	passes    []directory.PassRecord
	triggered []control.SyncRequest
	applied   string
}

func (f *fakeDaemon) Trigger(r control.SyncRequest) string {
	f.triggered = append(f.triggered, r)
	return "NEXT"
}

func (f *fakeDaemon) Plan(id string, format control.Format, out io.Writer) error {
	if id != "HELD" {
		return unknownPlan
	}
	_, err := io.WriteString(out, string(format)+" of a plan")
	return err
}

func (f *fakeDaemon) Apply(plan io.Reader) (string, error) {
	b, err := io.ReadAll(plan)
	f.applied = string(b)
	return "NEXT", err
}

func (f *fakeDaemon) Decide(plan string, d directory.Decision) (*control.Decided, error) {
	if plan != "HELD" {
		return nil, unknownPlan
	}
	return &control.Decided{Plan: plan, Changes: 3, Pass: string(d)}, nil
}

var unknownPlan = &directory.Fault{Class: directory.Usage, Cause: "no such plan", Remedy: "see `syncd status`"}

func (f *fakeDaemon) Status() (*control.Status, error) { s := f.status; return &s, nil }

func (f *fakeDaemon) Passes(int) ([]directory.PassRecord, error) { return f.passes, nil }

func (f *fakeDaemon) Pass(id string) (*directory.PassRecord, error) {
	for i := range f.passes {
		if f.passes[i].ID == id {
			return &f.passes[i], nil
		}
	}
	return nil, nil
}

func (f *fakeDaemon) Refused(after string, n int) (*control.RefusedPage, error) {
	if after == "nonsense" {
		return nil, unknownPlan
	}
	if after == "" {
		return &control.RefusedPage{Refused: []directory.RefusedObject{{Name: "Ann"}}, Next: fmt.Sprint(n)}, nil
	}
	return &control.RefusedPage{Refused: []directory.RefusedObject{{Name: "Bob after " + after}}}, nil
}

func (f *fakeDaemon) Held(after string, _ int) (*control.HeldPage, error) {
	return &control.HeldPage{Held: []directory.HeldObject{{Name: "Carl" + after, Op: "depart"}}}, nil
}

func (f *fakeDaemon) Why(_ context.Context, name string, out io.Writer) error {
	if name == "nobody" {
		return unknownPlan
	}
	_, err := io.WriteString(out, "why "+name)
	return err
}

// serve runs the control endpoint and returns a client of it.
func serve(t *testing.T, c control.Config, daemon control.Daemon) (*control.Client, string) {
	t.Helper()
	dir := t.TempDir()
	l, token, err := control.Listen(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	c.Listen = strings.Replace(c.Listen, "127.0.0.1:0", l.Addr().String(), 1)
	server := &http.Server{Handler: control.Handler(daemon, token, zap.NewNop())}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	client, err := control.NewClient(c, dir)
	if err != nil {
		t.Fatal(err)
	}
	return client, l.Addr().String()
}

func socket(t *testing.T) control.Config {
	t.Helper()
	dir, err := os.MkdirTemp("", "c") // t.TempDir is longer than a socket's path may be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return control.Config{Listen: "unix://" + filepath.Join(dir, "control.sock")}
}

func TestClientAndServer(t *testing.T) {
	for name, c := range map[string]control.Config{"socket": socket(t), "port with token": {Listen: "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			daemon := &fakeDaemon{
				status: control.Status{Version: "v1", HeldCount: 2},
				passes: []directory.PassRecord{{Pass: directory.Pass{ID: "A", Status: directory.Done, Created: 3}}},
			}
			client, _ := serve(t, c, daemon)
			ctx := t.Context()
			if id, err := client.Sync(ctx, control.SyncRequest{Full: true, Verify: true}); err != nil || id != "NEXT" || !cmp.Equal(daemon.triggered, []control.SyncRequest{{Full: true, Verify: true}}) {
				t.Errorf("Sync: %q, %v, triggered %v", id, err, daemon.triggered)
			}
			if s, err := client.Status(ctx); err != nil || s.HeldCount != 2 {
				t.Errorf("Status: %+v, %v", s, err)
			}
			if p, err := client.Pass(ctx, "A"); err != nil || p == nil || p.Created != 3 {
				t.Errorf("Pass A: %+v, %v", p, err)
			}
			if p, err := client.Pass(ctx, "B"); err != nil || p != nil {
				t.Errorf("Pass B has not ended: %+v, %v", p, err)
			}
			if list, err := client.Passes(ctx, 5); err != nil || len(list) != 1 {
				t.Errorf("Passes: %+v, %v", list, err)
			}
			page, err := client.Refused(ctx, "")
			if err != nil || page.Refused[0].Name != "Ann" || page.Next != "1000" {
				t.Errorf("Refused: %+v, %v", page, err)
			}
			if page, err = client.Refused(ctx, page.Next+"&"); err != nil || page.Refused[0].Name != "Bob after 1000&" || page.Next != "" {
				t.Errorf("Refused, the part that follows: %+v, %v", page, err)
			}
			if _, err := client.Refused(ctx, "nonsense"); directory.ClassOf(err) != directory.Usage {
				t.Errorf("Refused after nonsense: %v", err)
			}
			var why bytes.Buffer
			if err := client.Why(ctx, `CORP\ann & co`, &why); err != nil || why.String() != `why CORP\ann & co` {
				t.Errorf("Why: %q, %v", why.String(), err)
			}
			if err := client.Why(ctx, "nobody", &why); directory.ClassOf(err) != directory.Usage {
				t.Errorf("Why nobody: %v", err)
			}
			if page, err := client.Held(ctx, ""); err != nil || page.Held[0].Op != "depart" {
				t.Errorf("Held: %+v, %v", page, err)
			}
		})
	}
}

func TestPlansOverTheEndpoint(t *testing.T) {
	daemon := &fakeDaemon{}
	client, _ := serve(t, socket(t), daemon)
	ctx := t.Context()
	for _, format := range []control.Format{control.PlanText, control.PlanJSON, control.PlanFile} {
		var out bytes.Buffer
		if err := client.Plan(ctx, "HELD", format, &out); err != nil || out.String() != string(format)+" of a plan" {
			t.Errorf("%s: %q, %v", format, out.String(), err)
		}
	}
	if d, err := client.Decide(ctx, "HELD", directory.DecisionRejected); err != nil || *d != (control.Decided{Plan: "HELD", Changes: 3, Pass: "rejected"}) {
		t.Errorf("%+v, %v", d, err)
	}
	if id, err := client.Apply(ctx, strings.NewReader("a saved plan")); err != nil || id != "NEXT" || daemon.applied != "a saved plan" {
		t.Errorf("%q, %v, applied %q", id, err, daemon.applied)
	}
	_, err := client.Decide(ctx, "other", directory.DecisionApproved)
	for _, err := range []error{err, client.Plan(ctx, "other", control.PlanText, io.Discard)} {
		if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Class != directory.Usage || fault.Cause != unknownPlan.Cause || fault.Remedy != unknownPlan.Remedy {
			t.Errorf("a fault of the daemon arrives as %v", err)
		}
	}
	if err := client.Plan(ctx, "HELD", "poem", io.Discard); err == nil || !strings.Contains(err.Error(), "format is text, json or file") {
		t.Errorf("an unknown format: %v", err)
	}
}

func TestPortNeedsToken(t *testing.T) {
	_, address := serve(t, control.Config{Listen: "127.0.0.1:0"}, &fakeDaemon{})
	for path, want := range map[string]int{
		"/v1/status": http.StatusUnauthorized, "/v1/passes": http.StatusUnauthorized, "/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable,
	} {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s without a token: %d, want %d", path, response.StatusCode, want)
		}
	}
}

func TestReadyAfterTheFirstPass(t *testing.T) {
	daemon := &fakeDaemon{status: control.Status{Ready: true}}
	_, address := serve(t, control.Config{Listen: "127.0.0.1:0"}, daemon)
	response, err := http.Get("http://" + address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("readyz: %s", response.Status)
	}
}

// TestAnotherStateFolder: a daemon whose token lies elsewhere is told from one that fails.
func TestAnotherStateFolder(t *testing.T) {
	_, address := serve(t, control.Config{Listen: "127.0.0.1:0"}, nil)
	elsewhere := t.TempDir()
	client, err := control.NewClient(control.Config{Listen: address}, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Status(t.Context())
	if want := filepath.Join(elsewhere, "control.token") + ": it runs with another state folder; name its configuration"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestNoDaemon(t *testing.T) {
	for name, c := range map[string]control.Config{"socket": socket(t), "port": {Listen: "127.0.0.1:1"}} {
		client, err := control.NewClient(c, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Status(t.Context()); !errors.Is(err, control.ErrNoDaemon) {
			t.Errorf("%s: %v, want ErrNoDaemon", name, err)
		}
	}
}

// A killed daemon leaves its socket behind; the next one replaces it. A living one keeps it.
func TestSocketLeftBehind(t *testing.T) {
	c := socket(t)
	path := strings.TrimPrefix(c.Listen, "unix://")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if _, _, err := control.Listen(c, t.TempDir()); directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a living socket: %v", err)
	}
	file := control.Config{Listen: "unix://" + filepath.Join(filepath.Dir(path), "file")}
	if err := os.WriteFile(strings.TrimPrefix(file.Listen, "unix://"), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := control.Listen(file, t.TempDir()); directory.ClassOf(err) != directory.Usage || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("a file in the way: %v", err)
	}
	if b, err := os.ReadFile(strings.TrimPrefix(file.Listen, "unix://")); err != nil || string(b) != "precious" {
		t.Errorf("the file in the way: %q, %v", b, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, _, err := control.Listen(c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode: %v, %v", info, err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestConfig(t *testing.T) {
	for listen, ok := range map[string]bool{
		"unix:///run/x.sock": true, "127.0.0.1:9848": true, "[::1]:9848": true, "localhost:1": true,
		"unix://": false, "unix:///" + strings.Repeat("x", 107): false, "0.0.0.0:9848": false, "10.0.0.1:1": false, "127.0.0.1": false, "": false,
	} {
		c := control.Config{Listen: listen}
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", listen, err)
		}
	}
}

// The names and labels of the metrics are a contract.
func TestMetrics(t *testing.T) {
	m := control.NewMetrics("v1")
	daemon := &fakeDaemon{status: control.Status{
		SyncedTo: time.Now().Add(-time.Hour), Watermark: time.Now(), Objects: map[string]int{"user": 3}, HeldCount: 1, RefusedCount: 2,
		DeletionsKnownUntil: time.Now().Add(36 * time.Hour), Certificates: map[string]time.Time{control.PeerLDAP: time.Unix(1800000000, 0)}, Interval: 10800,
	}}
	if err := m.Watch(daemon); err != nil {
		t.Fatal(err)
	}
	m.Stage("read", time.Second)
	m.Change(directory.User, "create", "acknowledged")
	m.Propagated(time.Minute)
	m.PassEnded(&directory.PassRecord{Pass: directory.Pass{Kind: "full", Status: directory.Done}})
	m.LDAP("page", time.Millisecond)
	m.Target("create", "201", time.Millisecond)
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	text := scrape(t, server.URL)
	for _, want := range []string{
		`syncd_build_info{version="v1"} 1`, `syncd_objects{kind="user"} 3`, `syncd_held 1`, `syncd_refused 2`,
		`syncd_changes_total{kind="user",op="create",outcome="acknowledged"} 1`, `syncd_passes_total{kind="full",status="done"} 1`,
		`syncd_stage_duration_seconds_count{stage="read"} 1`, `syncd_ldap_request_duration_seconds_count{op="page"} 1`,
		`syncd_target_request_duration_seconds_count{code="201",op="create"} 1`, `syncd_propagation_lag_seconds_count 1`,
		"syncd_sync_lag_seconds 36", "syncd_last_success_timestamp_seconds ", "syncd_watermark_age_seconds ",
		"syncd_tombstone_days_left 1.49", `syncd_certificate_expiry_timestamp_seconds{peer="ldap"} 1.8e+09`, "syncd_schedule_interval_seconds 10800",
		`syncd_passes_total{kind="unknown",status="failed"} 0`, `syncd_passes_total{kind="delta",status="held"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, `peer="target"`) {
		t.Error("a certificate that was not seen has an end")
	}
	daemon.status = control.Status{Started: time.Now()}
	if early := scrape(t, server.URL); strings.Contains(early, "syncd_tombstone_days_left ") || strings.Contains(early, "syncd_watermark_age_seconds ") {
		t.Errorf("before the first pass:\n%s", early)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	problems = slices.DeleteFunc(problems, func(p promlint.Problem) bool { return p.Metric == "syncd_tombstone_days_left" }) // days, as people count them
	if err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

func scrape(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, err)
	}
	return string(text)
}
