package simulation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"syncd/internal/directory"
)

// The secrets that must never show (law 10).
const (
	adminPassword   directory.Secret = "planted-Administrator-passw0rd"
	servicePassword directory.Secret = "planted-Service-passw0rd"
)

var errKilled = errors.New("the process was killed")

// world is everything at one moment of a history: the company's forest, the online directory, and syncd between them.
type world struct {
	dir     string
	network *network
	forest  *forest
	online  *online
	syncd   *process
	watch   *watch
	plan    *savedPlan // the last that was saved, nil for none
	said    *capture   // all that syncd and its errors ever said
	broken  []string   // laws that do not hold

	mu      sync.Mutex
	running bool // a pass is under way
	steps   int  // boundaries that it has crossed
	killAt  int  // the boundary at which the process is killed, 0 for none
	dead    bool
	kill    context.CancelCauseFunc
	during  map[int]history // what happens in Active Directory at a boundary
	trace   io.Writer       // tells the story while it happens, nil for nobody
}

// capture keeps what is written, from any goroutine.
type capture struct {
	mu sync.Mutex
	bytes.Buffer
}

func (c *capture) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Buffer.Write(b)
}

func (c *capture) log() *zap.Logger {
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(c), zap.DebugLevel))
}

// settings are how one history is configured: the words of its first event, "setup".
type settings struct {
	keep       bool // on_departure: block
	reactivate bool
	limit      int
	percent    float64
	blocks     int // the most accounts that a pass may block
	members    int // the most members that it may take from a group
	changes    string
	matching   string
	pilot      bool // only the members of a group are synchronised
	filter     bool
	ownAnchors bool // anchors come from mS-DS-ConsistencyGuid where that is set
	domains    bool // the online directory knows the company's domains
	recycle    bool // the forest has a recycle bin
	bulk       bool
	part       int // entries of a page, of a DirSync batch, and values of a range
}

func settingsOf(e event) settings {
	s := settings{
		keep: e.has("keep"), reactivate: !e.has("no-reactivation"), limit: 500, percent: 100, blocks: 500, members: 500, changes: "auto", recycle: !e.has("no-recycle-bin"),
		bulk: !e.has("no-bulk"), part: 1000, pilot: e.has("pilot"), filter: e.has("filter"), ownAnchors: e.has("own-anchors"), domains: e.has("domains"), matching: "report",
	}
	if n, err := strconv.Atoi(e.value("limit")); err == nil {
		s.limit = n
	}
	if n, err := strconv.Atoi(e.value("blocks")); err == nil {
		s.blocks = n
	}
	if n, err := strconv.Atoi(e.value("members")); err == nil {
		s.members = n
	}
	if n, err := strconv.ParseFloat(e.value("percent"), 64); err == nil {
		s.percent = n
	}
	if n, err := strconv.Atoi(e.value("part")); err == nil {
		s.part = n
	}
	if v := e.value("matching"); v != "" {
		s.matching = v
	}
	if v := e.value("changes"); v != "" {
		s.changes = v
	}
	return s
}

// live plays a history in a fresh world and returns the laws that it breaks, none if all is well. It must run in a synctest bubble.
func live(t *template, h history, trace io.Writer) (broken []string, err error) {
	dir, err := os.MkdirTemp(t.place, "syncd-simulation-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w := &world{dir: dir, network: newNetwork(), said: &capture{}, trace: trace}
	first := event{}
	if len(h) > 0 && h[0].verb == "setup" {
		first = h[0]
	}
	if err := w.build(t, settingsOf(first)); err != nil {
		return nil, errors.Join(err, w.close())
	}
	defer func() { err = errors.Join(err, w.close()) }()
	for i, e := range append(h[:len(h):len(h)], say("settle")) {
		if e.verb == "setup" {
			continue
		}
		if err := w.happen(e); err != nil {
			return nil, fmt.Errorf("line %d, %s: %w", i+1, e, err)
		}
		if len(w.broken) > 0 {
			return append(w.broken, fmt.Sprintf("after line %d of %d: %s", i+1, len(h), e)), nil
		}
	}
	w.checkSecrets(t)
	return w.broken, nil
}

func (w *world) build(t *template, s settings) (err error) {
	w.watch = newWatch(w)
	if w.forest, err = newForest(w, s); err != nil {
		return err
	}
	if w.online, err = openOnline(w, t, filepath.Join(w.dir, "online"), s.bulk); err != nil {
		return err
	}
	if s.domains {
		if err := errors.Join(w.online.domain(companyDomain, true), w.online.domain(formerDomain, false)); err != nil {
			return err
		}
	}
	w.syncd, err = newProcess(w, t, s)
	return err
}

func (w *world) close() error {
	var errs []error
	if w.syncd != nil {
		errs = append(errs, w.syncd.stop())
	}
	if w.online != nil {
		errs = append(errs, w.online.close())
	}
	if w.forest != nil {
		errs = append(errs, w.forest.close())
	}
	return errors.Join(errs...)
}

// fail notes that a law does not hold.
func (w *world) fail(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, fmt.Sprintf(format, args...))
}

func (w *world) tell(format string, args ...any) {
	if w.trace != nil {
		fmt.Fprintf(w.trace, format+"\n", args...)
	}
}

// happen lets one event happen. The error is one of the simulation itself.
func (w *world) happen(e event) error {
	time.Sleep(time.Minute) // no two things happen at the same moment
	w.tell("%s  %s", time.Now().Format("01-02 15:04"), e)
	if w.plan != nil && e.verb != "apply" { // time alone lets accounts expire
		w.plan.fresh = false
	}
	switch e.verb {
	case "pass":
		return w.pass(e)
	case "plan":
		return w.save(e)
	case "apply":
		return w.applySaved(e)
	case "settle":
		return w.settle(e)
	case "wait":
		hours, err := strconv.Atoi(e.arg(0))
		if err != nil {
			return err
		}
		return w.wait(time.Duration(hours) * time.Hour)
	case "lose-state":
		return w.syncd.loseState()
	case "lag":
		w.forest.replicas[1].lags = true
		return nil
	case "replicate":
		w.forest.replicate()
		return nil
	case "down", "up":
		w.network.cut(e.arg(0)+".corp.example:636", e.verb == "down")
		return nil
	case "from-snapshot", "from-backup":
		return w.putBack(atoi(e.arg(0)), e.verb == "from-snapshot")
	case "approve", "reject":
		return w.decide(e)
	}
	if unknown, err := w.scopeUnknown(e); err != nil || unknown {
		return err
	}
	if do := onPremises()[e.verb]; do != nil {
		w.forest.did(do(w.forest, e))
		return nil
	}
	if do := atAdministrators()[e.verb]; do != nil {
		return do(w.online, e)
	}
	return fmt.Errorf("there is no event %q", e.verb)
}

// decide is an operator's answer to what is held.
func (w *world) decide(e event) error {
	answers := map[string]directory.Decision{"approve": directory.DecisionApproved, "reject": directory.DecisionRejected}
	return w.syncd.decide(answers[e.verb], atoi(e.arg(0)))
}

// scopeUnknown reports whether an event renames or moves a unit of the configuration that syncd has never seen, and could not follow.
func (w *world) scopeUnknown(e event) (bool, error) {
	if e.verb != "rename" && e.verb != "move" || !slices.Contains(append(units(), pilot), e.arg(0)) {
		return false, nil
	}
	state, err := w.syncd.store.State()
	return len(state.Containers) == 0, err
}

// wait lets time pass. The online directory looks into its recycle bin every hour: over months that is what would take most of the
// time, so it is closed meanwhile.
func (w *world) wait(d time.Duration) error {
	if d < 12*time.Hour {
		time.Sleep(d)
		return nil
	}
	if err := w.online.dir.Close(); err != nil {
		return err
	}
	time.Sleep(d)
	return w.online.open()
}

// boundary is crossed before and after everything that syncd asks of the outside: pages, requests, writes to the disk. It is where the
// process is killed: from then on nothing that it does has an effect.
func (w *world) boundary(where string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.running {
		return nil
	}
	w.steps++
	if w.steps == w.killAt {
		w.tell("    killed at boundary %d (%s)", w.steps, where)
		w.dead = true
		w.kill(errKilled)
	}
	if w.dead {
		return errKilled
	}
	for _, e := range w.during[w.steps] {
		w.tell("    meanwhile: %s", e)
		if do := onPremises()[e.verb]; do != nil {
			w.forest.did(do(w.forest, e))
			w.watch.stirred = true
			w.watch.see()
		} else if err := errors.Join(w.decide(e), w.watch.limits.decide(w)); err != nil {
			return err
		}
	}
	return nil
}

// checkSecrets is law 10.
func (w *world) checkSecrets(t *template) {
	for _, secret := range []directory.Secret{adminPassword, servicePassword, t.token} {
		if i := strings.Index(w.said.String(), secret.Reveal()); i >= 0 {
			said := w.said.String()
			w.fail("law 10: a secret shows: ...%s", said[max(0, i-200):min(len(said), i+60)])
		}
		for _, path := range []string{filepath.Join(w.syncd.dir, "state.db"), w.planFile()} {
			if content, err := os.ReadFile(path); err == nil && bytes.Contains(content, []byte(secret.Reveal())) {
				w.fail("law 10: a secret is in the file %s", filepath.Base(path))
			}
		}
	}
}
