package samba

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"time"
)

// writeCertificates makes an authority of its own and a certificate for the domain controller's name and address. Samba would make
// a certificate too, but with a negative serial number, which Go refuses.
func (l layout) writeCertificates() error {
	authority := certificate("Test authority of " + l.realm)
	authority.IsCA, authority.BasicConstraintsValid = true, true
	authority.KeyUsage = x509.KeyUsageCertSign
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeSigned(l.file("ca.pem"), authority, authority, authorityKey.Public(), authorityKey); err != nil {
		return err
	}

	server := certificate(l.dnsName)
	server.DNSNames, server.IPAddresses = []string{l.dnsName}, []net.IP{net.ParseIP(l.address)}
	server.KeyUsage, server.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeSigned(l.file("dc.pem"), server, authority, serverKey.Public(), authorityKey); err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return err
	}
	return writePEM(l.file("dc.key"), "PRIVATE KEY", key)
}

func certificate(name string) *x509.Certificate {
	const validity = 48 * time.Hour
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), // positive, and unlike the last one
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.Add(validity),
	}
}

func writeSigned(file string, subject, issuer *x509.Certificate, key crypto.PublicKey, issuerKey crypto.Signer) error {
	der, err := x509.CreateCertificate(rand.Reader, subject, issuer, key, issuerKey)
	if err != nil {
		return err
	}
	return writePEM(file, "CERTIFICATE", der)
}

func writePEM(file, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
