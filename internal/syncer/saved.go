package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// onlineDomains is what decides about objects beside the configuration: what the online directory tells about its domains.
const onlineDomains = "the verified domains of the online directory"

// planned identify everything that a plan depends on: what decides about objects, and the limits.
func (s *Syncer) planned(p *pass) map[string]string {
	prints := s.fingerprints(p)
	prints["the limits of safety"] = fmt.Sprint(s.Safety.limits())
	return prints
}

// fingerprints identify the configuration and what the online directory tells about its domains.
func (s *Syncer) fingerprints(p *pass) map[string]string {
	prints := maps.Clone(s.Fingerprints)
	prints[onlineDomains] = strings.Join(p.domains.Verified, ",") + " " + p.domains.Routing
	return prints
}

// fingerprint is all of it in one.
func (s *Syncer) fingerprint(p *pass) string {
	sum := sha256.New()
	prints := s.fingerprints(p)
	for _, section := range slices.Sorted(maps.Keys(prints)) {
		fmt.Fprintf(sum, "%s=%s\n", section, prints[section])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// save writes the plan of a dry run to the file that was asked for.
func (s *Syncer) save(p *pass) error {
	if p.request.Save == "" {
		return nil
	}
	barred := ""
	switch {
	case p.drift != nil && p.drift.Repairs() > 0: // it was compared with a corrected copy of the snapshot
		barred = "it repairs what others changed online, which only a pass that has looked there itself can do (`syncd --now --verify`)"
	case p.interrupted.CutShort():
		barred = "the pass " + p.interrupted.Pass + " was interrupted before, and what it left behind must be found first (`syncd --now`)"
	}
	if barred != "" {
		p.warn("this plan can be looked at, not applied: " + barred)
	}
	from, err := p.state.Identity()
	if err != nil {
		return err
	}
	s.settle(p)
	return p.plan.WriteFile(p.request.Save, diff.Header{
		ID: p.record.ID, Made: s.Now(), Kind: p.record.Kind, Server: p.record.Server, Message: p.record.Message, Fingerprints: s.planned(p), Base: from, Barred: barred,
		Commit: diff.Commit{State: p.next(), Full: p.full, Started: p.started, Again: p.again},
	})
}

// load takes a saved plan in place of one that is made: as it is, or not at all.
func (s *Syncer) load(ctx context.Context, p *pass) error {
	return s.timed(p, "connect", func() (err error) {
		if err := s.begun(ctx, p); err != nil {
			return err
		}
		var h *diff.Header
		if p.plan, h, err = diff.OpenFile(p.request.Saved); err != nil {
			return err
		}
		p.setKind(h.Commit.Full)
		p.log.Info("pass begins", zap.String("kind", p.record.Kind), zap.String("why", "it applies the plan "+h.ID))
		if err := s.fits(p, h); err != nil {
			return err
		}
		if err := s.recheck(ctx, p, h); err != nil {
			return err
		}
		p.record.Server, p.record.Read, p.record.Unchanged, p.record.Held = h.Server, p.plan.Read, p.plan.Unchanged, p.plan.HeldCount()
		p.watermark, p.containers, p.again, p.started = h.Commit.State.Watermark, h.Commit.State.Containers, h.Commit.Again, h.Commit.Started
		p.unseen, p.blind, p.veiled = h.Commit.State.Unseen, h.Commit.State.Blind, h.Commit.State.Veiled
		return nil
	})
}

// fits refuses a plan that is not about what is known now.
func (s *Syncer) fits(p *pass, h *diff.Header) error {
	if h.Barred != "" {
		return stale(h, h.Barred)
	}
	if h.Commit.State.Origin != p.state.Origin {
		return stale(h, "it was made with another state file")
	}
	now := s.planned(p)
	var changed []string
	for section, was := range h.Fingerprints {
		if now[section] != was {
			changed = append(changed, section)
		}
	}
	slices.Sort(changed)
	if len(changed) > 0 {
		return stale(h, "the configuration changed since ("+strings.Join(changed, ", ")+")")
	}
	if p.interrupted.CutShort() {
		return stale(h, "the pass "+p.interrupted.Pass+" was interrupted since, and what it left behind must be found first (`syncd --now`)")
	}
	misfit, err := p.plan.Fits(p.store)
	if err != nil {
		return err
	}
	if misfit != nil {
		return stale(h, misfit.Error())
	}
	base, err := p.state.Identity()
	if err == nil && base != h.Base {
		err = stale(h, "a pass has read Active Directory since (at "+p.state.Watermark.ReadAt.Format("2006-01-02 15:04:05 MST")+")")
	}
	return err
}

func stale(h *diff.Header, why string) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "the plan " + h.ID + " does not fit any more: " + why + "; nothing was changed", Remedy: "make a new one with `syncd plan -o FILE`",
	}
}
