package control

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"syncd/internal/directory"
)

// longest reads the parameter n of a list; ok is false where it was wrong, and the client was told so.
func (s *server) longest(w http.ResponseWriter, r *http.Request, otherwise int) (n int, ok bool) {
	v := r.URL.Query().Get("n")
	if v == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > LongestList {
		s.text(w, http.StatusBadRequest, "n is a number from 1 to "+strconv.Itoa(LongestList))
		return 0, false
	}
	return n, true
}

func (s *server) passes(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.longest(w, r, 50); ok {
		list, err := s.daemon.Passes(n)
		s.answer(w, list, err)
	}
}

func (s *server) pass(w http.ResponseWriter, r *http.Request) {
	p, err := s.daemon.Pass(r.PathValue("id"))
	if err == nil && p == nil {
		s.text(w, http.StatusNotFound, "no pass with this id has ended yet")
		return
	}
	s.answer(w, p, err)
}

func (s *server) refused(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.longest(w, r, ListedObjects); ok {
		page, err := s.daemon.Refused(r.URL.Query().Get("after"), n)
		s.answer(w, page, err)
	}
}

func (s *server) held(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.longest(w, r, ListedObjects); ok {
		page, err := s.daemon.Held(r.URL.Query().Get("after"), n)
		s.answer(w, page, err)
	}
}

// Pass returns a pass that has ended, with its detail; nil while it has not, and for one that the history does not have.
func (c *Client) Pass(ctx context.Context, id string) (*directory.PassRecord, error) {
	p := new(directory.PassRecord)
	found, err := c.call(ctx, http.MethodGet, "/v1/passes/"+url.PathEscape(id), nil, p)
	if err != nil || !found {
		return nil, err
	}
	return p, nil
}

// Passes returns the newest n passes that have ended, LongestList at most, the newest first.
func (c *Client) Passes(ctx context.Context, n int) (list []directory.PassRecord, err error) {
	return list, c.ask(ctx, http.MethodGet, "/v1/passes?n="+strconv.Itoa(n), nil, &list)
}

// Refused lists what is refused, the part after a place: "" for the first one.
func (c *Client) Refused(ctx context.Context, after string) (*RefusedPage, error) {
	page := new(RefusedPage)
	return page, c.ask(ctx, http.MethodGet, part("/v1/refused", after), nil, page)
}

// Held lists what is held, like Refused.
func (c *Client) Held(ctx context.Context, after string) (*HeldPage, error) {
	page := new(HeldPage)
	return page, c.ask(ctx, http.MethodGet, part("/v1/held", after), nil, page)
}

func part(path, after string) string {
	return path + "?n=" + strconv.Itoa(LongestList) + "&after=" + url.QueryEscape(after)
}
