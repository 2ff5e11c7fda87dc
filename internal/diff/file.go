package diff

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"syncd/internal/directory"
)

// A saved plan is one line of JSON, the Header, then the changes by operation, what is held and what is refused, each as a sequence of
// lines with their lengths in front, and at last the SHA-256 of everything before it. It holds no secret.

const planFormat = 1

// Header is what a saved plan knows beside its changes. Whoever saves a plan fills in the first part, up to Base; whoever reads one finds all.
type Header struct {
	ID      string    `json:"plan"` // of the pass that made it
	Made    time.Time `json:"made"`
	Kind    string    `json:"kind"` // "full" or "delta"
	Server  string    `json:"server"`
	Message string    `json:"message"`
	// Fingerprints identify the configuration that the plan was made by, section by section; Base is State.Identity of the state that it
	// started from.
	Fingerprints map[string]string `json:"fingerprints"`
	Base         string            `json:"base"`
	Commit       Commit            `json:"commit"`
	// Barred says why the plan can be looked at and not applied; empty where it can be.
	Barred string `json:"barred"`

	Format     int                    `json:"format"`
	Population int                    `json:"population"`
	Counts     map[string]int         `json:"counts"` // changes by operation
	Held       []directory.HeldCause  `json:"held"`
	Read       int                    `json:"read"`
	Unchanged  int                    `json:"unchanged"`
	Left       map[directory.Kind]int `json:"left"`
	Doubtful   bool                   `json:"doubtful"`
	TooMany    []*LimitError          `json:"too_many"`
	Retried    []directory.Anchor     `json:"retried"`
	HeldCount  int                    `json:"held_count"`
	KeptCount  int                    `json:"kept_count"`
	Sections   []Section              `json:"sections"` // one for each of Ops, what is held, what is refused
}

// Commit is what ends the pass that applies the plan.
type Commit struct {
	State   State              `json:"state"`
	Full    bool               `json:"full"`
	Started time.Time          `json:"started"`
	Again   []directory.Anchor `json:"again"`
}

// Section says how many lines, and how many bytes, one part of a saved plan has.
type Section struct {
	Lines int   `json:"lines"`
	Bytes int64 `json:"bytes"`
}

// Identity tells two states apart: it changes with everything that a pass leaves for the next.
func (s *State) Identity() (string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("the state: %w", err)
	}
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:]), nil
}

// sections are the parts of a plan in the order in which they are saved.
func (p *Plan) sections() []*lines {
	list := make([]*lines, 0, len(Ops())+2)
	for _, op := range Ops() {
		list = append(list, &p.spool.stages[op])
	}
	return append(list, &p.held, &p.refused)
}

// Write writes the plan with its header. Equal plans under equal headers are equal bytes.
func (p *Plan) Write(to io.Writer, h Header) error {
	h.Format, h.Population, h.Read, h.Unchanged, h.Left, h.Doubtful, h.TooMany = planFormat, p.Population, p.Read, p.Unchanged, p.Left, p.Doubtful, p.TooMany
	h.Retried, h.Held, h.HeldCount, h.KeptCount, h.Counts, h.Sections = p.Retried, p.Causes(), p.heldCount, p.keptCount, map[string]int{}, nil
	for _, op := range Ops() {
		if n := p.Count(op); n > 0 {
			h.Counts[op.String()] += n
		}
	}
	sections := p.sections()
	for _, l := range sections {
		h.Sections = append(h.Sections, Section{l.count, l.size})
	}
	head, err := json.Marshal(&h)
	if err != nil {
		return fmt.Errorf("the header of the plan: %w", err)
	}
	digest := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(to, digest), 64<<10)
	parts := []io.Reader{bytes.NewReader(append(head, '\n'))}
	for _, l := range sections {
		r, err := l.open()
		if err != nil {
			return err
		}
		parts = append(parts, r)
	}
	if _, err := io.Copy(out, io.MultiReader(parts...)); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	if _, err := to.Write(digest.Sum(nil)); err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	return nil
}

// WriteFile saves the plan in a file that only its owner may read: whole, or not at all.
func (p *Plan) WriteFile(path string, h Header) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".plan-*.part")
	if err != nil {
		return &directory.Fault{Cause: "the plan cannot be written: " + err.Error(), Remedy: "name a file in a folder that syncd may write to", Err: err}
	}
	err = errors.Join(p.Write(f, h), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(&directory.Fault{
			Cause: "the plan cannot be written to " + path + ": " + err.Error(), Remedy: "make room there, or name another file", Err: err,
		}, os.Remove(f.Name()))
	}
	return nil
}
