package cloudtarget

import (
	"net/http"
	"testing"
)

// TestLinks: the forms of RFC 8288 §3 that a service may write, several links in one header among them.
func TestLinks(t *testing.T) {
	for value, want := range map[string]string{
		`<Tenant>; rel="urn:x"`:                        "Tenant",
		`<https://a.example/b>; rel=urn:x`:             "https://a.example/b",
		`<A>; rel="next", <B>; title="t"; REL="URN:X"`: "B",
		`<A>; rel="next"`:                              "",
		`<A>`:                                          "",
		``:                                             "",
		`rel="urn:x"`:                                  "",
	} {
		header := http.Header{}
		header.Add("Link", "<other>; rel=other")
		header.Add("Link", value)
		if got := linked(header, "urn:x"); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}
