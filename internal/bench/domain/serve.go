package domain

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/company"
	"syncd/internal/bench/front"
	"syncd/internal/bench/openldap"
)

// Options say what the domain is like.
type Options struct {
	Dir    string `json:"dir"` // a folder that exists, for everything that is written
	Users  int    `json:"users"`
	Groups []int  `json:"groups"` // groups with so many members each, beside those of the company
}

// Info is what has to be known about a domain to use it.
type Info struct {
	URL      string  `json:"url"`
	CAFile   string  `json:"caFile"`
	BaseDN   string  `json:"baseDN"`
	User     string  `json:"user"`
	Password string  `json:"passwordFile"` // a file
	Control  string  `json:"control"`      // http://host:port
	Objects  int     `json:"objects"`      // people, contacts and groups
	Groups   []Group `json:"groups"`
}

// Group is one of those that were asked for.
type Group struct {
	DN   string `json:"dn"`
	Size int    `json:"size"`
}

const readyMark = "domain ready "

// Serve builds the domain, says on out that it is ready, and serves it until the context ends.
func Serve(ctx context.Context, o Options, out io.Writer) (err error) {
	config := adsim.DefaultConfig()
	config.AdminPassword, config.ServicePassword, config.Seed = "Adm1n-secret", "S3rvice-secret", 1
	ad, err := adsim.New(config)
	if err != nil {
		return err
	}
	if _, err := company.Populate(ad, company.Config{Seed: 1, Users: o.Users}); err != nil {
		return err
	}
	d := &domain{ad: ad}
	if err := d.gather(o.Groups); err != nil {
		return err
	}
	database := filepath.Join(o.Dir, "slapd")
	if err := os.Mkdir(database, 0o700); err != nil {
		return err
	}
	schema := d.schema()
	if err := openldap.Load(ctx, database, ad.BaseDN(), schema, d.dump); err != nil {
		return err
	}
	slapd, address, err := openldap.Serve(ctx, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, slapd.Stop()) }()
	if err := ad.Listen("", "127.0.0.1:0"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ad.Close()) }()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ad.CACertificate())
	d.front, err = front.Listen(front.Config{
		Directory: strings.TrimPrefix(ad.SecureURL(), "ldaps://"), Trust: &tls.Config{RootCAs: pool}, Entries: address, TLS: ad.TLSConfig(), Locate: d.locate,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.front.Close()) }()
	info := Info{
		URL: d.front.URL(), BaseDN: ad.BaseDN(), User: adsim.ServiceAccount + "@corp.example", Objects: d.objects, Groups: d.groups,
		CAFile: filepath.Join(o.Dir, "ca.pem"), Password: filepath.Join(o.Dir, "ad.password"),
	}
	for file, content := range map[string][]byte{info.CAFile: ad.CACertificate(), info.Password: []byte(config.ServicePassword.Reveal())} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
	}
	return d.control(ctx, info, out)
}

// control answers what the parent asks until the context ends.
func (d *domain) control(ctx context.Context, info Info, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	info.Control = "http://" + l.Addr().String()
	server := &http.Server{Handler: d.handler(), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	text, err := json.Marshal(info)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if _, err := fmt.Fprintf(out, "%s%s\n", readyMark, text); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
