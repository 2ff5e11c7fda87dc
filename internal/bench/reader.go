package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/bench/domain"
	"syncd/internal/bench/front"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
	"syncd/internal/mapping"
	"syncd/internal/syncer"
)

// reader reads a whole directory and does nothing with it.
type reader struct {
	Domain  domain.Info `json:"domain"`
	Asked   front.Asked `json:"asked"`
	Least   int         `json:"least"`   // objects: less is an error
	Profile string      `json:"profile"` // a file, or ""
}

// read reads as syncd's source does.
func (r reader) read(ctx context.Context) (err error) {
	if r.Profile != "" {
		f, err := os.Create(r.Profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	defer syncer.TuneCollector()()
	config := ldapsource.DefaultConfig()
	config.Servers, config.Bind.User, config.Bind.PasswordFile = []string{r.Domain.URL}, r.Domain.User, r.Domain.Password
	config.TLS.CAFile = r.Domain.CAFile
	var builtIn *mapping.Rules
	source, err := ldapsource.New(config, ldapsource.Options{Attributes: builtIn.Attributes()})
	if err != nil {
		return err
	}
	session, err := source.Open(ctx, nil)
	if err != nil {
		return err
	}
	defer session.Close()
	n := 0
	_, err = session.Full(ctx, func(*directory.Object) error {
		n++
		return nil
	})
	return errors.Join(err, r.enough(n))
}

func (r reader) enough(n int) error {
	if n < r.Least {
		return fmt.Errorf("%d objects were read instead of %d", n, r.Least)
	}
	return nil
}

// plain reads the same entries with go-ldap alone, a page after the other, and keeps none.
func (r reader) plain() (err error) {
	pem, err := os.ReadFile(r.Domain.CAFile)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c, err := ldap.DialURL(r.Domain.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: pool}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	password, err := directory.ReadSecret(r.Domain.Password)
	if err != nil {
		return err
	}
	if err := c.Bind(r.Domain.User, password.Reveal()); err != nil {
		return err
	}
	n, paging := 0, ldap.NewControlPaging(1000)
	for {
		res, err := c.Search(ldap.NewSearchRequest(r.Asked.Base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
			r.Asked.Filter, r.Asked.Attributes, []ldap.Control{paging}))
		if err != nil {
			return err
		}
		n += len(res.Entries)
		answer, ok := ldap.FindControl(res.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok {
			return errors.New("a page ended without its control")
		}
		if len(answer.Cookie) == 0 {
			return r.enough(n)
		}
		paging.SetCookie(answer.Cookie)
	}
}
