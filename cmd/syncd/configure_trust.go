package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"syncd/internal/wizard"
)

// Presented implements wizard.World.
func (w *configureWorld) Presented(ctx context.Context, s *wizard.Source) (*wizard.Presented, error) {
	source, err := w.source(s)
	if err != nil {
		return nil, err
	}
	chain, err := source.Presented(ctx)
	if err != nil {
		return nil, err
	}
	own, highest := chain.Certificates[0], chain.Certificates[len(chain.Certificates)-1]
	return &wizard.Presented{
		Server: chain.Server, Trusted: chain.Problem == nil, Unknown: chain.Unknown, Problem: chain.Problem,
		Certificate: certificateWords(own), Authority: certificateWords(highest),
		PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: highest.Raw}),
	}, nil
}

func certificateWords(c *x509.Certificate) wizard.Certificate {
	sum := sha256.Sum256(c.Raw)
	return wizard.Certificate{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Days: int(time.Until(c.NotAfter).Hours() / 24),
		Fingerprint: strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":"),
	}
}
