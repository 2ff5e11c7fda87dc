package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"github.com/miekg/dns"

	"syncd/internal/cloudtarget"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/wizard"
)

// configureWorld is what the wizard finds out and does. It implements wizard.World. Secrets that are tried before they are written stand in a
// folder that nobody else may enter, and that close removes.
type configureWorld struct {
	std  streams
	base *config // what is not asked about
	dir  string
}

var _ wizard.World = (*configureWorld)(nil)

func newConfigureWorld(std streams, base *config) (*configureWorld, error) {
	dir, err := os.MkdirTemp("", "syncd-configure-*")
	if err != nil {
		return nil, &directory.Fault{Cause: "no folder can be made for what is tried: " + err.Error(), Remedy: "make room in the folder for temporary files, or name another one in TMPDIR", Err: err}
	}
	return &configureWorld{std: std, base: base, dir: dir}, nil
}

func (w *configureWorld) close() error { return os.RemoveAll(w.dir) }

// LocalDomain implements wizard.World.
func (w *configureWorld) LocalDomain() string {
	if name := os.Getenv("USERDNSDOMAIN"); name != "" { // on Windows
		return strings.ToLower(name)
	}
	c, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(c.Search) == 0 || !strings.Contains(strings.Trim(c.Search[0], "."), ".") {
		return ""
	}
	return strings.Trim(c.Search[0], ".")
}

// Controllers implements wizard.World.
func (w *configureWorld) Controllers(ctx context.Context, domain string) ([]string, error) {
	source, err := w.source(&wizard.Source{Domain: domain})
	if err != nil {
		return nil, err
	}
	return source.Servers(ctx)
}

// TryAccount implements wizard.World.
func (w *configureWorld) TryAccount(ctx context.Context, s *wizard.Source) error {
	return w.session(ctx, s, func(*ldapsource.Session) error { return nil })
}

// Rights implements wizard.World.
func (w *configureWorld) Rights(ctx context.Context, s *wizard.Source, report func(directory.Finding)) error {
	source, err := w.source(s)
	if err != nil {
		return err
	}
	bound := false // what comes before was tried with the answers that it is about
	up := source.Checkup(func(f directory.Finding) {
		if bound || f.Level == directory.Failure {
			report(f)
		}
	})
	defer up.Close()
	if !up.Servers(ctx) || !up.Bind(ctx) {
		return errors.Join(context.Cause(ctx), &directory.Fault{
			Class: directory.Unreachable, Cause: "the rights of " + s.User + " cannot be looked at", Remedy: "run syncd configure again; syncd check tells more",
		})
	}
	bound = true
	if up.Rights(ctx) {
		up.Excess(ctx)
	}
	return context.Cause(ctx)
}

// Units implements wizard.World.
func (w *configureWorld) Units(ctx context.Context, s *wizard.Source) (units []wizard.Unit, err error) {
	err = w.session(ctx, s, func(session *ldapsource.Session) error {
		found, err := session.Units(ctx)
		for _, u := range found {
			units = append(units, wizard.Unit(u))
		}
		return err
	})
	return units, err
}

// session logs on for one question. The scope is left out: it is what the answer is for.
func (w *configureWorld) session(ctx context.Context, s *wizard.Source, use func(*ldapsource.Session) error) error {
	source, err := w.source(s)
	if err != nil {
		return err
	}
	session, err := source.Open(ctx, nil)
	if f, ok := errors.AsType[*directory.Fault](err); ok && ldap.IsErrorWithCode(f.Err, ldap.LDAPResultInvalidCredentials) {
		_, why, _ := strings.Cut(f.Cause, " in: ")
		return &wizard.Refused{Why: why}
	}
	if err != nil {
		return err
	}
	defer session.Close()
	return use(session)
}

// source is the reader with what was answered so far.
func (w *configureWorld) source(s *wizard.Source) (*ldapsource.Source, error) {
	c := w.base.Source
	c.Domain, c.Servers, c.TLS.CAFile, c.Bind.User, c.Scope.Include, c.Scope.Exclude, c.Scope.Groups = s.Domain, s.Servers, s.CAFile, s.User, nil, nil, nil
	c.TLS.StartTLS = s.StartTLS
	secret := s.Password.Reveal()
	if c.Bind.User == "" { // nobody logs on yet, and the configuration of a source without an account is wrong
		c.Bind.User, secret = "nobody", "nothing"
	}
	var err error
	if c.Bind.PasswordFile, err = w.stage("password", []byte(secret+"\n")); err != nil {
		return nil, err
	}
	if len(s.Authority) > 0 {
		if c.TLS.CAFile, err = w.stage("authority", s.Authority); err != nil {
			return nil, err
		}
	}
	source, err := ldapsource.New(c, ldapsource.Options{})
	return source, answerFault(err)
}

// Online implements wizard.World.
func (w *configureWorld) Online(ctx context.Context, o *wizard.Online) (*wizard.Company, error) {
	c := w.base.Target
	file, err := w.stage("token", []byte(o.Token.Reveal()+"\n"))
	if err != nil {
		return nil, err
	}
	c.URL, c.TokenFile, c.TLS.CAFile = o.URL, file, o.CAFile
	target, err := cloudtarget.New(c, cloudtarget.Options{})
	if err != nil {
		return nil, answerFault(err)
	}
	defer target.Close()
	if err := target.Open(ctx); err != nil {
		if f, ok := errors.AsType[*directory.Fault](err); ok && strings.Contains(f.Remedy, file) {
			return nil, &directory.Fault{Class: f.Class, Cause: f.Cause, Remedy: "give a current token", Err: f}
		}
		return nil, err
	}
	company := target.Company()
	return &wizard.Company{Name: company.Name, SyncDisabled: company.SyncDisabled}, nil
}

// DaemonRuns implements wizard.World.
func (w *configureWorld) DaemonRuns(ctx context.Context, path string) bool {
	c, err := loadConfig(path)
	if err != nil {
		return false
	}
	client, err := control.NewClient(c.Control, c.State.Dir)
	if err != nil {
		return false
	}
	_, err = client.Status(ctx)
	return err == nil
}

// stage keeps a file for as long as the dialogue lasts.
func (w *configureWorld) stage(name string, content []byte) (string, error) {
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", &directory.Fault{Cause: "what is tried cannot be kept for that: " + err.Error(), Remedy: "make room in the folder for temporary files", Err: err}
	}
	return path, nil
}

// answerFault makes one sentence of the first thing that is wrong with answers.
func answerFault(err error) error {
	all := flatten(err)
	if len(all) == 0 {
		return nil
	}
	if f, ok := errors.AsType[*directory.FieldError](all[0]); ok {
		return &directory.Fault{Class: directory.Usage, Cause: f.Field + ": " + f.Problem, Remedy: f.Remedy, Err: f}
	}
	return all[0]
}
