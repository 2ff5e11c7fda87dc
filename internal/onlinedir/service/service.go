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
	within func(http.Handler) http.Handler
}

// New makes the service of a tenant.
func New(t *tenant.Tenant) *Service {
	return &Service{t, t.Log().Named("scim"), func(h http.Handler) http.Handler { return h }}
}

// Within puts limits around the service: whatever a client with a token asks for goes through what limits returns.
func (s *Service) Within(limits func(http.Handler) http.Handler) *Service {
	s.within = limits
	return s
}

// request is one request on its way through the service.
type request struct {
	*http.Request
	base   string              // address of the service, without the slash at its end
	origin string              // address of the site
	client string              // name of the token
	person string              // id of the person whose token it is, empty for a program
	writer http.ResponseWriter // told when a body is too large
}

// ServeHTTP authenticates, routes, answers, and logs at debug level.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	req := &request{Request: r, origin: origin(r), writer: w}
	req.base = req.origin + Prefix
	if err := s.authenticate(req); err != nil {
		s.finish(w, req, nil, err, began)
		return
	}
	if err := checkQuery(r.URL.RawQuery); err != nil {
		s.finish(w, req, nil, err, began)
		return
	}
	if r.Method == http.MethodHead { // answered as a GET, whose body the server leaves out (RFC 9110 §9.3.2)
		r = r.WithContext(r.Context())
		r.Method = http.MethodGet
	}
	s.within(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admitted := *req
		admitted.Request, admitted.writer = r, w
		answer, err := s.answer(&admitted)
		s.finish(w, &admitted, answer, err, began)
	})).ServeHTTP(w, r)
}

// finish sends the answer, or the error as one.
func (s *Service) finish(w http.ResponseWriter, r *request, answer *answer, err error, began time.Time) {
	if err != nil {
		answer = s.refusal(r.Context(), err)
	}
	answer.send(w)
	s.log.Debug("request", zap.String("method", r.Method), zap.String("path", r.URL.Path), zap.String("client", r.client),
		zap.Int("status", answer.status), zap.Int("bytes", len(answer.body)), zap.Duration("took", time.Since(began)), zap.Error(err))
}

func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Service) answer(r *request) (*answer, error) {
	path := strings.Split(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Prefix), "/"), "/")
	if err := r.mayAsk(path); err != nil {
		return nil, err
	}
	if kind := s.tenant.Catalogue().ByEndpoint(path[0]); kind != nil {
		return s.resource(r, kind, path[1:])
	}
	switch {
	case path[0] == "Bulk" && len(path) == 1:
		if r.Method != http.MethodPost {
			return nil, notAllowed("POST")
		}
		return s.bulk(r)
	case path[0] == passes && len(path) == 1:
		if r.Method != http.MethodPost {
			return nil, notAllowed("POST")
		}
		return s.reportPass(r)
	case path[0] == "Me" && len(path) == 1:
		return s.me(r)
	case path[0] == ".search" && len(path) == 1:
		return s.search(r, s.tenant.Catalogue().Types)
	case path[0] == "" && r.Method == http.MethodGet:
		return s.list(r, s.tenant.Catalogue().Types)
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
	bearer, known, err := s.tenant.Bearer(r.Context(), directory.Secret(token))
	if err != nil {
		return err
	}
	if !known || bearer.Person != "" && bearer.State == tenant.Deleted {
		return scim.Refuse(http.StatusUnauthorized, "", "the token is unknown or has been revoked; make a new one with `syncd directory token`")
	}
	r.client, r.person = bearer.Token, bearer.Person
	if r.person != "" && bearer.State != tenant.Enabled {
		return scim.Refuse(http.StatusForbidden, "", "this account is not active; an administrator of %s activates it", s.tenant.Name())
	}
	return nil
}

// actor is the context of what a client of synchronisation does, or a person to his own account.
func (r *request) actor() context.Context {
	return tenant.As(r.Context(), tenant.Actor{Name: r.client, Sync: r.person == ""})
}

// write runs a change. Those of synchronisation the tenant must have enabled; what a person changes at /Me has nothing to do with it.
func (s *Service) write(r *request, fn func(ctx context.Context, w *tenant.Writer) error) error {
	ctx := r.actor()
	return s.tenant.Write(ctx, func(w *tenant.Writer) error {
		enabled, err := w.SyncEnabled(ctx)
		if err != nil {
			return err
		}
		if !enabled && r.person == "" {
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
