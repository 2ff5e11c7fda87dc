package service

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// resource answers what lies under one endpoint; path is what follows its name.
func (s *Service) resource(r *request, kind *scim.ResourceType, path []string) (*answer, error) {
	switch {
	case len(path) == 0 && r.Method == http.MethodGet:
		return s.list(r, []*scim.ResourceType{kind})
	case len(path) == 0 && r.Method == http.MethodPost:
		return s.change(r, kind, "")
	case len(path) == 0:
		return nil, notAllowed("GET, POST")
	case len(path) > 1 || path[0] == "":
		return nil, scim.Refuse(http.StatusNotFound, "", "there is nothing at %s", r.URL.Path)
	case path[0] == ".search":
		return s.search(r, []*scim.ResourceType{kind})
	}
	switch r.Method {
	case http.MethodGet:
		return s.get(r, kind, path[0])
	case http.MethodPut, http.MethodPatch, http.MethodDelete:
		return s.change(r, kind, path[0])
	}
	return nil, notAllowed("GET, PUT, PATCH, DELETE")
}

func (r *request) projection(kind *scim.ResourceType) scim.Projection {
	q := r.URL.Query()
	return kind.ParseProjection(strings.Join(q["attributes"], ","), strings.Join(q["excludedAttributes"], ","))
}

// tags is a list of entity tags, whatever the number of headers that hold it; empty for none.
func (r *request) tags(header string) string { return strings.Join(r.Header.Values(header), ",") }

// checkUnless refuses a change whose If-None-Match names what is there (RFC 9110 §13.1.2).
func (r *request) checkUnless(ctx context.Context, w *tenant.Writer, kind *scim.ResourceType, id string) error {
	tags := r.tags("If-None-Match")
	if tags == "" || id == "" {
		return nil
	}
	record, err := w.Get(ctx, kind, id)
	if err == nil && record.HasTag(tags) {
		err = scim.Refuse(http.StatusPreconditionFailed, "", "the resource is there, and has the version %s", record.ETag())
	}
	return err
}

// resourceAnswer renders one record.
func (s *Service) resourceAnswer(ctx context.Context, r *request, status int, reader *tenant.Reader, record *tenant.Record) (*answer, error) {
	a := newAnswer(status)
	a.header.Set("ETag", record.ETag())
	a.header.Set("Location", location(r.base, record.Type, record.ID))
	if status == http.StatusNoContent {
		return a, nil
	}
	var body bytes.Buffer
	err := newRenderer(r.base, reader, record.Type, r.projection(record.Type)).render(ctx, &body, record)
	a.body = body.Bytes()
	return a, err
}

func (s *Service) get(r *request, kind *scim.ResourceType, id string) (a *answer, err error) {
	ctx := r.Context()
	err = s.tenant.Read(ctx, func(reader *tenant.Reader) error {
		record, err := reader.Get(ctx, kind, id)
		if err != nil {
			return err
		}
		if tags := r.tags("If-None-Match"); tags != "" && record.HasTag(tags) {
			a = newAnswer(http.StatusNotModified)
			a.header.Set("ETag", record.ETag())
			return nil
		}
		a, err = s.resourceAnswer(ctx, r, http.StatusOK, reader, record)
		return err
	})
	return a, err
}

// change carries out what is not a GET. The body is read and taken apart before the transaction begins. A PATCH is answered with 204, so
// that it costs the change and not the resource; who asks for attributes gets them (RFC 7644 §3.5.2).
func (s *Service) change(r *request, kind *scim.ResourceType, id string) (a *answer, err error) {
	var body []byte
	if r.Method != http.MethodDelete {
		if body, err = r.read(); err != nil {
			return nil, err
		}
	}
	c, err := decode(scim.DecodeJSON, kind, r.Method, id, body, tenant.Precondition(r.tags("If-Match")))
	if err != nil {
		return nil, err
	}
	if err := r.mayChange(c); err != nil {
		return nil, err
	}
	status, patch := c.status, r.Method == http.MethodPatch
	if patch && !r.projection(kind).Restricted() {
		status = http.StatusNoContent
	}
	err = s.write(r, func(ctx context.Context, w *tenant.Writer) error {
		if err := r.checkUnless(ctx, w, kind, id); err != nil {
			return err
		}
		record, err := c.make(ctx, w)
		if err != nil {
			return err
		}
		if record == nil {
			a = newAnswer(status)
			return nil
		}
		if patch && status != http.StatusNoContent {
			if record, err = w.Get(ctx, kind, id); err != nil {
				return err
			}
		} else if !patch {
			if err := w.Complete(ctx, record); err != nil {
				return err
			}
		}
		a, err = s.resourceAnswer(ctx, r, status, &w.Reader, record)
		return err
	})
	return a, err
}
