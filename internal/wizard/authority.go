package wizard

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

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
