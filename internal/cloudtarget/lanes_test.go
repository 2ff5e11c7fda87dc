package cloudtarget

import (
	"context"
	"errors"

	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sync"
	"testing"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// crews makes groups of the same people and returns the changes that bring them together, group by group.
func crews(t *testing.T, target *Target, groups, people int) (edges []diff.Change) {
	t.Helper()
	users := apply(t, target, creations(people)...)
	for n := range groups {
		group := apply(t, target, diff.Change{
			Op: diff.CreateGroup, Kind: directory.Group,
			After: &directory.Resource{Kind: directory.Group, Anchor: directory.Anchor{200, byte(n)}, Values: person(1, directory.DisplayName, fmt.Sprint("Crew ", n)).Values},
		})[0].ID
		for _, u := range users {
			edges = append(edges, edge(diff.AddMember, group, u.ID))
		}
	}
	return edges
}

var groupPath = regexp.MustCompile(`/Groups/\d+`)

// A service that reads a group, changes it and writes it back may lose one of two changes that come at once: those of one group wait for each
// other, also across bulks, and those of other groups go on meanwhile.
func TestOneGroupIsInOneRequestAtATime(t *testing.T) {
	for _, bulk := range []bool{false, true} {
		bubble(t, bulk, func(t *testing.T, f *fake, target *Target) {
			const groups, people = 3, 10
			edges := crews(t, target, groups, people)
			target.learned.kept.Added = bound{Members: 1, Since: time.Now()}
			f.operations = 4
			if err := target.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			underWay := map[string]int{}
			f.intercept = func(_ http.ResponseWriter, r *http.Request, body string) bool {
				touched := map[string]bool{}
				for _, path := range groupPath.FindAllString(r.URL.Path+" "+body, -1) {
					touched[path] = true
				}
				note := func(by int) {
					mu.Lock()
					defer mu.Unlock()
					for path := range touched {
						if underWay[path] += by; underWay[path] > 1 {
							t.Errorf("bulk=%v: two requests change %s at once", bulk, path)
						}
					}
				}
				note(1)
				time.Sleep(time.Second)
				note(-1)
				return false
			}
			start := time.Now()
			apply(t, target, edges...)
			// A bulk for each 4 changes would be 8 s one after the other; single requests are as fast as the largest group.
			if took, most := time.Since(start), map[bool]time.Duration{false: people * time.Second, true: 5 * time.Second}[bulk]; took > most {
				t.Errorf("bulk=%v: %s, want %s", bulk, took, most)
			}
			if n := f.count("PATCH"); bulk && n > 0 {
				t.Errorf("%d changes went alone", n)
			}
		})
	}
}

func TestApart(t *testing.T) {
	lanes := [][]string{{"a"}, {"a", "b"}, nil, {"b"}, nil}
	var mu sync.Mutex
	var begun []string
	err := apart(t.Context(), lanes, 1, func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		begun = append(begun, strconv.Itoa(i))
		return nil
	})
	slices.Sort(begun)
	if got := strings.Join(begun, ""); err != nil || got != "01234" {
		t.Errorf("begun: %s, %v", got, err)
	}
	broken := errors.New("broken")
	err = apart(t.Context(), lanes, 2, func(ctx context.Context, i int) error {
		if i == 0 {
			return broken
		}
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if !errors.Is(err, broken) {
		t.Errorf("after an error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := apart(ctx, lanes, 2, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
