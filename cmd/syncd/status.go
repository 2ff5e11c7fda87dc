package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"syncd/internal/console"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/store"
)

// statusCommand is `syncd status`.
type statusCommand struct {
	configFlag
	Refused bool `help:"List everything that is refused, with the time of the next try."`
	Held    bool `help:"List everything that is held, with the plan it is decided about."`
	JSON    bool `name:"json" help:"Print one JSON object."`
}

// Run asks the running daemon, or reads the state where none runs.
func (s *statusCommand) Run(ctx context.Context, std streams) error {
	if s.Refused && s.Held {
		return both("--refused", "--held")
	}
	c, err := loadConfig(s.Config)
	switch {
	case err != nil:
		return err
	case s.Refused:
		return s.refused(ctx, c, std)
	case s.Held:
		return s.held(ctx, c, std)
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return err
	}
	status, err := client.Status(ctx)
	if errors.Is(err, control.ErrNoDaemon) {
		status, err = fromState(c)
	}
	if err != nil {
		return err
	}
	if s.JSON {
		return json.NewEncoder(std.out).Encode(status)
	}
	printStatus(std, status, time.Now())
	return nil
}

// fromState is the status that the last pass left, where no daemon runs.
func fromState(c *config) (_ *control.Status, err error) {
	state, found, err := store.OpenReadOnly(c.State.Dir)
	if err != nil {
		return nil, err
	}
	if !found { // the folder is there, for example made by the installation
		return &control.Status{
			Version: version, Objects: map[string]int{}, Containers: []control.Container{}, Certificates: map[string]time.Time{},
			Refused: []directory.RefusedObject{}, Held: []directory.HeldObject{}, Plans: []directory.HeldPlan{},
		}, nil
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return lastKnown(state)
}

// lastKnown is what the state tells.
func lastKnown(state *store.Store) (*control.Status, error) {
	known, err := state.State()
	if err != nil {
		return nil, err
	}
	s := &control.Status{
		Version: version, SyncedTo: known.SyncedTo, Watermark: known.Watermark.ReadAt, Objects: map[string]int{}, Containers: []control.Container{},
		Certificates: map[string]time.Time{},
	}
	if !known.Blind {
		s.DeletionsKnownUntil = known.Watermark.Until()
	}
	for _, c := range known.Containers {
		s.Containers = append(s.Containers, control.Container(c))
	}
	present, err := state.Present()
	if err != nil {
		return nil, err
	}
	for _, kind := range directory.Kinds() {
		s.Objects[kind.String()] = present[kind]
	}
	last, err := state.Passes(1)
	if err != nil {
		return nil, err
	}
	if len(last) > 0 {
		s.Last = &last[0]
	}
	refused, n, err := state.FirstRefused(control.ListedObjects)
	if err != nil {
		return nil, err
	}
	s.RefusedCount, s.Refused = n, append([]directory.RefusedObject{}, refused...)
	plans, err := state.HeldPlans()
	if err != nil {
		return nil, err
	}
	s.Plans = append([]directory.HeldPlan{}, plans...)
	for _, p := range plans {
		if p.Decision != directory.DecisionRejected {
			s.HeldCount += p.Changes
		}
	}
	held, err := state.Held(control.ListedObjects)
	s.Held = append([]directory.HeldObject{}, held...)
	return s, err
}

func printStatus(std streams, s *control.Status, now time.Time) {
	out := std.out
	if s.Started.IsZero() {
		fmt.Fprintln(out, "no daemon runs; this is what the last pass left")
	} else {
		fmt.Fprintf(out, "running since %s · next pass %s\n", s.Started.Local().Format("Mon 15:04"), s.Next.Local().Format("Mon 15:04"))
	}
	switch {
	case s.Running != nil:
		fmt.Fprintln(out, "a pass is running:", console.Stage(s.Running, now))
	case s.Last == nil:
		fmt.Fprintln(out, "no pass has ended yet")
	}
	if s.Last != nil {
		printWrapped(out, fmt.Sprintf("last pass %s: %s, %s", s.Last.Started.Local().Format("Mon 15:04"), s.Last.Kind, ending(s.Last)))
		if s.Last.Message != "" {
			printWrapped(out, s.Last.Message)
		}
	}
	if !s.SyncedTo.IsZero() {
		fmt.Fprintf(out, "sync lag %s\n", now.Sub(s.SyncedTo).Round(time.Second))
	}
	people := "people"
	if s.Objects["user"] == 1 {
		people = "person"
	}
	held := humanize.Comma(int64(s.HeldCount)) + " held"
	if s.Last != nil && heldWhole(s.Last) {
		held += ", and the last pass as a whole"
	}
	fmt.Fprintf(out, "%s %s · %s %s · %s %s · %s refused · %s\n", humanize.Comma(int64(s.Objects["user"])), people,
		humanize.Comma(int64(s.Objects["group"])), plural(s.Objects["group"], "group"), humanize.Comma(int64(s.Objects["contact"])),
		plural(s.Objects["contact"], "contact"), humanize.Comma(int64(s.RefusedCount)), held)
	if left := deadlines(s, now); left != "" {
		printWrapped(out, left)
	}
	for _, r := range s.Refused {
		printWrapped(out, fmt.Sprintf("  refused  %s: %s (%s)", console.Clean(r.Name), console.Clean(r.Reason), nextTry(&r)))
	}
	if more := s.RefusedCount - len(s.Refused); more > 0 {
		printWrapped(out, fmt.Sprintf("  … and %s more: see `syncd status --refused`", console.Count(more)))
	}
	for _, p := range s.Plans {
		printHeldPlan(out, &p)
	}
}

// nextTry is when a refused object is tried again.
func nextTry(r *directory.RefusedObject) string {
	if store.TriedInEveryPass(r) {
		return "tried again with every pass"
	}
	return "next try " + r.Next.Local().Format("Mon 15:04")
}
