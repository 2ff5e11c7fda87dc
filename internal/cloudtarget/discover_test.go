package cloudtarget

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// A service that describes nothing has users with the enterprise extension and groups, and is sent nothing else.
func TestBareService(t *testing.T) {
	f := newFake(t)
	f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/ServiceProviderConfig"), strings.HasSuffix(r.URL.Path, "/ResourceTypes"):
			w.WriteHeader(http.StatusNotFound)
			return true
		case r.URL.RawQuery == "startIndex=1&count=1":
			send(w, 200, map[string]any{"totalResults": 0})
			return true
		case strings.Contains(body, directory.SchemaOnPremises):
			t.Errorf("the service was sent %s", body)
		}
		return false
	}
	server := httptest.NewServer(f)
	defer server.Close()
	target := targetFor(t, server.URL+"/scim")
	core, logs := observer.New(zap.InfoLevel)
	target.log = zap.New(core)
	for range 2 { // the second Open finds the same and says nothing
		if err := target.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := logs.FilterMessageSnippet("left out").Len(); n != 2 || logs.Len() != 3 {
		t.Errorf("%d warnings in %d lines", n, logs.Len())
	}
	if target.Supports(directory.Contact) || !target.Supports(directory.User) || !target.Supports(directory.Group) {
		t.Error("wrong kinds are supported")
	}
	after := person(1, directory.UserName, "a@corp.example", directory.Office, "B7")
	outcomes := apply(t, target, diff.Change{Op: diff.Create, Kind: directory.User, After: after},
		diff.Change{Op: diff.Create, Kind: directory.Contact, After: after})
	if outcomes[0].ID == "" || outcomes[1].Refusal == nil || outcomes[1].Refusal.Status != 0 {
		t.Errorf("outcomes: %+v", outcomes)
	}
	moved := person(1, directory.UserName, "a@corp.example", directory.Office, "B8")
	if o := apply(t, target, diff.Change{Op: diff.Update, Kind: directory.User, ID: outcomes[0].ID, Before: after, After: moved}); o[0].Refusal != nil {
		t.Errorf("an update of nothing that the service holds: %+v", o)
	}
}

func TestObserve(t *testing.T) {
	for _, bulk := range []bool{false, true} {
		f := newFake(t)
		f.bulk = bulk
		target := f.open()
		var mu sync.Mutex
		seen := map[string]bool{}
		target.observe = func(op, code string, took time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			seen[op+" "+code] = took >= 0
		}
		created := apply(t, target, creations(2)...)
		apply(t, target, creations(2)[0]) // 409
		group := apply(t, target, diff.Change{Op: diff.CreateGroup, Kind: directory.Group, After: person(9, directory.DisplayName, "All")})[0].ID
		apply(t, target, edge(diff.AddMember, group, created[0].ID))
		apply(t, target, diff.Change{Op: diff.SetManager, Kind: directory.User, ID: created[0].ID})
		apply(t, target, diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: creations(2)[1].Anchor, ID: created[1].ID})
		if _, err := target.Active(t.Context(), []string{created[0].ID}); err != nil {
			t.Fatal(err)
		}
		target.client.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("cut") })
		if err := target.Open(t.Context()); err == nil {
			t.Error("opened without a connection")
		}
		want := []string{"active 200", "create 201", "create 409", "delete 204", "discover error", "lookup 200", "manager 204", "member 204"}
		if bulk {
			want = slices.Insert(want, 1, "bulk 200")
		}
		if d := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); d != "" {
			t.Errorf("bulk=%v (-want +got):\n%s", bulk, d)
		}
	}
}

// The requests for one group follow each other, so that a service that locks the group does not refuse half of them; the end of
// the context ends the batch at once.
func TestLanesAndCancellation(t *testing.T) {
	f := newFake(t)
	target := f.open()
	users := apply(t, target, creations(2)...)
	var underway, most atomic.Int32
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("the operator stopped it")
	requests := 0
	f.intercept = func(http.ResponseWriter, *http.Request, string) bool {
		most.Store(max(most.Load(), underway.Add(1)))
		defer underway.Add(-1)
		if requests++; requests == 9 {
			cancel(stop)
		}
		return false
	}
	f.resources["/Groups/g"] = map[string]any{"id": "g"}
	var changes []diff.Change
	for range 2000 {
		changes = append(changes, edge(diff.AddMember, "g", users[0].ID))
	}
	if _, err := target.Apply(ctx, changes); !errors.Is(err, stop) {
		t.Errorf("after the end: %v", err)
	}
	if n := f.count("PATCH"); n != 9 || most.Load() != 1 {
		t.Errorf("%d requests, %d at a time", n, most.Load())
	}
}
