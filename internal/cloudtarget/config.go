package cloudtarget

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"unicode"

	"syncd/internal/directory"
)

const (
	defaultConcurrency = 8
	mostConcurrency    = 64
)

// Config says where the online directory is and how to get in. It is the section `target` of the configuration file.
type Config struct {
	// the SCIM base address, such as `https://online.example/scim/v2`; `https` unless it is on this machine
	URL string `yaml:"url"`
	// the file with the bearer token (RFC 6750) in its one line; a name without a folder is that of a credential of systemd, see docs/services.md#secrets
	TokenFile string    `yaml:"token_file"`
	TLS       TLSConfig `yaml:"tls"`
	// the most requests at the same time, 1 to 64: as many go as bring the most answers
	Concurrency int `yaml:"concurrency"`
}

// TLSConfig says whom to trust.
type TLSConfig struct {
	// PEM file of the authority that signed the online directory's certificate; without it the system's authorities count
	CAFile string `yaml:"ca_file"`
}

// DefaultConfig is the configuration before the file is read.
func DefaultConfig() Config { return Config{Concurrency: defaultConcurrency} }

// Validate checks every key, the token file and the CA file included, and returns all that is wrong as joined
// *directory.FieldError values. It makes no connection.
func (c Config) Validate() error {
	var errs []error
	add := func(field, problem, remedy string) {
		errs = append(errs, &directory.FieldError{Field: field, Problem: problem, Remedy: remedy})
	}
	if _, problem := parseBase(c.URL); problem != "" {
		add("url", problem, "give the SCIM base address, for example https://online.example/scim/v2")
	}
	if c.TokenFile == "" {
		add("token_file", "is missing", "name the file that holds the online directory's token")
	} else if _, err := readToken(c.TokenFile); err != nil {
		add("token_file", err.Error(), "put the online directory's token into a file that syncd may read")
	}
	if _, err := c.TLS.roots(); err != nil {
		add("tls.ca_file", err.Error(), "name a file of PEM certificates, or leave it empty to trust the system's")
	}
	if c.Concurrency < 1 || c.Concurrency > mostConcurrency {
		add("concurrency", fmt.Sprintf("%d is out of range", c.Concurrency), fmt.Sprintf("use 1 to %d", mostConcurrency))
	}
	return errors.Join(errs...)
}

// parseBase returns the base address without a trailing slash, or what is wrong with it.
func parseBase(text string) (base *url.URL, problem string) {
	if text == "" {
		return nil, "is missing"
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || u.Hostname() == "":
		return nil, "is not a web address"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, "holds more than scheme, host and path"
	case u.Scheme == "https":
		return u, ""
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, ""
	case u.Scheme == "http":
		return nil, "is not https, and the token must not travel in clear text"
	}
	return nil, "is not an https address"
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// readToken reads the token file; the error is the rest of a sentence that begins with the file's key.
func readToken(file string) (directory.Secret, error) {
	secret, err := directory.ReadSecret(file)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(secret.Reveal())
	if token == "" {
		return "", errors.New("the file is empty")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsGraphic(r) || r == ' ' }) {
		return "", errors.New("the file holds something else than one token")
	}
	return directory.Secret(token), nil
}

// roots returns the certificates to trust, nil for the system's.
func (c TLSConfig) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", c.CAFile)
	}
	return pool, nil
}
