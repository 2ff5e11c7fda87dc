package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

var nopLog = zap.NewNop()

// activeDirectory is what a test has to know of one, real or embedded.
type activeDirectory struct {
	url, caFile, baseDN string
	adminDN             string
	adminPassword       directory.Secret
	serviceUser         string
	servicePassword     directory.Secret
}

// world is an Active Directory, an online directory that runs as a process of its own, and a configuration for syncd.
type world struct {
	ad     activeDirectory
	online *online
	admin  *ldap.Conn // bound as the administrator of Active Directory
	config string
	dir    string
}

func newWorld(t *testing.T, dir string, ad activeDirectory) *world {
	t.Helper()
	return newWorldWith(t, dir, ad, startOnline(t, dir))
}

// newWorldWith is one with an online directory of another kind, which is in the same folder.
func newWorldWith(t *testing.T, dir string, ad activeDirectory, o *online) *world {
	t.Helper()
	w := &world{ad: ad, online: o, dir: dir}
	w.admin = w.bind(t, ad.adminDN, ad.adminPassword)
	w.config = w.writeConfig(t, "")
	return w
}

// shortTempDir is a t.TempDir whose path fits into the sockets of Samba and of the control endpoint.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func mkdir(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *world) writeConfig(t *testing.T, more string) string {
	password := writeFile(t, w.dir, "ad.password", w.ad.servicePassword.Reveal()+"\n")
	return writeFile(t, w.dir, "syncd.yaml", fmt.Sprintf(`source:
  servers: [%s]
  bind:
    user: %s
    password_file: %s
  tls:
    ca_file: %s
  scope:
    include: ["OU=Staff,%[5]s", "OU=Partners,%[5]s", "OU=Groups,%[5]s"]
target:
  url: %s/scim/v2
  token_file: %s
state:
  dir: %s
control:
  listen: unix://%s
metrics:
  listen: 127.0.0.1:0
schedule:
  sync: "@every 3h"
%s`, w.ad.url, w.ad.serviceUser, password, w.ad.caFile, w.ad.baseDN, w.online.url, w.online.tokenFile,
		filepath.Join(w.dir, "state"), filepath.Join(w.dir, "control.sock"), more))
}

func (w *world) bind(t *testing.T, user string, password directory.Secret) *ldap.Conn {
	t.Helper()
	pem, err := os.ReadFile(w.ad.caFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c, err := ldap.DialURL(w.ad.url, ldap.DialWithTLSConfig(&tls.Config{RootCAs: pool}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Bind(user, password.Reveal()); err != nil {
		t.Fatal(err)
	}
	return c
}

// testCA is a certificate authority that signed nothing.
const testCA = `-----BEGIN CERTIFICATE-----
MIIBfDCCASGgAwIBAgIUJX5DiIGlP4Kx/5zvxgclgezhbJ4wCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHQ29ycCBDQTAgFw0yNjExMjIxMTQzMzBaGA8yMTI2MTAyOTEx
NDMzMFowEjEQMA4GA1UEAwwHQ29ycCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABPCw8cCFQ/6UiAXcXhCfZvgBjV0AxX7BV3M4ww1kUlL+qOzrz9imKBQLfqY2
YPtZUGDeNTCro284jJ3/o25a/+ejUzBRMB0GA1UdDgQWBBRmT7LtK8JM1pqnSF5h
rZd7mIdRljAfBgNVHSMEGDAWgBRmT7LtK8JM1pqnSF5hrZd7mIdRljAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQC8aFMJF4Hx4M7FCpdIsF4gFdMX
yGWayddyqbWGfMFKggIhANYqpQmE3Bgfm1N9oRxMZoNeXuzSK9YDK3Bjmi9oU8Ts
-----END CERTIFICATE-----
`
