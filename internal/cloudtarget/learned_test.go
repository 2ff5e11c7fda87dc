package cloudtarget

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"syncd/internal/diff"
)

// crowdedService takes so many members in a PATCH and refuses more with a status.
type crowdedService struct {
	mu     sync.Mutex
	most   int // 0: any number
	status int
	left   int // refusals that are left, whatever the number; then it takes any
	sizes  []int
}

func (c *crowdedService) spoil(method, path, body string) (int, string) {
	members := strings.Count(body, `{"value":`) + strings.Count(body, "members[")
	if method != http.MethodPatch || !strings.HasPrefix(path, "/Groups/") {
		return 0, ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sizes = append(c.sizes, members)
	switch {
	case c.left > 0:
		c.left--
		return c.status, "come again"
	case c.most > 0 && members > c.most:
		return c.status, "not so many"
	}
	return 0, ""
}

// learnFrom runs a scenario with a service that is put around a group of 100 people to be.
func learnFrom(t *testing.T, c *crowdedService, run func(t *testing.T, f *fake, target *Target, logs *observer.ObservedLogs, edges []diff.Change)) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		core, logs := observer.New(zap.InfoLevel)
		target.log = zap.New(core)
		if err := target.learned.recall(filepath.Join(t.TempDir(), "target.json"), target.base); err != nil {
			t.Fatal(err)
		}
		edges := crews(t, target, 1, 100)
		f.spoil = c.spoil
		run(t, f, target, logs, edges)
	})
}

// requests applies edges and says of which sizes their requests were.
func (c *crowdedService) requests(t *testing.T, target *Target, edges []diff.Change) []int {
	t.Helper()
	c.sizes = nil
	for i, o := range apply(t, target, edges...) {
		if o.Refusal != nil {
			t.Fatalf("edge %d: %v", i, o.Refusal)
		}
	}
	return c.sizes
}

// A refusal that passes is no limit, however often it comes, as long as as many are taken in between.
func TestAPassingRefusalOfMembersTeachesNothing(t *testing.T) {
	c := &crowdedService{status: http.StatusBadRequest}
	learnFrom(t, c, func(t *testing.T, _ *fake, target *Target, logs *observer.ObservedLogs, edges []diff.Change) {
		for range 5 {
			c.left = 1
			if sizes := c.requests(t, target, edges); len(sizes) != 3 {
				t.Errorf("requests of %d members", sizes)
			}
			if sizes := c.requests(t, target, edges); len(sizes) != 1 {
				t.Errorf("afterwards requests of %d members", sizes)
			}
		}
		if _, err := os.Stat(target.learned.file); !os.IsNotExist(err) || logs.Len() > 0 {
			t.Error("something was learned from it:", err, logs.All())
		}
	})
}

// What is learned is as much as the refusals show, is told once with the reason, and is known after a restart.
func TestLearningHowManyMembers(t *testing.T) {
	for name, c := range map[string]struct {
		most, status int // of the service
		want         int // members in a request afterwards
	}{
		"too large is clear at once":       {60, http.StatusRequestEntityTooLarge, 50},
		"a refusal without a reason":       {60, http.StatusBadRequest, 100},
		"which comes again and again":      {20, http.StatusBadRequest, 13},
		"a refusal of the group's changes": {20, http.StatusForbidden, 100},
	} {
		t.Run(name, func(t *testing.T) {
			s := &crowdedService{most: c.most, status: c.status}
			learnFrom(t, s, func(t *testing.T, _ *fake, target *Target, logs *observer.ObservedLogs, edges []diff.Change) {
				s.requests(t, target, edges)
				if n := s.requests(t, target, edges)[0]; n != c.want {
					t.Errorf("requests of %d members, want %d", n, c.want)
				}
				told := 0
				for _, line := range logs.All() {
					if reason, _ := line.ContextMap()[keyReason].(string); reason == "not so many" {
						told++
					}
				}
				if told != logs.Len() || told > 1 || (told == 1) != (c.want < 100) {
					t.Errorf("the log: %v", logs.All())
				}
				var again learned
				if err := again.recall(target.learned.file, target.base); err != nil || again.kept.Added.Members != c.want || again.kept.Removed.Members != edgesPerPatch {
					t.Errorf("after a restart: %+v, %v", again.kept, err)
				}
			})
		})
	}
}

// A limit is tried again after a day: once, if it is still there, and until all is taken, if it is gone.
func TestMoreMembersAreTriedAfterADay(t *testing.T) {
	c := &crowdedService{most: 20, status: http.StatusBadRequest}
	learnFrom(t, c, func(t *testing.T, _ *fake, target *Target, logs *observer.ObservedLogs, edges []diff.Change) {
		refused := func() (n int) {
			for _, size := range c.requests(t, target, edges) {
				if size > 20 {
					n++
				}
			}
			return n
		}
		largest := func() int {
			most, _ := target.learned.most(true)
			return most
		}
		refused()
		for _, step := range []struct {
			wait          time.Duration
			vain, largest int
		}{
			{23 * time.Hour, 0, 13}, {time.Hour, 0, 20}, {0, 1, 20}, {time.Hour, 0, 20}, {23 * time.Hour, 1, 20}, {0, 0, 20},
		} {
			time.Sleep(step.wait)
			if n := refused(); n != step.vain || largest() != step.largest {
				t.Errorf("after %s: %d in vain, want %d; %d members, want %d", step.wait, n, step.vain, largest(), step.largest)
			}
		}
		time.Sleep(largerAgain)
		c.most = 0
		told := logs.Len()
		for range 5 {
			c.requests(t, target, edges)
		}
		if largest() != edgesPerPatch || logs.Len() == told {
			t.Errorf("the limit is gone, and %d members are sent; the log: %v", largest(), logs.All())
		}
		c.most, c.status = 5, http.StatusRequestEntityTooLarge // and comes back
		c.requests(t, target, edges)
		if n := largest(); n > 5 {
			t.Errorf("%d members are sent where 5 are taken", n)
		}
	})
}

// A file that tells no number, or none that can be, sets no limit.
func TestWhatCannotBeLearned(t *testing.T) {
	file := filepath.Join(t.TempDir(), "target.json")
	for _, text := range []string{`{"url":"u"}`, `{"url":"u","added":{"members":-1}}`, `{"url":"u","added":{"members":500}}`, `{"url":"x","added":{"members":5}}`, `{"url":"u","added":5}`, `no`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var l learned
		err := l.recall(file, "u")
		if most, larger := l.most(true); most != edgesPerPatch || larger != edgesPerPatch {
			t.Errorf("%s: %d, %d, %v", text, most, larger, err)
		}
	}
}

// A target that takes the place of another in the middle of a pass knows what the other learns until its end, and takes nothing of it back in the file.
func TestWhatIsLearnedAfterASuccessorWasMade(t *testing.T) {
	f := newFake(t)
	file, first := filepath.Join(t.TempDir(), "target.json"), f.open()
	if err := first.learned.recall(file, first.base); err != nil {
		t.Fatal(err)
	}
	second, err := New(first.cfg, Options{Memory: file, Before: first})
	if err != nil {
		t.Fatal(err)
	}
	first.learnMembersShown()
	second.learnOneValue([]string{"phoneNumbers"})
	var after learned
	if err := after.recall(file, first.base); err != nil || !after.shown() || len(after.oneValue()) != 1 || !second.learned.shown() {
		t.Errorf("after a restart: %+v, %v", after.kept, err)
	}
	elsewhere := first.cfg
	elsewhere.URL = "https://elsewhere.example/scim/v2"
	if third, err := New(elsewhere, Options{Before: first}); err != nil || third.learned.shown() {
		t.Errorf("another service: %v", err)
	}
}
