package dnsproof

import (
	"errors"
	"slices"
	"testing"

	"syncd/internal/directory"
)

// Several is a Resolver for tests that asks several servers.
func Several(servers []string, options ...Option) *Resolver {
	return newResolver(func() ([]string, error) { return servers, nil }, options)
}

func TestAddressOfAServer(t *testing.T) {
	for server, want := range map[string]string{
		"192.0.2.53": "192.0.2.53:53", "192.0.2.53:5353": "192.0.2.53:5353", "2001:db8::1": "[2001:db8::1]:53", "[2001:db8::1]": "[2001:db8::1]:53",
		"[2001:db8::1]:5353": "[2001:db8::1]:5353", "dns.corp.example": "dns.corp.example:53", "localhost:domain": "localhost:domain",
		"": "", ":53": "", "a b": "", "192.0.2.53:x": "", "192.0.2.53:70000": "", "a:b:c": "", "https://dns.example/": "",
	} {
		r, err := New(server)
		if want == "" {
			if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Class != directory.Usage || fault.Remedy == "" {
				t.Errorf("%q: %v", server, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", server, err)
			continue
		}
		if servers, err := r.servers(); err != nil || !slices.Equal(servers, []string{want}) {
			t.Errorf("%q: %v %v", server, servers, err)
		}
	}
}
