package service_test

import (
	"io"
	"net/http"
	"testing"

	"syncd/internal/onlinedir/onlinedirtest"
)

// TestHead: HEAD tells what GET tells, without the body (RFC 9110 §9.3.2).
func TestHead(t *testing.T) {
	s := onlinedirtest.New(t)
	id := s.Must(201, "POST", "/Users", paul(nil)).ID()
	for path, status := range map[string]int{
		"/Users": 200, "/Users/" + id: 200, "/Users/nobody": 404, "/ServiceProviderConfig": 200, "/Schemas": 200, "/Me": 501, "/Bulk": 405,
		"/Users?filter=x": 400, "/": 200,
	} {
		var answers [2]*http.Response
		for i, method := range []string{http.MethodHead, http.MethodGet} {
			request, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/scim/v2"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+s.Token.Reveal())
			if answers[i], err = http.DefaultClient.Do(request); err != nil {
				t.Fatal(err)
			}
			defer answers[i].Body.Close()
		}
		body, err := io.ReadAll(answers[0].Body)
		if err != nil || len(body) != 0 || answers[0].StatusCode != status || answers[1].StatusCode != status {
			t.Errorf("%s: %v %d, GET %d; %d bytes", path, err, answers[0].StatusCode, answers[1].StatusCode, len(body))
		}
		for _, name := range []string{"Content-Length", "Content-Type", "Etag"} {
			if head, get := answers[0].Header.Get(name), answers[1].Header.Get(name); head != get {
				t.Errorf("%s: %s is %q, of a GET %q", path, name, head, get)
			}
		}
	}
}
