package bench

import (
	"context"
	"path/filepath"

	"syncd/internal/bench/openldap"
	"syncd/internal/bench/process"
	"syncd/internal/bench/report"
)

// asked makes sure that a full pass has asked for pages, so that others can ask for the same. Before the first pass a trial does.
func (w *world) asked(ctx context.Context) (r reader, err error) {
	if w.main == nil {
		if w.main, err = w.install(ctx, "main"); err != nil {
			return r, err
		}
		if _, _, err := w.main.sync(ctx, "--dry-run"); err != nil {
			return r, err
		}
	}
	r.Domain, r.Least = w.domain.Info, w.domain.Objects
	r.Asked, err = w.domain.Asked(ctx)
	return r, err
}

// ldapsearch reads the same entries with OpenLDAP's client, and throws them away.
func (r reader) ldapsearch(ctx context.Context) (process.Use, error) {
	program, err := openldap.Program("ldapsearch")
	if err != nil {
		return process.Use{}, err
	}
	args := []string{
		"-x", "-LLL", "-o", "ldif-wrap=no", "-H", r.Domain.URL, "-D", r.Domain.User, "-y", r.Domain.Password, "-b", r.Asked.Base,
		"-E", "pr=1000/noprompt", r.Asked.Filter,
	}
	return process.Run(ctx, process.Spec{Path: program, Args: append(args, r.Asked.Attributes...), Env: []string{"LDAPTLS_CACERT=" + r.Domain.CAFile}})
}

// compared are the figures of one repetition as shares of ldapsearch's.
type compared struct{ wall, cpu []float64 }

func (c *compared) add(use, of process.Use) {
	c.wall = append(c.wall, use.Wall.Seconds()/of.Wall.Seconds())
	c.cpu = append(c.cpu, use.CPU.Seconds()/of.CPU.Seconds())
}

// reading compares full reads.
func (r *run) reading(ctx context.Context) error {
	read, err := r.largest().asked(ctx)
	if err != nil {
		return err
	}
	if r.Profile != "" {
		read.Profile = filepath.Join(r.Profile, "read.pprof")
	}
	var ours, plain compared
	var pages []float64 // without what syncd asks for beside the pages
	for n := range r.Repeat {
		search, err := read.ldapsearch(ctx)
		if err != nil {
			return err
		}
		var use process.Use
		served, err := r.largest().domain.ServedFor(ctx, func() (err error) {
			use, err = r.play(ctx, roleRead, read)
			return err
		})
		if err != nil {
			return err
		}
		ours.add(use, search)
		pages = append(pages, (use.Wall-served.Beside).Seconds()/search.Wall.Seconds())
		r.say("ldapsearch %.2f s (%.2f s of processors), our reader %.2f s (%.2f s)", search.Wall.Seconds(), search.CPU.Seconds(), use.Wall.Seconds(), use.CPU.Seconds())
		if n > 0 {
			continue // it is slow, and has no goal
		}
		if use, err = r.play(ctx, rolePlain, read); err != nil {
			return err
		}
		plain.add(use, search)
	}
	r.report.Add(report.Row{Name: "full read / ldapsearch", Value: median(ours.wall), Unit: report.Ratio, Goal: 1})
	r.report.Add(report.Row{Name: "full read, pages alone / ldapsearch", Value: median(pages), Unit: report.Ratio})
	r.report.Add(report.Row{Name: "full read / ldapsearch, processor", Value: median(ours.cpu), Unit: report.Ratio, Goal: 1})
	r.report.Add(report.Row{Name: "read with go-ldap alone / ldapsearch", Value: median(plain.wall), Unit: report.Ratio})
	r.report.Add(report.Row{Name: "read with go-ldap alone / ldapsearch, processor", Value: median(plain.cpu), Unit: report.Ratio})
	return nil
}

func (r *run) play(ctx context.Context, role string, options reader) (process.Use, error) {
	spec, err := r.role(role, options)
	if err != nil {
		return process.Use{}, err
	}
	return process.Run(ctx, spec)
}

// full compares full passes in which nothing changed.
func (r *run) full(ctx context.Context) error {
	w := r.largest()
	read, err := w.asked(ctx)
	if err != nil {
		return err
	}
	var passes compared
	for range r.Repeat {
		search, err := read.ldapsearch(ctx)
		if err != nil {
			return err
		}
		use, pass, err := w.main.sync(ctx, "--full")
		if err != nil {
			return err
		}
		if err := quiet(pass, read.Least); err != nil {
			return err
		}
		passes.add(use, search)
		r.say("ldapsearch %.2f s (%.2f s of processors), quiet full pass %.2f s (%.2f s)", search.Wall.Seconds(), search.CPU.Seconds(), use.Wall.Seconds(), use.CPU.Seconds())
	}
	r.report.Add(report.Row{Name: "quiet full pass / ldapsearch", Value: median(passes.wall), Unit: report.Ratio, Goal: 1.3})
	r.report.Add(report.Row{Name: "quiet full pass / ldapsearch, processor", Value: median(passes.cpu), Unit: report.Ratio})
	return nil
}
