package wizard

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// authorities is the absolute path of a file with PEM certificates.
func authorities(file string) (path string, err error) {
	if path, err = filepath.Abs(file); err == nil {
		err = checkAuthorities(path)
	}
	if err != nil {
		return "", usage("the authority cannot be taken from "+file+": "+err.Error(), "name a file with PEM certificates")
	}
	return path, nil
}

// checkAuthorities reads a file of PEM certificates.
func checkAuthorities(path string) error {
	rest, err := os.ReadFile(path)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return err
	}
	found := false
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("it holds a damaged certificate: %w", err)
		}
		found = true
	}
	if !found {
		return errors.New("it holds no certificate")
	}
	return nil
}

// sameFingerprint compares without regard to case, colons and blanks, which tools write differently.
func sameFingerprint(a, b string) bool {
	hex := func(s string) string {
		_, after, found := strings.Cut(s, "=") // as openssl writes it
		if !found {
			after = s
		}
		return strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(after))
	}
	return hex(a) == hex(b)
}
