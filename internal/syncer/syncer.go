package syncer

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// Options are what a syncer works with.
type Options struct {
	// Open connects to the source for one pass. known are the scope's containers as the last pass found them.
	Open    func(ctx context.Context, known []directory.Container) (Session, error)
	Target  Target
	Store   Store
	Metrics Metrics
	Log     *zap.Logger
	Now     func() time.Time
	Safety  SafetyConfig
	// Schedule tells whether a full pass was missed; what runs the passes is the Loop.
	Schedule ScheduleConfig
	Kinds    []directory.Kind
	Rules    *mapping.Rules
	// Domains completes what the online directory tells about its domains with what the configuration says.
	Domains func(told mapping.Domains) mapping.Domains
	// FilterAttributes are the attributes that the scope's filter names.
	FilterAttributes []string
	// OwnAnchors says that the anchor of an object may be another one than its objectGUID.
	OwnAnchors bool
	// Fingerprints identify, by section of the configuration, everything that decides what is read and what it becomes. When one differs
	// from that of the last pass, a full pass follows.
	Fingerprints map[string]string
	// Fork copies the store for a dry run that verifies. Closing the copy removes it.
	Fork func() (Store, func() error, error)
	// Batch is how many changes are sent together, and then acknowledged in one transaction; 0 means 500.
	Batch int
}

// Syncer runs passes, one at a time.
type Syncer struct {
	Options
	progress atomic.Pointer[directory.Progress]
}

// defaultBatch is as many changes as one request can have at most services that take several.
const defaultBatch = 500

// New returns a syncer.
func New(options Options) *Syncer {
	options.Batch = cmp.Or(options.Batch, defaultBatch)
	return &Syncer{Options: options}
}

// Request asks for a pass.
type Request struct {
	ID      string // from NewID
	Trigger string // what asked: "start", "schedule", "retry", "signal", "endpoint", "now"
	Full    bool   // read everything
	Verify  bool   // read what is online too, and repair what differs there; a pass that verifies is a full one
	DryRun  bool   // stop before the first write
	Save    string // the file that a dry run writes its plan to
	Saved   string // the file of a saved plan: apply exactly that instead of reading
}

// NewID returns a pass id: a ULID, so that ids sort by time.
func NewID() string { return ulid.Make().String() }

// Progress is where the running pass stands, nil when none runs.
func (s *Syncer) Progress() *directory.Progress { return s.progress.Load() }

// RunOnce makes one pass: read, map, plan, check, apply, commit. The record says how it ended; the error, if any, why it did not end
// well. A pass that failed has moved no watermark: the next one repeats it.
func (s *Syncer) RunOnce(ctx context.Context, request Request) (directory.PassRecord, error) {
	p := s.begin(request)
	defer s.progress.Store(nil)
	quiet := s.goesOn(ctx, p)
	err := remedied(s.run(ctx, p))
	quiet()
	record, err := s.end(ctx, p, err)
	s.tell(ctx, p)
	return record, err
}

type step func(context.Context, *pass) error

func (s *Syncer) run(ctx context.Context, p *pass) error {
	defer p.close()
	steps := []step{
		s.connect, // both sides answer, the scope's containers are found
		s.verify,  // where it is asked for: what is really online enters the snapshot
		s.read,    // read, map and compare: the whole plan is made
	}
	if p.request.Saved != "" {
		steps = []step{s.load} // the plan was made before
	}
	steps = append(steps, s.check) // limits; a dry run ends here
	if !p.request.DryRun {
		steps = append(steps, s.writing()...)
	}
	for _, step := range steps {
		if err := step(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// pass is the state of one run of RunOnce.
type pass struct {
	request Request
	record  directory.PassRecord
	log     *zap.Logger
	started time.Time

	opened      bool // the online directory answers
	session     Session
	store       Store                         // the memory that the plan is compared with: a copy in a dry run that verifies
	release     func() error                  // removes that copy
	containers  []directory.Container         // where the scope's containers and groups are
	pilot       map[directory.Anchor]struct{} // who alone is synchronised; nil: everybody
	domains     mapping.Domains
	fingerprint string            // of everything that decides what is read and what it becomes
	state       diff.State        // of the last pass
	interrupted *diff.Interrupted // a pass that did not end, nil where there is none
	full        bool
	veiled      bool // an attribute of the scope's filter cannot be seen
	blind       bool // deletions cannot be seen
	plan        *diff.Plan
	// watermark is how far the source has been read, kept only by commit.
	watermark  directory.Watermark
	warnings   []string           // for the report
	adopted    int                // objects that were online already
	foreign    int                // memberships that belong to other domains
	strange    []directory.Anchor // online under an anchor that nobody acknowledged, in ascending order
	unseen     []directory.Anchor // changed while the account could not read them
	foreigners []string           // the first of them
	conflicts  []diff.Change      // what met something of the same name, to be sent once more
	lastTry    bool               // conflicts are refusals now
	takeovers  takeovers          // accounts of nobody that creations could take over
	managers   *managers          // whom creations can have in them
	drift      *diff.Drift        // what the verification found, nil where there was none
	again      []directory.Anchor // all that it looked at although nothing changed in Active Directory

	stage        string // that runs, since stageStarted
	stageStarted time.Time
	expected     int // how many objects there will be about, 0 for not known
	times        []directory.StageTime
	refusals     []directory.RefusedObject // the first of this pass
}

func (s *Syncer) begin(r Request) *pass {
	p := &pass{request: r, started: s.Now(), store: s.Store, log: s.Log.With(zap.String("pass", r.ID))}
	p.record = directory.PassRecord{Pass: directory.Pass{ID: r.ID}, Started: p.started, Trigger: r.Trigger, DryRun: r.DryRun}
	s.report(p, "connect", 0, 0)
	return p
}

// warn tells the log, and whoever reads the report, what a pass can do only in part.
func (p *pass) warn(words string) {
	p.log.Warn(words, zap.String("server", p.record.Server))
	p.warnings = append(p.warnings, words)
}

func (p *pass) close() {
	if p.session != nil {
		p.session.Close()
	}
	var err error
	if p.plan != nil {
		err = p.plan.Close()
	}
	if p.release != nil {
		err = errors.Join(err, p.release())
	}
	if err != nil {
		p.log.Warn("temporary files of the pass stay behind", zap.Error(err))
	}
}
