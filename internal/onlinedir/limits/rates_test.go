package limits_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/onlinedir/limits"
	"syncd/internal/onlinedir/onlinedirtest"
)

// TestRates: who is too fast is told when to come back, and is welcome then.
func TestRates(t *testing.T) {
	for _, c := range []struct {
		profile string
		burst   int
		again   string // Retry-After
		send    func(s *onlinedirtest.Server, n int) onlinedirtest.Answer
	}{
		{"slack", 20, "1", func(s *onlinedirtest.Server, n int) onlinedirtest.Answer {
			return s.Do("POST", "/Users", person("slack", n, nil))
		}},
		{"slack", 180, "1", func(s *onlinedirtest.Server, n int) onlinedirtest.Answer {
			return s.Do([]string{"DELETE", "PATCH", "POST"}[n%3], []string{"/Users/x", "/Groups/x", "/Groups"}[n%3], object{})
		}},
		{"github", 1000, "4", func(s *onlinedirtest.Server, n int) onlinedirtest.Answer {
			return s.Do("POST", "/Users", person("github", n, object{"userName": ""}))
		}},
		{"github", 10, "360", func(s *onlinedirtest.Server, n int) onlinedirtest.Answer {
			ids := make([]string, 100)
			return s.Do("PATCH", "/Groups/x", patch(add(ids...)))
		}},
	} {
		t.Run(c.profile+c.again, func(t *testing.T) {
			s := within(t, c.profile, func(p *limits.Profile) { p.Required = nil })
			start := s.Time()
			s.Freeze(start)
			if c.burst == 180 { // the single rates are lower
				s = within(t, c.profile, func(p *limits.Profile) { p.Rates, p.Required = p.Rates[:1], nil })
				s.Freeze(start)
			}
			for n := range c.burst {
				if answer := c.send(s, n); answer.Status == http.StatusTooManyRequests {
					t.Fatal(n, answer.Detail())
				}
			}
			answer := c.send(s, c.burst)
			if answer.Status != http.StatusTooManyRequests || answer.Header.Get("Retry-After") != c.again || answer.Detail() == "" {
				t.Fatal(answer.Status, answer.Header, answer.Detail())
			}
			wait, err := time.ParseDuration(c.again + "s")
			if err != nil {
				t.Fatal(err)
			}
			s.Freeze(start.Add(wait))
			if answer := c.send(s, c.burst+1); answer.Status == http.StatusTooManyRequests {
				t.Error("after the wait:", answer.Detail())
			}
		})
	}
}

// TestOneGroupIsCountedByItself: the membership changes of one group are not another's.
func TestOneGroupIsCountedByItself(t *testing.T) {
	s := within(t, "github")
	s.Freeze(s.Time())
	many := make([]string, 1000)
	for _, path := range []string{"/Groups/a", "/Groups/b"} {
		if answer := s.Do("PATCH", path, patch(add(many...))); answer.Status == http.StatusTooManyRequests {
			t.Error(path, answer.Detail())
		}
	}
	s.Must(429, "PATCH", "/Groups/a", patch(add("x")))
	if answer := s.Must(400, "PATCH", "/Groups/c", patch(add(append(many, "x")...))); !strings.Contains(answer.Detail(), "1001") {
		t.Error(answer.Detail())
	}
}

// TestCaps are the limits that can be set one by one.
func TestCaps(t *testing.T) {
	s := within(t, "none", func(p *limits.Profile) { p.MaxOperations, p.MaxPayload = 2, 2000 })
	bulk := func(n int) object {
		return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}, "Operations": slices.Repeat([]object{{"method": "DELETE", "path": "/Users/x"}}, n)}
	}
	s.Must(200, "POST", "/Bulk", bulk(2))
	for _, refused := range []onlinedirtest.Answer{
		s.Must(413, "POST", "/Bulk", bulk(3)), s.Must(413, "POST", "/Users", person("none", 1, object{"title": strings.Repeat("x", 2000)})),
	} {
		if refused.Type() != "" { // tooMany is for filters (RFC 7644 §3.12, table 9)
			t.Error(refused.Body)
		}
	}
	if diff := cmp.Diff(object{"supported": true, "maxOperations": 2.0, "maxPayloadSize": 2000.0}, s.Must(200, "GET", "/ServiceProviderConfig", nil).Body["bulk"]); diff != "" {
		t.Error(diff)
	}
	github := within(t, "github")
	request, err := http.NewRequestWithContext(t.Context(), "GET", github.URL+"/scim/v2/Users", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header["User-Agent"] = []string{""}
	request.Header.Set("Authorization", "Bearer "+github.Token.Reveal())
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Error("without a User-Agent:", response.Status)
	}
	github.Must(401, "GET", "/Users", nil, "Authorization", "Bearer wrong", "User-Agent", "")
}

// TestTimeout: what takes too long is given up and leaves no trace, and who sends too slowly is not waited for.
func TestTimeout(t *testing.T) {
	s := within(t, "none", func(p *limits.Profile) { p.Timeout = time.Nanosecond })
	if answer := s.Do("GET", "/Users", nil); answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Error(answer)
	}
	s = within(t, "none", func(p *limits.Profile) { p.Timeout = 50 * time.Millisecond })
	body, trickle := io.Pipe()
	defer trickle.Close()
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/scim/v2/Users", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.Token.Reveal())
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout {
		t.Error("a body that does not come:", response.Status)
	}
	s.Must(201, "POST", "/Users", person("none", 1, nil)) // the time counts for each request
}
