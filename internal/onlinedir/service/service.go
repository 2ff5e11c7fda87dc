package service

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
	"syncd/internal/onlinedir/tenant"
)

// Prefix is where the service lives, without the slash at its end.
const Prefix = "/scim/v2"

// The limits that ServiceProviderConfig announces.
const (
	MaxPayload    = 8 << 20 // bytes of a body
	MaxOperations = 1000    // of a bulk
	MaxResults    = 1000    // resources of a page
)

// Service answers requests under Prefix.
type Service struct {
	tenant *tenant.Tenant
	log    *zap.Logger
}

// New makes the service of a tenant.
func New(t *tenant.Tenant) *Service { return &Service{t, t.Log().Named("scim")} }

// request is one request on its way through the service.
type request struct {
	*http.Request
	base   string              // address of the service, without the slash at its end
	origin string              // address of the site
	client string              // name of the token
	writer http.ResponseWriter // told when a body is too large
}

// ServeHTTP authenticates, routes, answers, and logs at debug level.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	req := &request{Request: r, origin: origin(r), writer: w}
	req.base = req.origin + Prefix
	answer, err := s.answer(req)
	if err != nil {
		answer = s.refusal(r.Context(), err)
	}
	answer.send(w)
	s.log.Debug("request", zap.String("method", r.Method), zap.String("path", r.URL.Path), zap.String("client", req.client),
		zap.Int("status", answer.status), zap.Int("bytes", len(answer.body)), zap.Duration("took", time.Since(began)), zap.Error(err))
}

func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Service) answer(r *request) (*answer, error) {
	if err := s.authenticate(r); err != nil {
		return nil, err
	}
	path := strings.Split(strings.TrimPrefix(r.URL.Path, Prefix+"/"), "/")
	if kind := s.tenant.Catalogue().ByEndpoint(path[0]); kind != nil {
		return s.resource(r, kind, path[1:])
	}
	switch {
	case path[0] == "Bulk" && len(path) == 1:
		if r.Method != http.MethodPost {
			return nil, notAllowed("POST")
		}
		return s.bulk(r)
	case path[0] == "Me":
		return nil, scim.Refuse(http.StatusNotImplemented, "", "/Me is not offered: clients of this directory are programs, not people")
	case path[0] == ".search" || path[0] == "":
		return nil, scim.Refuse(http.StatusNotImplemented, "", "a search over all resource types is not offered: search one, such as /Users/.search")
	}
	if r.Method != http.MethodGet {
		return nil, notAllowed("GET")
	}
	return s.discover(r, path)
}

// authenticate asks for a bearer token (RFC 6750).
func (s *Service) authenticate(r *request) error {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return scim.Refuse(http.StatusUnauthorized, "", "a bearer token is needed; make one with `syncd directory token`")
	}
	name, known, err := s.tenant.TokenName(r.Context(), directory.Secret(token))
	if err != nil {
		return err
	}
	if !known {
		return scim.Refuse(http.StatusUnauthorized, "", "the token is unknown or has been revoked; make a new one with `syncd directory token`")
	}
	r.client = name
	return nil
}

// actor is the context of what a client of synchronisation does.
func (r *request) actor() context.Context {
	return tenant.As(r.Context(), tenant.Actor{Name: r.client, Sync: true})
}

// write runs a change of synchronisation, which the tenant must have enabled.
func (s *Service) write(r *request, fn func(ctx context.Context, w *tenant.Writer) error) error {
	ctx := r.actor()
	return s.tenant.Write(ctx, func(w *tenant.Writer) error {
		enabled, err := w.SyncEnabled(ctx)
		if err != nil {
			return err
		}
		if !enabled {
			return scim.Refuse(http.StatusForbidden, "", "directory synchronisation is not enabled for %s: its administrator enables it at %s/migration"+
				" (or gives `syncd directory init` the flag --enable-sync at set-up)", s.tenant.Name(), r.origin)
		}
		return fn(ctx, w)
	})
}

// refusal makes an error an answer. What is no *scim.Error is this directory's own trouble: it is logged, and not told.
func (s *Service) refusal(ctx context.Context, err error) *answer {
	refused, ok := scim.AsError(err)
	switch {
	case ok:
	case ctx.Err() != nil:
		refused = scim.Refuse(http.StatusServiceUnavailable, "", "the request was given up")
	case errors.Is(err, tenant.ErrBusy):
		refused = scim.Refuse(http.StatusServiceUnavailable, "", "the directory is busy; try again in a moment")
	default:
		s.log.Error("a request failed", zap.Error(err))
		refused = scim.Refuse(http.StatusInternalServerError, "", "the directory failed; its log says why")
	}
	a := jsonAnswer(refused.Status, refused)
	switch refused.Status {
	case http.StatusUnauthorized:
		a.header.Set("WWW-Authenticate", `Bearer realm="scim", error="invalid_token"`)
	case http.StatusServiceUnavailable:
		a.header.Set("Retry-After", "1")
	}
	if allowed, ok := errors.AsType[*methodError](err); ok {
		a.header.Set("Allow", allowed.methods)
	}
	return a
}

// methodError is a 405 that says which methods are possible.
type methodError struct {
	refused *scim.Error
	methods string
}

func notAllowed(methods string) error {
	return &methodError{scim.Refuse(http.StatusMethodNotAllowed, "", "this address takes %s", methods), methods}
}

func (e *methodError) Error() string { return e.refused.Detail }

func (e *methodError) Unwrap() error { return e.refused }
