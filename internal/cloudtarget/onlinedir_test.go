package cloudtarget_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// simulated starts an online directory, whose Bulk can be hidden, and visits it.
func simulated(t *testing.T, bulk, enabled bool) (*site, *onlinedir.Directory) {
	t.Helper()
	dir := t.TempDir()
	if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Corp", Admin: "admin", Password: "correct horse", EnableSync: enabled, AnyDomain: true}); err != nil {
		t.Fatal(err)
	}
	online, err := onlinedir.Open(t.Context(), dir, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	token, err := online.NewToken(t.Context(), "syncd")
	if err != nil {
		t.Fatal(err)
	}
	handler := online.Handler()
	if !bulk {
		handler = withoutBulk(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.Close()
		if err := online.Close(); err != nil {
			t.Error(err)
		}
	})
	return visit(t, server.URL+"/scim/v2", token.Reveal()), online
}

func withoutBulk(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/ServiceProviderConfig"):
			w.Write([]byte(`{"patch":{"supported":true},"bulk":{"supported":false},"filter":{"supported":true,"maxResults":200}}`))
		case strings.HasSuffix(r.URL.Path, "/Bulk"):
			http.NotFound(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// eachWay runs a scenario with Bulk and without.
func eachWay(t *testing.T, run func(t *testing.T, bulk bool)) {
	t.Run("bulk", func(t *testing.T) { run(t, true) })
	t.Run("single requests", func(t *testing.T) { run(t, false) })
}

func TestSimulatedDirectory(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, _ := simulated(t, bulk, true)
		s.behave()
	})
}

// A deleted user who comes back has the id of before, and the activation too.
func TestRecycleBin(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, _ := simulated(t, bulk, true)
		if err := s.target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.create(diff.Create, company(directory.User)[:3]...)
		var gone, back []diff.Change
		for n := range 3 {
			gone = append(gone, diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: anchor(n), ID: s.id(n)})
			back = append(back, diff.Change{Op: diff.Create, Kind: directory.User, Anchor: anchor(n), After: s.want[anchor(n)].resource})
		}
		s.accepted(diff.Change{Op: diff.Unblock, Kind: directory.User, ID: s.id(1)})
		s.want[anchor(1)].active = true
		s.accepted(gone...)
		for n, o := range s.accepted(back...) {
			if o.ID != s.id(n) || o.Adopted {
				t.Errorf("restored as %+v, was %s", o, s.id(n))
			}
		}
		s.equal()
	})
}

func TestRefusalsInTheDirectorysWords(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, online := simulated(t, bulk, true)
		if err := s.target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.create(diff.Create, resource(directory.User, 1, employee(1)))
		taken := employee(2)
		taken[directory.ProxyAddresses] = "smtp:USER1@corp.example"
		disabled := employee(3)
		disabled[directory.OnPremisesAccountEnabled] = "false"
		free := resource(directory.User, 3, disabled)
		outcomes := s.apply(diff.Change{Op: diff.Create, Kind: directory.User, After: resource(directory.User, 2, taken)},
			diff.Change{Op: diff.Create, Kind: directory.User, After: free})
		if r := outcomes[0].Refusal; r == nil || r.Status != 409 || r.Type != "uniqueness" || !strings.Contains(r.Detail, employee(1)[directory.DisplayName]) {
			t.Errorf("an address of somebody else: %+v", r)
		}
		if outcomes[1].ID == "" {
			t.Fatalf("it delayed another: %+v", outcomes[1])
		}
		s.want[free.Anchor] = &expected{id: outcomes[1].ID, resource: free}
		outcomes = s.apply(diff.Change{Op: diff.Unblock, Kind: directory.User, ID: s.id(3)}, diff.Change{Op: diff.Unblock, Kind: directory.User, ID: s.id(1)})
		if r := outcomes[0].Refusal; r == nil || r.Detail == "" || outcomes[1].Refusal != nil {
			t.Errorf("activating one who is disabled on premises: %+v", outcomes)
		}
		s.want[anchor(1)].active = true
		s.equal()

		if err := online.SetSyncEnabled(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for _, changes := range [][]diff.Change{
			{{Op: diff.Block, Kind: directory.User, ID: s.id(1)}, {Op: diff.Block, Kind: directory.User, ID: s.id(3)}},
			{{Op: diff.Block, Kind: directory.User, ID: s.id(1)}},
		} {
			_, err := s.target.Apply(t.Context(), changes)
			if directory.ClassOf(err) != directory.Unreachable || !strings.Contains(err.Error(), "synchronisation") || !strings.Contains(err.Error(), "--enable-sync") {
				t.Errorf("synchronisation is not enabled: %v", err)
			}
		}
		if err := online.RevokeToken(t.Context(), "syncd"); err != nil {
			t.Fatal(err)
		}
		_, err := s.target.Apply(t.Context(), []diff.Change{{Op: diff.Block, Kind: directory.User, ID: s.id(1)}})
		if directory.ClassOf(err) != directory.Unreachable || !strings.Contains(err.Error(), "token") {
			t.Errorf("a revoked token: %v", err)
		}
		if err := s.target.Open(t.Context()); directory.ClassOf(err) != directory.Unreachable {
			t.Errorf("opening with a revoked token: %v", err)
		}
	})
}

// TestNoSeat: where no seat of a licence is free, who would become active is refused in the directory's words, in whichever way that was to
// happen, and the others are not.
func TestNoSeat(t *testing.T) {
	eachWay(t, func(t *testing.T, bulk bool) {
		s, online := simulated(t, bulk, true)
		if err := s.target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.create(diff.Create, company(directory.User)[:3]...)
		s.accepted(diff.Change{Op: diff.Unblock, Kind: directory.User, ID: s.id(1)})
		s.accepted(diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: anchor(1), ID: s.id(1)})
		if err := online.SetSeats(t.Context(), 1, 0); err != nil {
			t.Fatal(err)
		}
		fresh := resource(directory.User, 7, employee(7))
		outcomes := append(
			s.apply(diff.Change{Op: diff.Create, Kind: directory.User, Anchor: anchor(1), After: s.want[anchor(1)].resource},
				diff.Change{Op: diff.Create, Kind: directory.User, Anchor: fresh.Anchor, After: fresh}),
			s.apply(diff.Change{Op: diff.Unblock, Kind: directory.User, ID: s.id(2)})...)
		for _, i := range []int{0, 2} {
			if r := outcomes[i].Refusal; r == nil || !r.Conflict() || r.Type != "" || !strings.HasSuffix(r.Detail, "cannot become active: no seat is free in Online Suite (0 of 0 taken)") {
				t.Errorf("%d: %+v", i, r)
			}
		}
		if outcomes[1].ID == "" {
			t.Errorf("it delayed another: %+v", outcomes[1])
		}
	})
}
