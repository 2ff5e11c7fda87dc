package cloudtarget

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// hired is people whose manager is the first of them, who is online.
func hired(t *testing.T, target *Target, n int) []diff.Change {
	changes := creations(n + 1)
	boss := apply(t, target, changes[0])[0]
	for i := range changes[1:] {
		c := &changes[i+1]
		c.After.Manager, c.ManagerID = changes[0].Anchor, boss.ID
	}
	return changes[1:]
}

// carried counts the creations that were taken with the manager in them, and checks that the service has exactly those.
func carried(t *testing.T, f *fake, hired []diff.Change, outcomes []diff.Outcome) (n int) {
	t.Helper()
	for i, o := range outcomes {
		if o.Refusal != nil || o.ID == "" {
			t.Fatalf("%+v", o)
		}
		has := managerIn(f.resources["/Users/"+o.ID])
		if o.Managed != (has == hired[i].ManagerID) {
			t.Errorf("managed=%v, online under %q", o.Managed, has)
		}
		if o.Managed {
			n++
		}
	}
	return n
}

// TestCreationsCarryManagers: the first one is a trial that is looked at, and the others follow from it.
func TestCreationsCarryManagers(t *testing.T) {
	withManager := func(method, body string) bool {
		return method == http.MethodPost && strings.Contains(body, `"manager"`)
	}
	services := map[string]struct {
		spoil func(method, path, body string) (int, string)
		drops bool // makes the resource without its manager, and says nothing
		want  int  // of 5
		knows carrying
	}{
		"taken":   {want: 5, knows: carryTaken},
		"dropped": {drops: true, want: 0, knows: carryRefused},
		"refused": {spoil: func(method, _, body string) (int, string) {
			if withManager(method, body) {
				return http.StatusBadRequest, "no managers here"
			}
			return 0, ""
		}, want: 0, knows: carryUnknown},
	}
	for name, service := range services {
		for _, bulk := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, bulk=%v", name, bulk), func(t *testing.T) {
				f := newFake(t)
				f.bulk, f.spoil, f.dropsManagers = bulk, service.spoil, service.drops
				target := f.open()
				changes := hired(t, target, 5)
				if n := carried(t, f, changes, apply(t, target, changes...)); n != service.want || target.learned.carrying() != service.knows {
					t.Errorf("%d creations had their manager in them, and it is %q", n, target.learned.carrying())
				}
			})
		}
	}
}

// TestAManagerWhoIsGone: the creation is made without, also where the service takes managers.
func TestAManagerWhoIsGone(t *testing.T) {
	f := newFake(t)
	target := f.open()
	changes := hired(t, target, 4)
	apply(t, target, changes[:2]...)
	changes[2].ManagerID = "nobody"
	f.spoil = func(method, _, body string) (int, string) {
		if method == http.MethodPost && strings.Contains(body, `"nobody"`) {
			return http.StatusNotFound, "there is no nobody"
		}
		return 0, ""
	}
	if n := carried(t, f, changes[2:], apply(t, target, changes[2:]...)); n != 1 || target.learned.carrying() != carryTaken {
		t.Errorf("%d creations had their manager in them, and it is %q", n, target.learned.carrying())
	}
}

// TestManagersAreLeftOutOnceTheyWereRefused: as often as it takes to believe it, and not again after a restart.
func TestManagersAreLeftOutOnceTheyWereRefused(t *testing.T) {
	f := newFake(t)
	target := f.open()
	changes := hired(t, target, 9)
	target.learnCarrying(carryTaken)
	tried := 0
	f.spoil = func(method, _, body string) (int, string) {
		if method == http.MethodPost && strings.Contains(body, directory.SchemaEnterprise) {
			tried++
			return http.StatusBadRequest, "no managers any more"
		}
		return 0, ""
	}
	carried(t, f, changes[:mostTrials], apply(t, target, changes[:mostTrials]...))
	carried(t, f, changes[mostTrials:], apply(t, target, changes[mostTrials:]...))
	if tried != mostTrials || target.learned.carrying() != carryRefused {
		t.Errorf("%d times; it is %q", tried, target.learned.carrying())
	}
	text, err := json.Marshal(target.learned.kept)
	if err != nil || !strings.Contains(string(text), `"managers":{"carried":"refused"`) {
		t.Error(string(text), err)
	}
}

// TestTrialsThatAreRefused: three are believed, whatever the service says; a day later one is tried again.
func TestTrialsThatAreRefused(t *testing.T) {
	f := newFake(t)
	target := f.open()
	changes := hired(t, target, 6)
	tried := 0
	f.spoil = func(method, _, body string) (int, string) {
		if method == http.MethodPost && strings.Contains(body, directory.SchemaEnterprise) {
			tried++
			return http.StatusConflict, "no managers"
		}
		return 0, ""
	}
	for i := range changes[:5] {
		carried(t, f, changes[i:i+1], apply(t, target, changes[i]))
	}
	if tried != mostTrials || target.learned.carrying() != carryRefused {
		t.Errorf("%d times; it is %q", tried, target.learned.carrying())
	}
	target.learned.kept.Managers.Since = time.Now().Add(-carryAgain)
	f.spoil = nil
	if n := carried(t, f, changes[5:], apply(t, target, changes[5])); n != 1 || target.learned.carrying() != carryTaken {
		t.Errorf("a day later: %d, %q", n, target.learned.carrying())
	}
}

// TestATrialThatCannotBeLookedAt ends no pass: the reference follows.
func TestATrialThatCannotBeLookedAt(t *testing.T) {
	for _, status := range []int{
		http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusNotFound, http.StatusInternalServerError, http.StatusNotImplemented,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			f := newFake(t)
			target := f.open()
			changes := hired(t, target, 3)
			f.spoil = func(method, path, _ string) (int, string) {
				if method == http.MethodGet && strings.HasPrefix(path, "/Users/") {
					return status, "nobody is shown"
				}
				return 0, ""
			}
			outcomes := apply(t, target, changes...)
			if n := f.count("GET /Users/"); n != 1 {
				t.Errorf("it is asked %d times", n)
			}
			if target.learned.carrying() != carryUnknown || len(f.resources) != 4 {
				t.Errorf("it is %q, and %d resources are online", target.learned.carrying(), len(f.resources))
			}
			for _, o := range outcomes {
				if o.Refusal != nil || o.ID == "" || o.Managed {
					t.Errorf("%+v", o)
				}
			}
		})
	}
}

// TestAServiceThatDropsManagersLater: what it answers counts, and where that shows nothing (Bulk, short answers) one of a batch is looked at.
func TestAServiceThatDropsManagersLater(t *testing.T) {
	for name, spoil := range map[string]func(*fake){
		"alone": func(*fake) {}, "in bulk": func(f *fake) { f.bulk = true }, "short answers": func(f *fake) { f.short = true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			spoil(f)
			target := f.open()
			changes := hired(t, target, 8)
			if n := carried(t, f, changes[:3], apply(t, target, changes[:3]...)); n != 3 {
				t.Fatalf("%d", n)
			}
			f.dropsManagers = true
			if n := carried(t, f, changes[3:], apply(t, target, changes[3:]...)); n != 0 {
				t.Errorf("%d are taken for ones with their manager", n)
			}
		})
	}
}

// TestAServiceThatStumblesOverManagers: a creation that it has made all the same is found, and nobody is made twice.
func TestAServiceThatStumblesOverManagers(t *testing.T) {
	for _, makes := range []bool{false, true} {
		t.Run(fmt.Sprintf("makes=%v", makes), func(t *testing.T) {
			f := newFake(t)
			f.twins = true
			target := f.open()
			changes := hired(t, target, 6)
			sent := 0
			f.spoil = func(method, path, body string) (int, string) {
				if method != http.MethodPost || !strings.Contains(body, directory.SchemaEnterprise) {
					return 0, ""
				}
				if sent++; makes && sent%stumblesOfTrial == 0 {
					f.post(path, []byte(body))
				}
				return http.StatusInternalServerError, "a null pointer"
			}
			for i := range changes {
				if o := apply(t, target, changes[i])[0]; o.Refusal != nil || o.ID == "" || o.Managed {
					t.Errorf("%+v", o)
				}
			}
			if len(f.resources) != 7 {
				t.Errorf("%d resources are online", len(f.resources))
			}
			if !makes && (sent != mostTrials*stumblesOfTrial || target.learned.carrying() != carryRefused) {
				t.Errorf("%d were sent with their managers, it is %q", sent, target.learned.carrying())
			}
		})
	}
}

// TestALostTrial: an answer that is lost leaves no twin, and one that names no id is looked up.
func TestALostTrial(t *testing.T) {
	for name, spoil := range map[string]func(w http.ResponseWriter) bool{
		"lost":  func(w http.ResponseWriter) bool { w.Header().Set("X-Lost", "yes"); return false },
		"no id": func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusCreated); return true },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, false, func(t *testing.T, f *fake, target *Target) {
				f.twins = true
				changes := hired(t, target, 5)
				first := true
				f.intercept = func(w http.ResponseWriter, r *http.Request, body string) bool {
					if r.Method != http.MethodPost || !first {
						return false
					}
					first = false
					if answered := spoil(w); answered {
						f.mu.Lock()
						defer f.mu.Unlock()
						f.post("/Users", []byte(body))
						return true
					}
					return false // carried out all the same
				}
				f.madeOnce(target, 6, changes)
			})
		})
	}
}

// TestATrialThatHasToWait waits as long as any other request.
func TestATrialThatHasToWait(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		bubble(t, false, func(t *testing.T, f *fake, target *Target) {
			changes := hired(t, target, 5)
			f.intercept = atFirst(5, func(w http.ResponseWriter) { w.WriteHeader(status) })
			if n := carried(t, f, changes, apply(t, target, changes...)); n != 5 {
				t.Errorf("status %d: %d creations had their manager in them", status, n)
			}
		})
	}
}

// TestObjectsThatStumbleCountOnce: that they are sent again without their managers makes no more of them.
func TestObjectsThatStumbleCountOnce(t *testing.T) {
	bubble(t, false, func(t *testing.T, f *fake, target *Target) {
		target.learnCarrying(carryTaken)
		changes := hired(t, target, 7)
		f.spoil = func(method, _, _ string) (int, string) {
			if method == http.MethodPost {
				return http.StatusInternalServerError, "stumbled"
			}
			return 0, ""
		}
		refused := 0
		for _, o := range apply(t, target, changes...) {
			if o.Refusal != nil {
				refused++
			}
		}
		if refused != 7 {
			t.Errorf("%d were refused", refused)
		}
	})
}

// TestATakenNameIsTriedOnce: it has nothing to do with the manager.
func TestATakenNameIsTriedOnce(t *testing.T) {
	f := newFake(t)
	target := f.open()
	target.learnCarrying(carryTaken)
	changes := hired(t, target, 2)
	tried := 0
	f.spoil = func(method, _, body string) (int, string) {
		if method == http.MethodPost && strings.Contains(body, "user-2@") {
			tried++
			return http.StatusConflict, "the name is taken"
		}
		return 0, ""
	}
	if o := apply(t, target, changes...); o[0].Refusal == nil || tried != 1 {
		t.Errorf("%+v after %d tries", o[0], tried)
	}
}
