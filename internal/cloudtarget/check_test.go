package cloudtarget_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syncd/internal/cloudtarget"
	"syncd/internal/directory"
)

// checkedOnline makes a Check and returns its findings by name.
func checkedOnline(t *testing.T, target *cloudtarget.Target) (map[string]directory.Finding, bool) {
	t.Helper()
	found := map[string]directory.Finding{}
	usable := target.Check(t.Context(), func(f directory.Finding) {
		if (f.Remedy == "") != (f.Level == directory.Fine) || strings.Contains(f.Found+f.Remedy, "s3cr3t") {
			t.Errorf("%+v", f)
		}
		found[f.Name] = f
	})
	return found, usable
}

// TestCheckOfTheOnlineDirectory: everything is told where it is in order, and afterwards the domains are known.
func TestCheckOfTheOnlineDirectory(t *testing.T) {
	for _, enabled := range []bool{true, false} {
		s, _ := simulated(t, true, enabled)
		found, usable := checkedOnline(t, s.target)
		for _, name := range cloudtarget.Checks() {
			if fine := found[name].Level == directory.Fine; !fine && (enabled || name != "synchronisation") {
				t.Errorf("enabled %t: %s: %+v", enabled, name, found[name])
			}
		}
		if f := found["synchronisation"]; !usable || (f.Level == directory.Failure) == enabled {
			t.Errorf("enabled %t: %+v", enabled, f)
		}
		if !s.target.Supports(directory.User) {
			t.Error("the target is not open")
		}
	}
}

// TestCheckSendsNoTokenBeforeItKnowsWhoAnswers: the first request has none, and a service that tells nothing about a switch has none.
func TestCheckSendsNoTokenBeforeItKnowsWhoAnswers(t *testing.T) {
	var tokens []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/scim+json")
		switch {
		case r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasSuffix(r.URL.Path, "/Users"):
			_, _ = w.Write([]byte(`{"totalResults": 0, "Resources": []}`))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	found, usable := checkedOnline(t, visit(t, server.URL, "s3cr3t").target)
	if !usable || len(tokens) < 2 || tokens[0] != "" || tokens[1] == "" || found["synchronisation"].Level != directory.Fine {
		t.Errorf("%t, %q, %+v", usable, tokens, found)
	}
}
