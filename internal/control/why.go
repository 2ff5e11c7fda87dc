package control

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

func (s *server) why(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if name == "" {
		s.text(w, http.StatusBadRequest, "name the object: /v1/why?name=ann@corp.example")
		return
	}
	out := &lateHeader{ResponseWriter: w, contentType: contentTypes[PlanJSON]}
	if err := s.daemon.Why(r.Context(), name, out); err != nil {
		if out.begun {
			panic(http.ErrAbortHandler)
		}
		s.fail(w, err)
	}
}

// Why copies the explanation of the object with a name to out, as one JSON object.
func (c *Client) Why(ctx context.Context, name string, out io.Writer) error {
	return c.ask(ctx, http.MethodGet, "/v1/why?name="+url.QueryEscape(name), nil, out)
}
