package tenant

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// Resolver looks up CNAME records.
type Resolver interface {
	// CNAME returns what a name is an alias of, "" where the name exists and is none. A name that does not exist is ErrNoName. Every other error
	// says in words why nobody knows; a *directory.Fault says that this computer cannot look up anything.
	CNAME(ctx context.Context, name string) (string, error)
}

// ErrNoName is a Resolver's answer that a name does not exist.
var ErrNoName = errors.New("the name does not exist")

// WithResolver sets what VerifyDomain asks.
func WithResolver(r Resolver) Option { return func(t *Tenant) { t.resolver = r } }

// VerifyDomain looks for the CNAME record and keeps what it found: the domain is returned as it is then. A verified domain stays verified,
// and nobody looks again. That the record is missing or wrong is no error, but Failure.
func (t *Tenant) VerifyDomain(ctx context.Context, name string) (d Registered, err error) {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return d, err
	}
	name = storedDomain(name)
	err = t.Read(ctx, func(r *Reader) error {
		d, err = r.oneDomain(ctx, name)
		return err
	})
	if err != nil || d.Verified {
		return d, err
	}
	if t.resolver == nil {
		return d, mistake("this directory knows no name server to ask", "start it with --resolver")
	}
	target, err := t.resolver.CNAME(ctx, d.Record) // outside of any transaction: it waits for a network
	if _, unable := errors.AsType[*directory.Fault](err); unable || ctx.Err() != nil {
		return d, errors.Join(err, ctx.Err())
	}
	failure := d.judge(target, err)
	err = t.Write(ctx, func(w *Writer) error {
		now, err := w.oneDomain(ctx, name)
		if err != nil {
			return err
		}
		if now.Record != d.Record || now.Verified { // removed and added again in the meantime, or verified by somebody else
			d = now
			return nil
		}
		if _, err := w.exec(ctx, "UPDATE domain SET verified = ?, checked = ?, failure = ? WHERE name = ?", failure == "", t.now().UnixMilli(), failure, name); err != nil {
			return fmt.Errorf("keep what was found about the domain %s: %w", name, err)
		}
		if d, err = w.oneDomain(ctx, name); err != nil || !d.Verified {
			return err // a look-up that found nothing changes nothing that others must know
		}
		return w.note(ctx, DidVerifyDomain, "", d.Readable, "")
	})
	return d, err
}

// judge says why what a look-up found is no proof; empty where it is.
func (r Registered) judge(target string, err error) string {
	const later = "try again after propagation, which can take some hours"
	switch {
	case errors.Is(err, ErrNoName):
		return fmt.Sprintf("There is no record %s yet. Create it, as a CNAME record that leads to %s; where that is done already, %s.", r.Record, r.Target, later)
	case err != nil:
		return fmt.Sprintf("Nobody could say whether the record is there: %s. Look at the name servers of %s, then %s.", err, r.Readable, later)
	case target == "":
		return fmt.Sprintf("There is something at %s, but it is no CNAME record. Replace it by one that leads to %s, then %s.", r.Record, r.Target, later)
	case !strings.EqualFold(strings.TrimSuffix(target, "."), r.Target):
		return fmt.Sprintf("The record %s leads to %s instead of %s. Correct it, then %s.", r.Record, target, r.Target, later)
	}
	return ""
}
