package cloudtarget

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncd/internal/directory"
)

// announcing is a fake whose service configuration names an endpoint for reports, and answers there with a status.
func announcing(t *testing.T, endpoint string, status int) *fake {
	f := newFake(t)
	f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/ServiceProviderConfig"):
			w.Header().Set("Link", "<Tenant>; rel=\""+relTenant+"\"")
			_, _ = w.Write([]byte(`{}`))
		case strings.HasSuffix(r.URL.Path, "/Tenant"):
			_, _ = w.Write([]byte(`{"passes":"` + endpoint + `"}`))
		case strings.HasSuffix(r.URL.Path, "/Reports"):
			w.WriteHeader(status)
		default:
			return false
		}
		return true
	}
	return f
}

func TestReportsThatAreNotTaken(t *testing.T) {
	pass := directory.PassRecord{Pass: directory.Pass{ID: "1"}}
	silent := newFake(t)
	if err := silent.open().Report(t.Context(), pass, nil); err != nil || silent.count("POST") != 0 {
		t.Error("a service that announces nothing:", err, silent.requests)
	}
	for _, test := range []struct {
		endpoint string
		status   int
		cause    string
		requests int
	}{
		{"/Reports", 204, "", 1},
		{"Reports", 200, "", 1},
		{"/Reports", 400, "answers 400", 1},
		{"/Reports", 403, "forbids it", 1},
		{"/Reports", 500, "fails", 3},
		{"https://elsewhere.example/Reports", 204, "names an address outside of itself", 0},
	} {
		f := announcing(t, test.endpoint, test.status)
		err := f.open().Report(t.Context(), pass, nil)
		if test.cause == "" && err != nil || test.cause != "" && (err == nil || !strings.Contains(err.Error(), test.cause)) {
			t.Errorf("%s %d: %v", test.endpoint, test.status, err)
		}
		if n := f.count("POST /Reports"); n != test.requests {
			t.Errorf("%s %d: %d requests", test.endpoint, test.status, n)
		}
	}
}

// TestReportEndsSoon: a service that does not answer keeps nobody waiting for long.
func TestReportEndsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := targetFor(t, "http://127.0.0.1/scim")
		secret := directory.Secret(fakeToken)
		target.token.Store(&secret)
		target.service.Store(&service{passes: "/Reports"})
		target.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		start := time.Now()
		if err := target.Report(t.Context(), directory.PassRecord{}, nil); err == nil {
			t.Error("who was told?")
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Error("it took", took)
		}
	})
}
