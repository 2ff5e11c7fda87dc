package ldapsource_test

import (
	"crypto/tls"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/ldapsource"
)

// TestTheEndOfTheCertificateIsTold: with LDAPS and with StartTLS, and not that of a certificate that nobody trusts.
func TestTheEndOfTheCertificateIsTold(t *testing.T) {
	_, d := embedded(t, adsim.DefaultConfig())
	c := d.company(t)
	conn, err := tls.Dial("tcp", d.url[len("ldaps://"):], &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	want := conn.ConnectionState().PeerCertificates[0].NotAfter
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	var told []time.Time
	see := ldapsource.Options{Certificate: func(end time.Time) { told = append(told, end) }}
	open(t, c.sourceWith(t, see))
	open(t, c.sourceWith(t, see, func(cfg *ldapsource.Config) {
		cfg.Servers, cfg.TLS.StartTLS = []string{d.plainURL}, true
	}))
	if len(told) != 2 || !told[0].Equal(want) || !told[1].Equal(want) {
		t.Errorf("told %v, want %v twice", told, want)
	}
	stranger := c.sourceWith(t, see, func(cfg *ldapsource.Config) { cfg.TLS.CAFile = "" })
	if s, err := stranger.Open(t.Context(), nil); err == nil {
		s.Close()
		t.Error("a certificate of an unknown authority is trusted")
	}
	if len(told) != 2 {
		t.Errorf("the end of a certificate that is not trusted was told: %v", told)
	}
}
