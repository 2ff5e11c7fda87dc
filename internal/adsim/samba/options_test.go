package samba

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"syncd/internal/directory"
)

func TestLayout(t *testing.T) {
	l, err := Options{Dir: "/tmp/x", Realm: "lab.corp.example"}.layout()
	if err != nil || l.domain != "LAB" || l.dnsName != "dc1.lab.corp.example" || l.baseDN != "DC=lab,DC=corp,DC=example" {
		t.Errorf("%+v, %v", l, err)
	}
	for name, o := range map[string]Options{
		"single label":        {Dir: "/tmp/x", Realm: "CORP"},
		"long NetBIOS name":   {Dir: "/tmp/x", Realm: "ABCDEFGHIJKLMNOP.EXAMPLE"},
		"line break in realm": {Dir: "/tmp/x", Realm: "CORP.EXAMPLE\nlog level = 10"},
		"outside loopback":    {Dir: "/tmp/x", Address: "10.0.0.1"},
		"name as address":     {Dir: "/tmp/x", Address: "localhost"},
		"relative folder":     {Dir: "x"},
		"deep folder":         {Dir: "/tmp/" + strings.Repeat("x", 90)},
	} {
		if _, err := o.layout(); directory.ClassOf(err) != directory.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The certificate holds for the name as for the address, and its serial number is one that Go takes.
func TestCertificates(t *testing.T) {
	l := layout{dir: t.TempDir(), realm: "CORP.EXAMPLE", dnsName: "dc1.corp.example", address: "127.0.0.40"}
	if err := l.writeCertificates(); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(l.file("dc.pem"), l.file("dc.key"))
	if err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(l.file("ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	for _, name := range []string{"dc1.corp.example", "127.0.0.40"} {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if pair.Leaf.SerialNumber.Sign() <= 0 {
		t.Error("the serial number is not positive")
	}
}

func TestReserveHoldsAnAddressOnce(t *testing.T) {
	Need(t)
	first, err := reserve("")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := reserve("")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Addr().String() == second.Addr().String() {
		t.Errorf("%s is reserved twice", first.Addr())
	}
}
