package page

import (
	"errors"
	"net/http"
	"time"

	"syncd/internal/control"
	"syncd/internal/directory"
)

const (
	shownPasses = 40
	shownHeld   = 200 // changes of one plan
)

// overview is the data of the first page.
type overview struct {
	Title   string
	Level   string // "good", "careful" or "bad"
	Health  string
	Status  *control.Status
	Lag     time.Duration
	Passes  []directory.PassRecord
	Bars    []bar
	SignOut bool
	More    int // refused objects that are not shown
}

func (s *server) overview(w http.ResponseWriter, _ *http.Request) {
	status, err := s.Daemon.Status()
	passes, errPasses := s.Daemon.Passes(shownPasses)
	if err := errors.Join(err, errPasses); err != nil {
		s.fail(w, err)
		return
	}
	now := s.Now()
	data := overview{Title: "syncd", Status: status, Passes: passes, Bars: barsOf(passes), SignOut: s.Token != "", More: status.RefusedCount - len(status.Refused)}
	data.Level, data.Health = health(status, now)
	if !status.SyncedTo.IsZero() {
		data.Lag = now.Sub(status.SyncedTo)
	}
	s.show(w, http.StatusOK, "overview.html", data)
}

func (s *server) pass(w http.ResponseWriter, r *http.Request) {
	p, err := s.Daemon.Pass(r.PathValue("id"))
	switch {
	case err != nil:
		s.fail(w, err)
	case p == nil:
		s.trouble(w, http.StatusNotFound, "The history has no pass with this id that has ended.")
	default:
		s.show(w, http.StatusOK, "pass.html", map[string]any{"Title": "Pass " + p.ID, "Pass": p})
	}
}

func (s *server) plan(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	status, err := s.Daemon.Status()
	if err != nil {
		s.fail(w, err)
		return
	}
	for i := range status.Plans {
		if p := &status.Plans[i]; p.ID == id {
			held, err := s.heldIn(id)
			if err != nil {
				s.fail(w, err)
				return
			}
			s.show(w, http.StatusOK, "plan.html", map[string]any{"Title": "Held plan " + id, "Plan": p, "Held": held, "More": p.Changes - len(held)})
			return
		}
	}
	s.trouble(w, http.StatusNotFound, "Nothing is held under this plan any more: it was decided about and carried out, or it healed.")
}

// heldIn are the first changes of a plan.
func (s *server) heldIn(plan string) (list []directory.HeldObject, err error) {
	for after := ""; ; {
		page, err := s.Daemon.Held(after, control.LongestList)
		if err != nil {
			return nil, err
		}
		for _, h := range page.Held {
			if h.Plan == plan && len(list) < shownHeld {
				list = append(list, h)
			}
		}
		if after = page.Next; after == "" || len(list) == shownHeld {
			return list, nil
		}
	}
}

func (s *server) sync(w http.ResponseWriter, r *http.Request) {
	s.Daemon.Trigger(control.SyncRequest{})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *server) decide(d directory.Decision) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.Daemon.Decide(r.PathValue("id"), d); err != nil {
			s.fail(w, err)
			return
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}
